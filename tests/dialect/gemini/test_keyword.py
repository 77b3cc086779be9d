"""Reading the keywords of a JSON Schema node; the sanitiser's own tests cover what is made of them."""

from typing import Any

import pytest

from ccr.dialect.gemini.keyword import merged, notes_on, outline, range_of, types_of, values_of, variants_of


@pytest.mark.parametrize(
    ("node", "types", "nullable"),
    [
        ({"type": "string"}, ["string"], False),
        ({"type": ["integer", "null"]}, ["integer"], True),
        ({"type": "OBJECT"}, ["object"], False),
        ({"type": 7}, [], False),
        ({"type": "any", "pattern": "x"}, ["string"], False),
        ({"enum": [1, "a", None]}, ["integer", "string"], True),
        ({"const": True}, ["boolean"], False),
        ({"required": ["a"]}, ["object"], False),
        ({"uniqueItems": True}, ["array"], False),
        ({"multipleOf": 2}, ["number"], False),
        ({"type": "null", "minimum": 1}, [], True),
        ({"anyOf": [{"type": "string"}], "required": ["a"]}, [], False),
        ({"anyOf": [{"type": "string"}], "properties": {"a": {}}}, ["object"], False),
        ({}, [], False),
    ],
)
def test_types_of_reads_or_guesses(node: Any, types: list[str], nullable: bool) -> None:
    assert types_of(node) == (types, nullable)


@pytest.mark.parametrize(
    ("node", "kind", "expected"),
    [
        ({"minimum": 1, "maximum": 2}, "integer", {"minimum": 1, "maximum": 2}),
        ({"minimum": 2, "maximum": 1}, "integer", {}),
        ({"minimum": "1", "maximum": True}, "integer", {}),
        ({"minimum": 1e300}, "number", {}),
        ({"exclusiveMinimum": 1, "exclusiveMaximum": 3}, "integer", {"minimum": 2, "maximum": 2}),
        ({"exclusiveMinimum": -1.5, "exclusiveMaximum": 1.5}, "integer", {"minimum": -1, "maximum": 1}),
        ({"exclusiveMinimum": 0.5}, "number", {"minimum": 0.5}),
        ({"minimum": 3, "exclusiveMinimum": True}, "integer", {"minimum": 3}),
    ],
)
def test_range_of_keeps_plain_limits(node: Any, kind: str, expected: Any) -> None:
    assert range_of(node, kind) == expected


def test_variants_and_values_are_read_with_patience() -> None:
    assert variants_of({"anyOf": [{"a": 1}, True, None], "oneOf": {"b": 2}}) == [{"a": 1}, {"b": 2}]
    assert values_of({"const": None, "enum": [1]}) == [None]
    assert values_of({"enum": "abc"}) is None


def test_merged_joins_properties_and_required() -> None:
    first = {"properties": {"a": 1}, "required": ["a"], "description": "mine"}
    second = {"properties": {"a": 2, "b": 2}, "required": ["b"], "description": "theirs", "type": "object"}
    assert merged(first, second) == {
        "properties": {"a": 1, "b": 2},
        "required": ["b", "a"],
        "description": "mine",
        "type": "object",
    }


def test_notes_on_says_what_the_schema_lacks() -> None:
    node = {"enum": [1, 2], "default": 1, "pattern": "^x", "format": "uri", "maxItems": {"junk": 1}}
    assert list(notes_on({"type": "integer"}, node)) == ["One of: 1, 2.", "Format: uri.", "Pattern: ^x.", "Default: 1."]
    assert list(notes_on({"type": "string", "format": "date-time"}, {"format": "date-time"})) == []


def test_outline_keeps_the_type_only() -> None:
    assert outline({"properties": {"a": {}}, "description": "A node."}) == {
        "type": ["object"],
        "description": "A node.",
    }
