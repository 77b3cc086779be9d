"""The order of a reply's output: nothing stands inside a tool call, state stands where it belongs."""

from collections.abc import Sequence

from ccr.core.event import Event, Signature, Text
from ccr.core.unified import Json
from ccr.dialect.openai_chat.reasoning import Details
from ccr.dialect.openai_chat.state import State, pack
from ccr.dialect.openai_chat.tools import Calls


class Output:
    """Takes what a reply says, thinks and calls; gives its events. `count` is how many pieces have come."""

    def __init__(self) -> None:
        self.count = 0
        self.details = Details()
        """The reasoning state that has come since the last signature."""
        self._events: list[Event] = []
        self._calls = Calls()
        self._held: list[Event] = []
        self._text_last = False

    @property
    def in_call(self) -> bool:
        """Whether a call has been begun and not ended."""
        return self._calls.open

    def take(self) -> list[Event]:
        """Return the events that are certain by now, and forget them."""
        events, self._events = self._events, []
        return events

    def tell(self, event: Event) -> None:
        """Put an event that is no content, such as the usage."""
        self._events.append(event)

    def put(self, event: Event) -> None:
        """Put content that is no part of a call. While a call waits for arguments, it waits for the call."""
        self.count += 1
        self._text_last = isinstance(event, Text)
        if self._held or not self._calls.settled:
            self._held.append(event)
            return
        self._events += self._calls.end()
        self._events.append(event)

    def more(self, event: Event) -> Event:
        """Count content that is no part of a call and like the last, which nothing held back, and return it."""
        self.count += 1
        return event

    def sign(self) -> None:
        """Put the signature that ends the thinking so far, if there is any state to keep."""
        if details := self.details.take():
            self.put(Signature(pack(State(details=details))))

    def call(self, pieces: Sequence[Json]) -> None:
        """Take pieces of tool calls. Reasoning state that has come by now belongs before the call."""
        taken = self._calls.taken
        details = self.details.take()
        self._events += self._calls.feed(pieces, [Signature(pack(State(details=details)))] if details else ())
        self.count += self._calls.taken - taken
        self._text_last = self._text_last and self._calls.taken == taken
        if self._held and self._calls.settled:
            self._release()

    def end(self) -> None:
        """Release everything.

        State that comes after the last text is dropped: it is of no use there, and clients take the last block of a
        reply for its result.
        """
        self._release()
        if not self._text_last:
            self.sign()

    def _release(self) -> None:
        self._events += self._calls.end()
        held, self._held = self._held, []
        self._events += held
