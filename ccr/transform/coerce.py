"""Arguments of the wrong type, made right where the tool's schema leaves no doubt."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ccr.core.unified import Json


def coerced(arguments: Json, schema: Json) -> Json:
    """Return the arguments with text turned into what the schema's properties want; the same object if all fit.

    Models write lists and objects as JSON text, and numbers and booleans in quotes. Only whole matches are turned.
    """
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return arguments
    changes = {
        name: value
        for name, given in arguments.items()
        if isinstance(given, str) and (value := _fit(given, properties.get(name))) is not None
    }
    return {**arguments, **changes} if changes else arguments


def _fit(text: str, schema: Any) -> Any:
    """Return the value that the text stands for, or None to leave it as it is."""
    kinds = _kinds(schema)
    if not kinds or "string" in kinds:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = {"True": True, "False": False}.get(text.strip())
    return value if any(_MATCHES[kind](value) for kind in kinds if kind in _MATCHES) else None


def _kinds(schema: Any) -> set[str]:
    """Return the JSON types that a schema takes; empty if it does not plainly say so."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    return (
        {kind}
        if isinstance(kind, str)
        else {k for k in kind if isinstance(k, str)}
        if isinstance(kind, list)
        else set()
    )


_MATCHES: Mapping[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0,
}
