"""Output that a vendor sends interleaved, released one item after the other in the order in which the items began.

The first unfinished item flows through at once; what belongs to later ones waits until those before them have ended.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from ccr.core.event import Event

T = TypeVar("T")


class Lane(Generic[T]):
    """The events of one item. `item` is whatever decodes it."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.ended = False
        self._held: list[Event] = []

    def hold(self, events: Iterable[Event]) -> None:
        """Keep events for later."""
        self._held.extend(events)

    def release(self) -> list[Event]:
        """Return what was kept, and forget it."""
        held, self._held = self._held, []
        return held


class Lanes(Generic[T]):
    """The items of one reply, in the order of their beginning."""

    def __init__(self) -> None:
        self.all: list[Lane[T]] = []
        self._front = 0

    def open(self, item: T) -> Lane[T]:
        """Begin an item."""
        lane = Lane(item)
        self.all.append(lane)
        return lane

    @property
    def unfinished(self) -> list[Lane[T]]:
        """The items that have begun but not ended."""
        return [lane for lane in self.all[self._front :] if not lane.ended]

    def put(self, lane: Lane[T], events: Iterable[Event]) -> Iterable[Event]:
        """Take events of an item, return what can go on now. An item that has ended says nothing more."""
        if lane.ended:
            return
        if self._front < len(self.all) and self.all[self._front] is lane:
            yield from events
        else:
            lane.hold(events)

    def end(self, lane: Lane[T]) -> Iterable[Event]:
        """The item is complete: return what waited for it."""
        lane.ended = True
        while self._front < len(self.all) and self.all[self._front].ended:
            self._front += 1
            if self._front < len(self.all):
                yield from self.all[self._front].release()
