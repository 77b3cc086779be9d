"""Tool schemas within what OpenAI takes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.dialect.schema import is_strict, tool_schema

Json = dict[str, Any]
OBJECT: Json = {"type": "object", "properties": {}}


def complaints(schema: Any, path: str = "") -> list[str]:
    """Return what OpenAI says of a tool's schema, in the words of its answers."""
    if not isinstance(schema, dict):
        return []
    found = [f"{path}: array schema missing items"] if schema.get("type") == "array" and "items" not in schema else []
    for name, inner in (schema.get("properties") or {}).items() if isinstance(schema.get("properties"), dict) else ():
        found += complaints(inner, f"{path}/{name}")
    for word in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(word) if isinstance(schema.get(word), list) else ():
            found += complaints(inner, f"{path}/{word}")
    return found + complaints(schema.get("items"), f"{path}/items")


@pytest.mark.parametrize(
    ("given_schema", "sent"),
    [
        (None, OBJECT),
        ({}, OBJECT),
        ({"$schema": "x", "type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
         {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        ({"type": "object", "properties": {"a": {"type": "array"}}},
         {"type": "object", "properties": {"a": {"type": "array", "items": {}}}}),
        ({"type": "object", "properties": {"a": {"type": ["array", "null"]}}},
         {"type": "object", "properties": {"a": {"type": ["array", "null"], "items": {}}}}),
        ({"anyOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}}]},
         {"type": "object", "properties": {"b": {}, "a": {}}}),
        ({"allOf": [{"properties": {"a": {}}, "required": ["a"]}, {"required": ["b"]}], "required": ["c"]},
         {"type": "object", "properties": {"a": {}}, "required": ["c", "a", "b"]}),
        ({"$ref": "#/definitions/X", "definitions": {"X": {"properties": {"a": {}}, "required": ["a"]}}},
         {"type": "object", "properties": {"a": {}}, "required": ["a"],
          "definitions": {"X": {"properties": {"a": {}}, "required": ["a"]}}}),
        ({"$ref": "#/nowhere/X"}, OBJECT),
        ({"type": "string", "enum": ["a"], "not": {}}, OBJECT),
        ({"anyOf": 5, "properties": []}, OBJECT),
    ],
)  # fmt: skip
def test_schema_is_an_object_without_unions_at_the_top(given_schema: Any, sent: Json) -> None:
    found = tool_schema(given_schema)
    assert {k: v for k, v in found.items() if k != "required" or v} == sent


SCHEMAS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["array", "object", "string"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "anyOf", "oneOf", "allOf", "enum", "not", "required", "$ref", "a", "b"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(SCHEMAS)
def test_any_schema_becomes_one_that_is_taken(schema: Any) -> None:
    before = repr(schema)
    found = tool_schema(schema)
    assert repr(schema) == before
    assert found["type"] == "object"
    assert isinstance(found["properties"], dict)
    assert not found.keys() & {"anyOf", "oneOf", "allOf", "enum", "not", "$ref", "$schema"}
    assert complaints(found) == []
    assert is_strict(schema) in (True, False)


def test_schema_that_is_nested_deeply_is_sent() -> None:
    schema: Json = {"type": "string"}
    for _ in range(500):
        schema = {"type": "object", "properties": {"a": schema}}
    assert tool_schema(schema)["properties"]
    assert not is_strict(schema)


CLOSED: Json = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        ({**CLOSED, "required": []}, False),
        ({**CLOSED, "additionalProperties": True}, False),
        ({"type": "array", "items": CLOSED}, True),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"anyOf": [CLOSED, {"type": "null"}]}, True),
    ],
)
def test_only_closed_objects_are_strict(schema: Json, strict: bool) -> None:
    assert is_strict(schema) is strict
