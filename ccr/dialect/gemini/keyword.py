"""What the keywords of a JSON Schema node say, read with patience: any keyword may hold anything."""

import math
import re
from collections.abc import Iterable
from typing import Any

from ccr.core.jsonio import dump_text
from ccr.core.unified import Json

_TYPES = ("string", "number", "integer", "boolean", "array", "object")
_HINTS = (
    ("object", ("properties", "required", "additionalProperties", "patternProperties", "propertyNames")),
    ("array", ("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems")),
    ("string", ("pattern", "minLength", "maxLength", "format", "contentEncoding", "contentMediaType")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)
_NOTES = (
    ("format", "Format: {}."),
    ("pattern", "Pattern: {}."),
    ("minLength", "Minimum length: {}."),
    ("maxLength", "Maximum length: {}."),
    # Their sum over a request is limited: https://github.com/googleapis/python-genai/issues/2170
    ("minItems", "Minimum items: {}."),
    ("maxItems", "Maximum items: {}."),
    ("multipleOf", "A multiple of {}."),
    ("default", "Default: {}."),
)
_NOTE_LIMIT = 200


def types_of(node: Json) -> tuple[list[str], bool]:
    """Return the types that a node allows, without null, and whether it allows null; guessed where it doesn't say."""
    names = [t.lower() for t in listed(node.get("type")) if isinstance(t, str)]
    values = values_of(node) or []
    nullable = "null" in names or node.get("nullable") is True or None in values
    types = unique(t for t in names if t in _TYPES) or unique(t for v in values if (t := _type_of(v)))
    if not types and "null" not in names and (not variants_of(node) or node.get("properties") or node.get("items")):
        types = next(([kind] for kind, keys in _HINTS if any(key in node for key in keys)), [])
    return types, nullable


def variants_of(node: Json) -> list[Json]:
    found = [v for key in ("anyOf", "oneOf") for v in listed(node.get(key))]
    return [v for v in found if isinstance(v, dict)]


def values_of(node: Json) -> list[Any] | None:
    """Return the allowed values, None if they are not enumerated."""
    if "const" in node:
        return [node["const"]]
    return node["enum"] if isinstance(node.get("enum"), list) else None


def is_null(node: Json) -> bool:
    return node.get("type") in ("null", "NULL", ["null"])


def range_of(node: Json, kind: str) -> Json:
    found: Json = {}
    for key, exclusive, step in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        limit = node.get(key)
        beyond: Any = node.get(exclusive)
        if not _is_number(limit) and _is_number(beyond):
            limit = math.floor(beyond * step) * step + step if kind == "integer" else beyond
        if _is_number(limit):
            found[key] = limit
    return {} if len(found) == 2 and found["minimum"] > found["maximum"] else found


def notes_on(found: Json, node: Json) -> Iterable[str]:
    """Yield what the schema can't say, in words."""
    values = values_of(node)
    if (
        values
        and "enum" not in found
        and "anyOf" not in found
        and (plain := [v for v in values if v not in ("", None)])
    ):
        yield f"One of: {', '.join(map(_shown, plain))}."[:_NOTE_LIMIT]
    for key, words in _NOTES:
        value = node.get(key)
        if value is not None and value != found.get(key) and not isinstance(value, dict | list):
            yield words.format(_shown(value))


def merged(first: Json, second: Json) -> Json:
    """Return both schemas as one; `first` wins where they disagree."""
    found = {**second, **{k: v for k, v in first.items() if v is not None}}
    mine, theirs = first.get("properties"), second.get("properties")
    if isinstance(mine, dict) and isinstance(theirs, dict):
        found["properties"] = {**theirs, **mine}
    required = [*listed(second.get("required")), *listed(first.get("required"))]
    if required:
        found["required"] = required
    return found


def outline(target: Json) -> Json:
    """Return a schema without what is inside it."""
    types = types_of(target)[0]
    return {**({"type": types} if types else {}), "description": target.get("description")}


def without(node: Json, key: str) -> Json:
    return {k: v for k, v in node.items() if k != key}


def text_of(value: Any) -> str:
    return re.sub(r"\s+$", "", value) if isinstance(value, str) else ""


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = ((str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _shown(value: Any) -> str:
    return (value if isinstance(value, str) else dump_text(value))[:_NOTE_LIMIT]
