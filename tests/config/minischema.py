"""Checks a value against the keywords of JSON Schema that the shipped schema uses, and fails on any other."""

from collections.abc import Iterator
from typing import Any

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "default"}


def complaints(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "$") -> Iterator[str]:
    for keyword, rule in schema.items():
        if keyword not in ANNOTATIONS:
            yield from KEYWORDS[keyword](value, rule, schema=schema, root=root, path=path)


def _type(value: Any, rule: Any, *, path: str, **_: Any) -> Iterator[str]:
    names = rule if isinstance(rule, list) else [rule]
    kinds = [TYPES[name] for name in names]
    is_stray_bool = isinstance(value, bool) and "boolean" not in names
    if is_stray_bool or not any(isinstance(value, kind) for kind in kinds):
        yield f"{path}: not {rule}"


def _ref(value: Any, rule: str, *, root: dict[str, Any], path: str, **_: Any) -> Iterator[str]:
    yield from complaints(value, root["$defs"][rule.removeprefix("#/$defs/")], root, path)


def _any_of(value: Any, rule: list[Any], *, root: dict[str, Any], path: str, **_: Any) -> Iterator[str]:
    if all(any(complaints(value, option, root, path)) for option in rule):
        yield f"{path}: fits no option"


def _properties(value: Any, rule: dict[str, Any], *, root: dict[str, Any], path: str, **_: Any) -> Iterator[str]:
    for key in rule.keys() & value.keys() if isinstance(value, dict) else ():
        yield from complaints(value[key], rule[key], root, f"{path}.{key}")


def _additional(value: Any, rule: Any, *, schema: dict[str, Any], root: dict[str, Any], path: str) -> Iterator[str]:
    for key in value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else ():
        yield from complaints(value[key], rule, root, f"{path}.{key}")


def _items(value: Any, rule: dict[str, Any], *, root: dict[str, Any], path: str, **_: Any) -> Iterator[str]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        yield from complaints(item, rule, root, f"{path}[{index}]")


def _prefix(value: Any, rule: list[Any], *, root: dict[str, Any], path: str, **_: Any) -> Iterator[str]:
    for index, (item, option) in enumerate(zip(value if isinstance(value, list) else (), rule, strict=False)):
        yield from complaints(item, option, root, f"{path}[{index}]")


def _required(value: Any, rule: list[str], *, path: str, **_: Any) -> Iterator[str]:
    yield from (f"{path}: lacks {key}" for key in rule if isinstance(value, dict) and key not in value)


def _enum(value: Any, rule: list[Any], *, path: str, **_: Any) -> Iterator[str]:
    if value not in rule:
        yield f"{path}: not in {rule}"


def _bound(name: str, holds: Any) -> Any:
    def check(value: Any, rule: Any, *, path: str, **_: Any) -> Iterator[str]:
        if not holds(value, rule):
            yield f"{path}: {name} {rule}"

    return check


KEYWORDS: dict[str, Any] = {
    "type": _type,
    "$ref": _ref,
    "anyOf": _any_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "prefixItems": _prefix,
    "required": _required,
    "enum": _enum,
    "minimum": _bound("minimum", lambda value, rule: not isinstance(value, int | float) or value >= rule),
    "maximum": _bound("maximum", lambda value, rule: not isinstance(value, int | float) or value <= rule),
    "exclusiveMinimum": _bound(
        "exclusiveMinimum", lambda value, rule: not isinstance(value, int | float) or value > rule
    ),
    "minItems": _bound("minItems", lambda value, rule: not isinstance(value, list) or len(value) >= rule),
    "maxItems": _bound("maxItems", lambda value, rule: not isinstance(value, list) or len(value) <= rule),
}
