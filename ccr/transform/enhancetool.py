"""Tolerance for tool arguments that are not quite JSON."""

import json
from collections.abc import Iterable

from ccr.core.event import Event, ToolArgs, ToolEnd, ToolStart
from ccr.core.jsonio import dump_text
from ccr.core.jsonrepair import repair
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.transform.base import Context, Filter, Transformer
from ccr.transform.coerce import coerced


class EnhanceTool(Transformer):
    """Repairs the arguments of tool calls: broken JSON, and values of the wrong type. They come at once then, no longer
    piece by piece. What can't be repaired safely is passed on, so that the agent sees the mistake."""

    name = "enhancetool"

    def filter(self, context: Context) -> Filter:
        """Return the filter, with the schemas of the tools that the request offers."""
        functions = [tool.get("function") or {} for tool in context.request.get("tools") or ()]
        return RepairFilter({wire_name(str(f.get("name", ""))): f.get("parameters") or {} for f in functions})


class RepairFilter:
    """Holds the arguments of each call until they are complete, and repairs them."""

    def __init__(self, schemas: dict[str, Json]) -> None:
        self._schemas = schemas
        self._schema: Json = {}
        self._held: list[str] = []

    def feed(self, event: Event) -> Iterable[Event]:
        """Collect arguments; release them before the end of their call."""
        if isinstance(event, ToolArgs):
            self._held.append(event.json)
            return ()
        if isinstance(event, ToolStart):
            self._schema = self._schemas.get(event.name, {})
        elif isinstance(event, ToolEnd):
            text, self._held = "".join(self._held), []
            return [ToolArgs(event.key, self._repaired(text)), event] if text.strip() else [event]
        return [event]

    def close(self) -> Iterable[Event]:
        """Arguments of a call that never ended are cut off; there is nothing to make of them."""
        return ()

    def _repaired(self, text: str) -> str:
        fixed = repair(text)
        if fixed is None:
            return text
        arguments = json.loads(fixed)
        right = coerced(arguments, self._schema)
        return fixed if right is arguments else dump_text(right)
