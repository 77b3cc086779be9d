"""Thinking, switched on and off by hand."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ccr.core.unified import Json
from ccr.dialect.vendor_table import is_known
from ccr.transform.base import Context, Transformer
from ccr.transform.option import flag


class Reasoning(Transformer):
    """Asks for thinking when the client does, with `thinking` and `enable_thinking` where the provider's own way is not
    known; what was thought goes back as `reasoning_content`.

    `enable`: false switches thinking off for good (default true).
    """

    name = "reasoning"

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self.enable = flag(options, "enable", default=True)

    def edit(self, request: Json, context: Context) -> Json:
        """Set the fields."""
        if not self.enable:
            request["reasoning"] = {"enabled": False}
        elif not is_known(context.vendor) and context.vendor.replay == "none":
            context.vendor = replace(context.vendor, replay="reasoning_content")
        reasoning = request.get("reasoning")
        if isinstance(reasoning, dict) and context.vendor.reasoning == "none":
            context.extra.update(_fields(reasoning))
        return request


def _fields(reasoning: Json) -> Json:
    """Return both ways in which most vendors are asked; they pass over the one that they don't know."""
    enabled = bool(reasoning.get("enabled"))
    thinking: Json = {"type": "enabled" if enabled else "disabled"}
    if enabled and isinstance(reasoning.get("max_tokens"), int):
        thinking["budget_tokens"] = reasoning["max_tokens"]
    return {"thinking": thinking, "enable_thinking": enabled}
