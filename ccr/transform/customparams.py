"""Fields of the user's own in the request body."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ccr.core.unified import Json
from ccr.transform.base import Context, Transformer

UNIFIED = frozenset(
    {
        "model",
        "messages",
        "stream",
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "stop",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "response_format",
        "service_tier",
        "user",
    }
)
"""Fields that requests have in every wire format: they are set there, and the dialect finds its own words for them."""


class CustomParams(Transformer):
    """Adds fields to the request body. What the request already has stays; objects are merged.

    any option: a field of the body, such as `{"seed": 7}`.
    """

    name = "customparams"

    def edit(self, request: Json, context: Context) -> Json:
        """Add the fields that are missing."""
        for name, value in self.options.items():
            place = request if name in UNIFIED else context.extra
            place[name] = _merged(place[name], value) if name in place else deepcopy(value)
        if isinstance(request.get("reasoning"), dict):
            request["reasoning"].setdefault("enabled", request["reasoning"].get("effort") != "none")
        return request


def _merged(found: Any, value: Any) -> Any:
    """Return objects as one, in which the option wins; anything else stays as it was."""
    if not (isinstance(found, dict) and isinstance(value, Mapping)):
        return found
    inner = {name: _inner(found.get(name), wanted) for name, wanted in value.items()}
    return {**found, **inner}


def _inner(found: Any, value: Any) -> Any:
    if isinstance(found, dict) and isinstance(value, Mapping):
        return _merged(found, value)
    return deepcopy(value)
