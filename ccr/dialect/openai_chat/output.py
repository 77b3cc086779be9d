"""The order of a reply's output: nothing stands inside a tool call, state stands where it belongs."""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import Event, Signature, Text
from ccr.dialect.openai_chat.reasoning import Details
from ccr.dialect.openai_chat.state import State, pack
from ccr.dialect.openai_chat.tools import Calls


class Output:
    """Takes what a reply says, thinks and calls. `count` is how many pieces have come."""

    def __init__(self) -> None:
        self.count = 0
        self.details = Details()
        """The reasoning state that has come since the last signature."""
        self._calls = Calls()
        self._held: list[Event] = []
        self._text_last = False

    @property
    def in_call(self) -> bool:
        """Whether a call has been begun and not ended."""
        return self._calls.open

    def put(self, event: Event) -> Iterable[Event]:
        """Take an event that is no part of a call. While a call waits for arguments, the event waits for the call."""
        self.count += 1
        self._text_last = isinstance(event, Text)
        if self._held or not self._calls.settled:
            self._held.append(event)
            return
        yield from self._calls.end()
        yield event

    def sign(self) -> Iterable[Event]:
        """Put the signature that ends the thinking so far, if there is any state to keep."""
        if details := self.details.take():
            yield from self.put(Signature(pack(State(details=details))))

    def call(self, deltas: Any) -> Iterable[Event]:
        """Take pieces of tool calls. Reasoning state that has come by now belongs before the call."""
        taken = self._calls.taken
        details = self.details.take()
        yield from self._calls.feed(deltas, [Signature(pack(State(details=details)))] if details else ())
        self.count += self._calls.taken - taken
        self._text_last = self._text_last and self._calls.taken == taken
        if self._held and self._calls.settled:
            yield from self._release()

    def end(self) -> Iterable[Event]:
        """Release everything.

        State that comes after the last text is dropped: it is of no use there, and clients take the last block of a
        reply for its result.
        """
        yield from self._release()
        if not self._text_last:
            yield from self.sign()

    def _release(self) -> Iterable[Event]:
        yield from self._calls.end()
        held, self._held = self._held, []
        yield from held
