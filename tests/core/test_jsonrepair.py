import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.jsonrepair import DEPTH_LIMIT, repair

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=4)
CROOKED = st.text(alphabet="{}[]:,\"'\\/*nu0aT1.-e \n`<|>", max_size=40)


def read(text: str) -> Any:
    """Return the value of a repaired text; it must be strict JSON."""
    repaired = repair(text)
    assert repaired is not None
    return json.loads(repaired)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'a': 'b'}", {"a": "b"}),
        ("{'a': 'it\\'s'}", {"a": "it's"}),
        ("{'a': 'it's fine'}", {"a": "it's fine"}),
        ("{'a': 'say \"hi\"'}", {"a": 'say "hi"'}),
        ("{a: 1, $b_c-d: 2}", {"a": 1, "$b_c-d": 2}),
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ('{"a": True, "b": None, "c": False}', {"a": True, "b": None, "c": False}),
        ('{"a": 1} // done', {"a": 1}),
        ('{/* first */ "a": "b" // second\n, "c": 1}', {"a": "b", "c": 1}),
        (
            '{"a": +1, "b": .5, "c": 5., "d": 0xFF, "e": -.5, "f": 5.e3}',
            {"a": 1, "b": 0.5, "c": 5.0, "d": 255, "e": -0.5, "f": 5000.0},
        ),
        ('{"a": "one\ntwo\tthree\r\x01"}', {"a": "one\ntwo\tthree\r\x01"}),
        ('{"a": "\\d+\\.\\s"}', {"a": "\\d+\\.\\s"}),
        ('{"a": "C:\\Users\\Public"}', {"a": "C:\\Users\\Public"}),
        ('{"a": "\\x41\\u0042\\user"}', {"a": "AB\\user"}),
        ('{"a": "line \\\ncontinued"}', {"a": "line \\\ncontinued"}),
        ('{"a": "echo "hi""}', {"a": 'echo "hi"'}),
        ('{"a": "git commit -m "fix: bug" && ls", "b": 1}', {"a": 'git commit -m "fix: bug" && ls', "b": 1}),
        ('{"a": "b"', {"a": "b"}),
        ('{"a": {"b": [1, {"c": "d"}]}', {"a": {"b": [1, {"c": "d"}]}}),
        ('{"a": [1, "b"}', {"a": [1, "b"]}),
        ('{"a": 1}}', {"a": 1}),
        ('{"a": 1}\n```', {"a": 1}),
        ('{"a": 1}<|tool_call_end|>', {"a": 1}),
        ('{"a": 1}</tool_call>', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('{}{"a": 1}', {"a": 1}),
        ('{"a": 1}{"a": 1}', {"a": 1}),
        ("{}{}", {}),
        ('"{\\"a\\": 1}"', {"a": 1}),
        ('\ufeff {"a": 1}', {"a": 1}),
    ],
)
def test_repair_of_one_sensible_reading(text: str, expected: dict[str, Any]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "{",
        "null",
        "[1]",
        '"text"',
        "Sure! Here it is",
        '{"a": "cut in the mid',
        '{"a": "b", ',
        '{"a": "b", "c',
        '{"a": "b", "c":',
        '{"a": 12',
        '{"a": tru',
        '{"a": ["b"',
        '{"a": ["b", {"c": 1}',
        '{"a": "x" "b": "y"}',
        '{"a": ["x" "y"]}',
        '{"a": ["x""y"]}',
        '{"a": "say "hi", she said"}',
        '{"a": "echo "x", "b": "c""}',
        '{"a": "{"b": 1}"}',
        '{"a": "C:\\Users\\new"}',
        '{"a": 007}',
        '{"a": 1-2}',
        '{"a": NaN}',
        '{"a": fast}',
        '{"a": /tmp/x}',
        '{"a" 1}',
        '{"a": 1]}',
        '{"a": 1,, "b": 2}',
        '{"a": 1}{"b": 2}',
        '{"a": 1} and more',
        'prose {"a": 1}',
        '{"a": "b\\',
        '{"k"ey": 1}',
        "{" * 2 + "}",
        '{"a":' * (DEPTH_LIMIT + 1) + "1" + "}" * (DEPTH_LIMIT + 1) + " //",
        '{"a":' * 200_000,
    ],
)
def test_repair_leaves_what_is_doubtful(text: str) -> None:
    assert repair(text) is None


@given(OBJECTS)
def test_repair_of_valid_json_is_the_text_itself(value: dict[str, Any]) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert repair(text) == text


@given(st.text() | CROOKED)
def test_repair_gives_an_object_or_nothing(text: str) -> None:
    repaired = repair(text)
    assert repaired is None or isinstance(json.loads(repaired), dict)


@given(CROOKED)
def test_repair_of_what_was_repaired_changes_nothing(text: str) -> None:
    repaired = repair(text)
    assert repaired is None or repair(repaired) == repaired


@given(OBJECTS)
def test_repair_reads_sloppy_spelling_as_the_same_value(value: dict[str, Any]) -> None:
    assert read(sloppy(value)) == value


@given(OBJECTS, st.data())
def test_repair_of_a_cut_text_invents_no_value(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    repaired = repair(text[: data.draw(st.integers(0, len(text)))])
    if repaired is not None:
        assert is_part(json.loads(repaired), value)


def sloppy(value: Any) -> str:
    """Write a value as a careless JavaScript or Python programmer would."""
    if isinstance(value, dict):
        members = "".join(f"{sloppy(key)} : {sloppy(member)} ,\n" for key, member in value.items())
        return f"{{{members}/* end */}} // object\n"
    if isinstance(value, list):
        return f"[ {''.join(f'{sloppy(member)}, ' for member in value)}]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value) if value is None or isinstance(value, bool) else json.dumps(value)


def is_part(found: Any, whole: Any) -> bool:
    """Tell whether all that was found is in the whole, in its place; only members of objects may be missing."""
    if isinstance(whole, dict):
        return isinstance(found, dict) and all(key in whole and is_part(found[key], whole[key]) for key in found)
    return bool(found == whole) or (isinstance(whole, list) and found == whole)
