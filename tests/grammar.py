"""Asserts the grammar of reply events (`ccr.core.event`) between any two stages."""

from collections.abc import Iterable, Iterator
from typing import Any

from ccr.core.event import Event, Fault, Finish, Start, Text, Thinking, ToolArgs, ToolEnd, ToolStart, UsageSeen
from ccr.dialect.base import Decoder
from ccr.transform.base import Filter


class Grammar:
    """Reads the events of one reply and fails at the first that may not stand where it does."""

    def __init__(self) -> None:
        self.seen: list[Event] = []
        self._open: int | None = None
        self._keys: set[int] = set()
        self._over = False

    def take(self, event: Event) -> Event:
        """Check one event and return it."""
        self._check(event)
        self.seen.append(event)
        return event

    def end(self) -> None:
        """Check that the reply may end here."""
        assert self._open is None or self._failed(), f"tool {self._open} was never ended"

    def _failed(self) -> bool:
        return any(isinstance(event, Fault) for event in self.seen)

    def _check(self, event: Event) -> None:
        assert isinstance(event, Event), f"{event!r} is no event"
        assert not self._failed(), f"{event!r} comes after a fault"
        if isinstance(event, Fault):
            return
        assert not self._over or isinstance(event, UsageSeen), f"{event!r} comes after the finish"
        assert not isinstance(event, Start) or not self.seen, "a second start, or one in mid-reply"
        assert not isinstance(event, Text | Thinking) or event.text, "an empty text"
        if isinstance(event, ToolStart):
            assert self._open is None, f"tool {event.key} begins inside tool {self._open}"
            assert event.key not in self._keys, f"the key {event.key} is used again"
            self._open = event.key
            self._keys.add(event.key)
        elif isinstance(event, ToolArgs | ToolEnd):
            assert event.key == self._open, f"{event!r} while {self._open} is open"
            self._open = None if isinstance(event, ToolEnd) else self._open
        else:
            assert self._open is None, f"{event!r} inside tool {self._open}"
        self._over = isinstance(event, Finish) or self._over


class Checked:
    """A filter or a decoder whose events are checked as they come out, and as they go in where it is a filter."""

    def __init__(self, stage: Filter | Decoder) -> None:
        self._stage: Any = stage
        self._into = Grammar()
        self._out = Grammar()

    def feed(self, event: Event) -> Iterator[Event]:
        """Check what a filter is given and what it gives."""
        return self._check(self._stage.feed(self._into.take(event)))

    @property
    def stopped(self) -> bool:
        """Whether a decoder has seen why its upstream stops."""
        return bool(self._stage.stopped)

    def event(self, data: bytes, name: str) -> Iterator[Event]:
        """Check what a decoder makes of one server-sent event."""
        return self._check(self._stage.event(data, name))

    def whole(self, data: Any, *, alone: bool = True) -> Iterator[Event]:
        """Check what a decoder makes of a reply that is no stream."""
        return self._check(self._stage.whole(data, alone=alone))

    def close(self) -> Iterator[Event]:
        """Check what is released at the end, and that the reply is complete then."""
        yield from self._check(self._stage.close())
        self._into.end()
        self._out.end()

    def _check(self, events: Iterable[Event]) -> Iterator[Event]:
        return map(self._out.take, events)


def run(stage: Filter, events: Iterable[Event]) -> list[Event]:
    """Pass the events of a whole reply through a filter, with the grammar checked on both sides."""
    checked = Checked(stage)
    passed = [out for event in events for out in checked.feed(event)]
    return [*passed, *checked.close()]


def joined(events: Iterable[Event]) -> list[Event]:
    """Return the events with deltas of the same kind that follow each other as one; where they were cut is lost."""
    found: list[Event] = []
    for event in events:
        last = found[-1] if found else None
        if isinstance(event, Text) and isinstance(last, Text):
            found[-1] = Text(last.text + event.text)
        elif isinstance(event, Thinking) and isinstance(last, Thinking):
            found[-1] = Thinking(last.text + event.text)
        elif isinstance(event, ToolArgs) and isinstance(last, ToolArgs):
            found[-1] = ToolArgs(event.key, last.json + event.json)
        else:
            found.append(event)
    return found
