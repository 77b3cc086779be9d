"""Cache points."""

from typing import Any

from msgspec.structs import replace

from ccr.core.unified import Json
from ccr.transform.base import Context, Transformer

FIELD = "cache_control"


class CleanCache(Transformer):
    """Removes `cache_control` from requests."""

    name = "cleancache"

    def edit(self, request: Json, context: Context) -> Json:
        """Remove the field wherever Anthropic's API has it."""
        context.vendor = replace(context.vendor, cache_control=False)
        request["messages"] = [_cleaned(message) for message in request["messages"]]
        if "tools" in request:
            # Not deeper: a tool's schema may have a property of that name.
            request["tools"] = [{k: v for k, v in tool.items() if k != FIELD} for tool in request["tools"]]
        if FIELD in request.get("anthropic", ()):
            request["anthropic"] = {k: v for k, v in request["anthropic"].items() if k != FIELD}
        return request


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _cleaned(v) for k, v in value.items() if k != FIELD}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value
