"""The schema sanitiser against Google's rules, as its 400 answers word them."""

from typing import Any

import pytest
from google.genai import types
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccr.core.jsonio import dump
from ccr.dialect.gemini import schema as subject
from ccr.dialect.gemini.schema import clean, parameters, to_json_schema

TYPES = {"string", "number", "integer", "boolean", "array", "object"}
KEYS = {"type", "description", "nullable", "enum", "format", "properties", "required", "items", "minimum", "maximum"}
FORMATS = {"string": {"enum", "date-time"}, "number": {"float", "double"}, "integer": {"int32", "int64"}}


def complaints(schema: Any, path: str = "", depth: int = 0) -> list[str]:
    """Return what Gemini would say about a schema, in the words of its 400 answers; empty if it takes it."""
    if not isinstance(schema, dict):
        return [f"{path}: not an object"]
    if "anyOf" in schema:
        branches = schema["anyOf"]
        found = [f"{path}: any_of must be the only field set"] if len(schema) > 1 else []
        found += [f"{path}: any_of needs alternatives"] if len(branches) < 2 else []
        found += [f"{path}: any_of in any_of" for b in branches if "anyOf" in b]
        return found + [c for i, b in enumerate(branches) for c in complaints(b, f"{path}.any_of[{i}]", depth)]
    kind = schema.get("type")
    found = [f'Unknown name "{key}" at {path}' for key in sorted(schema.keys() - KEYS)]
    if kind not in TYPES:
        return [*found, f"{path}: TYPE_UNSPECIFIED"]
    found += scalar_complaints(schema, kind, path)
    if kind != "object":
        found += [f"{path}.{k}: only allowed for OBJECT type" for k in ("properties", "required") if k in schema]
    elif "properties" in schema:
        found += object_complaints(schema, path, depth)
    elif "required" in schema:
        found.append(f"{path}.required[0]: property is not defined")
    if (kind == "array") != ("items" in schema):
        found.append(f"{path}.items: missing field, or only allowed for ARRAY type")
    elif kind == "array":
        found += complaints(schema["items"], f"{path}.items", depth + 1)
    return found


def object_complaints(schema: dict[str, Any], path: str, depth: int) -> list[str]:
    properties = schema["properties"]
    found = [] if properties else [f"{path}.properties: should be non-empty for OBJECT type"]
    found += [] if depth < subject.DEPTH else [f"{path}: exceeds the maximum allowed nesting depth"]
    found += [f"{path}.required: {n} is not defined" for n in schema.get("required", []) if n not in properties]
    found += [f"{path}.required: empty"] if schema.get("required") == [] else []
    return found + [c for n, v in properties.items() for c in complaints(v, f"{path}.{n}", depth + 1)]


def scalar_complaints(schema: dict[str, Any], kind: str, path: str) -> list[str]:
    found = []
    if "enum" in schema:
        good = kind == "string" and schema["enum"] and all(isinstance(v, str) and v for v in schema["enum"])
        found += [] if good else [f"{path}.enum: only allowed for STRING type"]
    if "format" in schema and schema["format"] not in FORMATS.get(kind, ()):
        found.append(f"{path}.format: {schema['format']} is not supported")
    for key in ("minimum", "maximum"):
        if key in schema and (kind not in ("number", "integer") or not isinstance(schema[key], int | float)):
            found.append(f"{path}.{key}: only allowed for NUMBER type")
    if not isinstance(schema.get("description", ""), str) or not isinstance(schema.get("nullable", True), bool):
        found.append(f"{path}: wrong type")
    return found


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text(max_size=3), st.just([]), st.just({})
)
REFS = st.sampled_from(
    ["#", "#/$defs/a", "#/$defs/b", "#/properties/a", "#/nowhere", "#a", "http://x/y", "", "#/%24defs/a"]
)
NAMES = st.sampled_from(["a", "b", "c", "", "-A"])
KINDS = st.sampled_from([*sorted(TYPES), "null", "OBJECT", "any", "file"])


def nodes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas one level above `inner`; any keyword may also hold junk."""
    many = st.lists(inner, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=3)
    proper: dict[str, st.SearchStrategy[Any]] = {
        "type": KINDS | st.lists(KINDS, max_size=3),
        "properties": named,
        "required": st.lists(NAMES, max_size=3),
        "items": inner | many,
        "prefixItems": many,
        "additionalProperties": inner,
        "$defs": named,
        "$ref": REFS,
        "allOf": many,
        "anyOf": many,
        "oneOf": many,
        "enum": st.lists(JUNK, max_size=3),
        "const": JUNK,
        "format": st.sampled_from(["uri", "date-time", "int32", "double", "enum"]),
        "description": st.text(max_size=5),
        "nullable": JUNK,
        "default": JUNK,
        "minimum": JUNK,
        "exclusiveMaximum": JUNK,
        "minItems": JUNK,
        "pattern": JUNK,
        "$schema": st.just("https://json-schema.org/draft/2020-12/schema"),
        "$anchor": NAMES,
    }
    return st.fixed_dictionaries({}, optional={key: value | JUNK for key, value in proper.items()})


SCHEMAS = st.recursive(JUNK, nodes, max_leaves=12)


@settings(max_examples=400, deadline=None)
@given(SCHEMAS)
@example({"type": "object", "properties": {"a": {"$ref": "#"}}})
@example({"$ref": "#"})
@example({"anyOf": [{"type": "string"}, {"type": "string", "nullable": True}], "nullable": True})
@example({"anyOf": [{"const": "x"}, {"const": "y", "description": "why"}], "description": "which"})
def test_clean_gives_what_gemini_takes_and_is_idempotent(schema: Any) -> None:
    found = clean(schema)
    assert complaints(found) == []
    assert clean(found) == found
    root = parameters(schema)
    assert root is None or (root["type"] == "object" and complaints(root) == [])


@settings(max_examples=50, deadline=None)
@given(SCHEMAS)
def test_clean_result_is_a_schema_for_the_sdk(schema: Any) -> None:
    types.Schema.model_validate(clean(schema))


def chain(levels: int, key: str) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        schema = {key: [schema]} if key in ("anyOf", "allOf") else {"type": "object", "properties": {"a": schema}}
    return schema


def doubling(levels: int, key: str) -> Any:
    """Each definition refers to the next one twice: 2 ** levels nodes when inlined."""
    defs: dict[str, Any] = {f"d{levels}": {"type": "string"}}
    for level in range(levels):
        ref = {"$ref": f"#/$defs/d{level + 1}"}
        defs[f"d{level}"] = {key: [ref, ref]} if key != "properties" else {key: {"x": ref, "y": ref}}
    return {"$defs": defs, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(chain(300, "properties"), id="deep objects"),
        pytest.param(chain(300, "anyOf"), id="deep alternatives"),
        pytest.param(chain(300, "allOf"), id="deep allOf"),
        pytest.param(doubling(40, "allOf"), id="doubling allOf"),
        pytest.param(doubling(40, "anyOf"), id="doubling anyOf"),
        pytest.param(doubling(40, "properties"), id="doubling objects"),
        pytest.param({"properties": {f"p{i}": {} for i in range(9000)}}, id="wide"),
        pytest.param({"type": "array", "items": {"$ref": "#"}}, id="array of itself"),
        pytest.param(
            {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, id="loop"
        ),
    ],
)
def test_clean_bounds_what_multiplies(schema: Any) -> None:
    found = clean(schema)
    assert complaints(found) == []
    assert clean(found) == found
    assert len(dump(found)) < 200_000


CASES = [
    ("type array with null", {"type": ["string", "null"]}, {"type": "string", "nullable": True}),
    ("type array", {"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ("const", {"const": "fast"}, {"type": "string", "enum": ["fast"]}),
    ("const number", {"const": 3}, {"type": "integer", "description": "One of: 3."}),
    ("enum with null", {"enum": ["a", None]}, {"type": "string", "enum": ["a"], "nullable": True}),
    ("enum of numbers", {"type": "integer", "enum": [1, 2]}, {"type": "integer", "description": "One of: 1, 2."}),
    ("enum with empty string", {"type": "string", "enum": ["", "a"]}, {"type": "string", "enum": ["a"]}),
    ("array without items", {"type": "array"}, {"type": "array", "items": {"type": "string"}}),
    (
        "tuple",
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
        {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}},
    ),
    ("exclusive limit", {"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    ("upper limit", {"type": "integer", "exclusiveMaximum": 2.5}, {"type": "integer", "maximum": 2}),
    ("unknown format", {"type": "string", "format": "uri"}, {"type": "string", "description": "Format: uri."}),
    ("known format", {"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
    (
        "counts",
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 4, "description": "Names."},
        {"type": "array", "items": {"type": "string"}, "description": "Names.\nMinimum items: 1. Maximum items: 4."},
    ),
    (
        "required without property",
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    ),
    (
        "no type",
        {"properties": {"a": {"minLength": 1}}},
        {
            "type": "object",
            "properties": {"a": {"type": "string", "description": "Minimum length: 1."}},
        },
    ),
    (
        "optional by anyOf",
        {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        {
            "type": "number",
            "nullable": True,
        },
    ),
    (
        "described alternatives",
        {"description": "How.", "anyOf": [{"type": "number"}, {"type": "boolean"}]},
        {
            "anyOf": [{"type": "number", "description": "How."}, {"type": "boolean"}],
        },
    ),
    (
        "alternatives of one word",
        {"oneOf": [{"const": "a", "description": "first"}, {"const": "b"}]},
        {
            "type": "string",
            "enum": ["a", "b"],
            "description": "a: first",
        },
    ),
    (
        "required-only alternatives",
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "anyOf": [{"required": ["a"]}, {"properties": {"b": {"type": "number"}}}],
        },
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}}},
    ),
    (
        "allOf",
        {
            "allOf": [
                {"properties": {"a": {"type": "string"}}},
                {"properties": {"b": {"type": "string"}}, "required": ["b"]},
            ]
        },
        {
            "type": "object",
            "properties": {"b": {"type": "string"}, "a": {"type": "string"}},
            "required": ["b"],
        },
    ),
    (
        "reference",
        {"$defs": {"x": {"type": "string", "description": "X."}}, "properties": {"a": {"$ref": "#/$defs/x"}}},
        {
            "type": "object",
            "properties": {"a": {"type": "string", "description": "X."}},
        },
    ),
    (
        "reference to an anchor",
        {"$defs": {"x": {"$anchor": "n", "type": "boolean"}}, "$ref": "#n"},
        {"type": "boolean"},
    ),
    (
        "recursion",
        {"$defs": {"n": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"},
        {
            "type": "object",
            "properties": {"next": {"type": "object"}},
        },
    ),
    (
        "map",
        {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"type": "string"}},
        {"type": "object"},
    ),
    ("upper case", {"type": "STRING"}, {"type": "string"}),
    ("null only", {"type": "null"}, {"type": "string", "nullable": True}),
]


@pytest.mark.parametrize(("schema", "expected"), [pytest.param(s, e, id=name) for name, s, e in CASES])
def test_clean_maps(schema: Any, expected: Any) -> None:
    assert clean(schema) == expected


def test_clean_leaves_its_argument_alone() -> None:
    schema = {"$schema": "x", "properties": {"a": {"type": ["string", "null"], "pattern": "^a"}}, "required": ["b"]}
    before = dump(schema)
    clean(schema)
    assert dump(schema) == before


def test_clean_spells_out_five_levels_and_leaves_deeper_ones_open() -> None:
    questions = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "options": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "label": {"type": "string"},
                            "deeper": {"type": "object", "properties": {"x": {}}},
                        },
                    },
                }
            },
        },
    }
    found = clean({"type": "object", "properties": {"questions": questions}})
    option = found["properties"]["questions"]["items"]["properties"]["options"]["items"]["properties"]
    assert option == {"label": {"type": "string"}, "deeper": {"type": "object"}}


@pytest.mark.parametrize("schema", [None, {}, {"type": "object", "properties": {}}, {"type": "string"}, True, []])
def test_parameters_of_a_function_without_any_is_none(schema: Any) -> None:
    assert parameters(schema) is None


def test_parameters_folds_alternatives_at_the_root() -> None:
    schema = {"anyOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "number"}}}]}
    assert parameters(schema) == {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}}}


def test_to_json_schema_says_null_where_openapi_says_nullable() -> None:
    found = to_json_schema(
        clean(
            {
                "properties": {
                    "a": {"type": ["string", "null"]},
                    "b": {"enum": ["x", None]},
                    "c": {"type": "array", "items": {"type": "null"}},
                }
            }
        )
    )
    assert found["properties"] == {
        "a": {"type": ["string", "null"]},
        "b": {"anyOf": [{"type": "string", "enum": ["x"]}, {"type": "null"}]},
        "c": {"type": "array", "items": {"type": ["string", "null"]}},
    }
