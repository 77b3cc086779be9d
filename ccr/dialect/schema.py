"""JSON schemas in the form that OpenAI takes for tools and for structured output.

https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ccr.core.jsonio import dump, load
from ccr.core.unified import Json

DEPTH = 64
"""Levels that are looked at; deeper ones are passed on as they are."""
_UNIONS = ("anyOf", "oneOf", "allOf")
_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_LISTS = (*_UNIONS, "prefixItems")
_SINGLES = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")


def tool_schema(schema: Any) -> Json:
    """Return the parameters of a function: an object at the top, without unions there, every array with `items`.

    OpenAI refuses other tools even when `strict` is off: "schema must have type 'object' and not have
    'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level", "array schema missing items".

    The result is shared by all who ask for the same schema, and not to be changed.
    """
    try:
        given = dump(schema if isinstance(schema, dict) else {})
    except RecursionError:
        return _made(schema)
    return _remembered(given)


@lru_cache(256)
def _remembered(given: bytes) -> Json:
    """Each request of a session brings all its tools again, and writing the JSON of one takes two microseconds."""
    return _made(load(given))


def _made(schema: Json) -> Json:
    found = _with_items(schema, DEPTH)
    _merge(found, _definition(found), required=True)
    for union in _UNIONS:
        branches = found.pop(union, None)
        for branch in branches if isinstance(branches, list) else ():
            _merge(found, branch, required=union == "allOf")
    for word in ("enum", "not", "$schema", "$ref"):
        found.pop(word, None)
    found["type"] = "object"
    if not isinstance(found.get("properties"), dict):
        found["properties"] = {}
    return found


def is_strict(schema: Any, depth: int = DEPTH) -> bool:
    """Tell whether a schema is within the subset of `strict: true`: objects are closed, all properties required."""
    if not isinstance(schema, dict) or not depth:
        return depth > 0
    if "properties" in schema or schema.get("type") == "object":
        properties = schema.get("properties")
        closed = schema.get("additionalProperties") is False
        if not closed or not isinstance(properties, dict) or set(properties) != set(_names(schema.get("required"))):
            return False
    return all(is_strict(inner, depth - 1) for inner in _inner(schema))


def _definition(schema: Json) -> Any:
    """Return what a `$ref` at the top points to, within the schema itself."""
    path = schema.get("$ref")
    found: Any = schema
    for name in path.removeprefix("#/").split("/") if isinstance(path, str) else ():
        found = found.get(name) if isinstance(found, dict) else None
    return found if found is not schema else None


def _merge(target: Json, branch: Any, *, required: bool) -> None:
    if not isinstance(branch, dict):
        return
    if isinstance(branch.get("properties"), dict):
        own = target.get("properties")
        target["properties"] = {**branch["properties"], **(own if isinstance(own, dict) else {})}
    if required:
        target["required"] = list(dict.fromkeys([*_names(target.get("required")), *_names(branch.get("required"))]))


def _with_items(schema: Json, depth: int) -> Json:
    """Return a copy in which every array says what it holds."""
    found = dict(schema)
    if depth:
        for key in _MAPS:
            if isinstance(found.get(key), dict):
                found[key] = {name: _copy(inner, depth) for name, inner in found[key].items()}
        for key in _LISTS:
            if isinstance(found.get(key), list):
                found[key] = [_copy(inner, depth) for inner in found[key]]
        for key in _SINGLES:
            if key in found:
                found[key] = _copy(found[key], depth)
    kind = found.get("type")
    if (kind == "array" or (isinstance(kind, list) and "array" in kind)) and "items" not in found:
        found["items"] = {}
    return found


def _copy(inner: Any, depth: int) -> Any:
    return _with_items(inner, depth - 1) if isinstance(inner, dict) else inner


def _inner(schema: Json) -> Iterable[Any]:
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            yield from schema[key].values()
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            yield from schema[key]
    yield from (schema[key] for key in _SINGLES if isinstance(schema.get(key), dict))


def _names(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
