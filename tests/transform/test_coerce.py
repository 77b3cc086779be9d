import json

import pytest

from ccr.core.unified import Json
from ccr.transform.coerce import coerced

SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "deep": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "string"}},
        "map": {"type": "object"},
        "maybe": {"type": ["integer", "null"]},
        "either": {"type": ["integer", "string"]},
        "free": {},
        "odd": {"type": 7},
    },
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"count": "12"}, {"count": 12}),
        ({"share": "0.5"}, {"share": 0.5}),
        ({"share": "2"}, {"share": 2}),
        ({"deep": "true"}, {"deep": True}),
        ({"deep": "False"}, {"deep": False}),
        ({"list": '["a", "b"]'}, {"list": ["a", "b"]}),
        ({"map": '{"a": 1}'}, {"map": {"a": 1}}),
        ({"maybe": "3"}, {"maybe": 3}),
        ({"count": "12", "text": "12", "more": "1"}, {"count": 12, "text": "12", "more": "1"}),
    ],
)
def test_text_becomes_what_the_schema_wants(given: Json, expected: Json) -> None:
    found = coerced(given, SCHEMA)
    assert json.dumps(found) == json.dumps(expected)


@pytest.mark.parametrize(
    "given",
    [
        {"text": "12"},
        {"text": '["a"]'},
        {"either": "12"},
        {"free": "12"},
        {"odd": "12"},
        {"other": "12"},
        {"count": "12 apples"},
        {"count": "true"},
        {"count": "1.5"},
        {"share": "1e999"},
        {"share": "NaN"},
        {"deep": "yes"},
        {"list": "a, b"},
        {"list": '{"a": 1}'},
        {"list": "[" * 100_000},
        {"count": 12, "list": ["a"]},
        {},
    ],
)
def test_what_fits_or_can_not_be_told_is_left_as_it_is(given: Json) -> None:
    assert coerced(given, SCHEMA) is given


@pytest.mark.parametrize(
    "schema", [{}, {"properties": []}, {"properties": {"count": True}}, {"properties": {"count": None}}]
)
def test_strange_schemas_change_nothing(schema: Json) -> None:
    given = {"count": "12"}
    assert coerced(given, schema) is given
