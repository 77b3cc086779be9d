"""Which of the client's function tools a request offers, in whatever wire format."""

from collections.abc import Iterable
from typing import Any

from ccr.core.known import akin, once
from ccr.core.toolname import wire_name
from ccr.core.unified import Json

PLACEHOLDER = "DeferredToolPlaceholder"
"""A tool without a schema by which Claude Code marks tools that it has not loaded."""


def function_tools(tools: Iterable[Json], messages: Iterable[Json]) -> Iterable[Json]:
    """Return the function tools to offer.

    Tools that the client defers are offered once something in the conversation refers to them, as Anthropic's tool
    search does: https://docs.claude.com/en/docs/agents-and-tools/tool-use/tool-search-tool
    """
    tools = [t for t in tools if t.get("type") == "function"]
    deferred = any(t.get("defer_loading") for t in tools)
    known = _referenced(messages) if deferred else set()
    for tool in tools:
        function: Json = tool.get("function") or {}
        name = str(function.get("name", ""))
        if name == PLACEHOLDER or (tool.get("defer_loading") and name not in known):
            continue
        yield once(function, "offered", _offered)


def _offered(function: Json) -> Json:
    schema = {k: v for k, v in (function.get("parameters") or {}).items() if k != "$schema"}
    sent: Json = {"name": wire_name(str(function.get("name", "")))}
    if function.get("description"):
        sent["description"] = function["description"]
    sent["parameters"] = schema or {"type": "object", "properties": {}}
    return {"type": "function", "function": akin(sent, function)}


def offered(request: Json, limit: int | None) -> list[Json]:
    """Return the function tools, once each. If there are more than `limit`, those in use stay, then the first ones."""
    tools = {t["function"]["name"]: t for t in function_tools(request.get("tools") or (), request["messages"])}
    if limit is None or len(tools) <= limit:
        return list(tools.values())
    used = _used(request) & tools.keys()
    spare = [name for name in tools if name not in used][: max(0, limit - len(used))]
    kept = [name for name in tools if name in used or name in spare]
    return [tools[name] for name in kept[:limit]]


def _used(request: Json) -> set[str]:
    calls = [c for m in request["messages"] for c in m.get("tool_calls") or () if isinstance(c, dict)]
    choice: Any = request.get("tool_choice")
    holders = [*calls, choice] if isinstance(choice, dict) else calls
    return {wire_name(str((h.get("function") or {}).get("name", ""))) for h in holders}


def _referenced(messages: Iterable[Json]) -> set[str]:
    """Return the names of tools that tool references or calls in the conversation mention."""
    found: set[str] = set()
    for message in messages:
        found.update(str(c["function"]["name"]) for c in message.get("tool_calls") or () if c.get("function"))
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if part.get("type") == "tool_reference":
                found.add(str(part.get("tool_name", "")))
    return found
