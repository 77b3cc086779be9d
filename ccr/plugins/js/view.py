"""A unified request in the very shapes that the original's transformers know, and back. Pure.

The original gives an assistant's words and a tool's result as text, never null, and every tool as a function. Ours has
more on them: cache marks, images, the fields of server tools. What a transformer leaves as it was gets all of it back.
"""

from collections.abc import Callable
from typing import Any

from ccr.core.unified import Json

HIDDEN = "anthropic"
"""The field of a unified request that no other wire format may get to see."""
NEAR = 16
"""How many entries a transformer may have left out between two that it kept."""


def shown(request: Json) -> Json:
    """Return the request as a transformer gets to see it."""
    found = {name: value for name, value in request.items() if name != HIDDEN}
    found["messages"] = _each(_message, request["messages"])
    if isinstance(request.get("tools"), list):
        found["tools"] = _each(_tool, request["tools"])
    return found


def restored(found: Json, seen: Json, request: Json) -> Json:
    """Return what a transformer made of `seen`, with all that `request` has where it changed nothing."""
    result = {**found, **{name: value for name, value in request.items() if name == HIDDEN}}
    for name in ("messages", "tools"):
        if isinstance(found.get(name), list) and isinstance(request.get(name), list):
            result[name] = _back(found[name], seen[name], request[name])
    return result


def _each(change: Callable[[Json], Json], items: list[Any]) -> list[Any]:
    return [change(item) if isinstance(item, dict) else item for item in items]


def _message(message: Json) -> Json:
    if message.get("role") not in ("assistant", "tool"):
        return message
    content = message.get("content")
    if content is None:
        return {**message, "content": ""}
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        return {**message, "content": "\n".join(str(part.get("text") or "") for part in content)}
    return message


def _tool(tool: Json) -> Json:
    if isinstance(tool.get("function"), dict):
        return tool
    return {"type": "function", "function": {"name": str(tool.get("name") or ""), "description": ""}}


def _back(found: list[Any], seen: list[Any], own: list[Any]) -> list[Any]:
    result, place = [], 0
    for item in found:
        near = range(place, min(place + NEAR, len(seen)))
        same = next((n for n in near if seen[n] == item), None)
        result.append(item if same is None else own[same])
        place = place + 1 if same is None else same + 1
    return result
