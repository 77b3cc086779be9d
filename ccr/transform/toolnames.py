"""Restores the client's own tool names in a reply, after names that the wire does not allow were sent shortened."""

from collections.abc import Iterable

import msgspec

from ccr.core.event import Event, ToolStart
from ccr.core.toolname import wire_names
from ccr.core.unified import Json


class ToolNames:
    """The names of one request. Not an entry that users write: it takes part wherever a name had to change."""

    def __init__(self, request: Json) -> None:
        functions = (tool.get("function") or {} for tool in request.get("tools") or ())
        self._changed = wire_names([str(f.get("name", "")) for f in functions])

    def filters(self) -> list["NameFilter"]:
        """Return the filter for one reply, or nothing if every name is legal."""
        return [NameFilter(self._changed)] if self._changed else []


class NameFilter:
    """Puts the client's name in the place of the sent one."""

    def __init__(self, changed: dict[str, str]) -> None:
        self._changed = changed

    def feed(self, event: Event) -> Iterable[Event]:
        """Return the event, a tool's start with the client's name."""
        if isinstance(event, ToolStart) and event.name in self._changed:
            return [msgspec.structs.replace(event, name=self._changed[event.name])]
        return [event]

    def close(self) -> Iterable[Event]:
        """Nothing is held."""
        return ()
