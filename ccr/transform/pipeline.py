"""Filters one behind the other, as one."""

from collections.abc import Iterable, Sequence

from ccr.core.event import Event
from ccr.transform.base import Filter


class Pipeline:
    """Passes events through filters in their order. What a filter releases at its end passes the later ones."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._filters = list(filters)

    def feed(self, event: Event) -> Iterable[Event]:
        """Pass one event through all filters."""
        return self._pass([event], 0)

    def close(self) -> Iterable[Event]:
        """End the filters, first to last."""
        released: list[Event] = []
        for position, found in enumerate(self._filters):
            released += self._pass(found.close(), position + 1)
        return released

    def _pass(self, events: Iterable[Event], first: int) -> Iterable[Event]:
        for found in self._filters[first:]:
            events = [out for event in events for out in found.feed(event)]
        return events
