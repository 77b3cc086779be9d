"""Arguments of tool calls: what is sound streams, what is broken is mended or refused by every tool."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.anthropic.toolinput import ToolInput
from ccr.core.jsonrepair import repair


def sent(text: str, step: int, *, cut: bool = False) -> str:
    """Return what the client gets of arguments that come in pieces."""
    arguments = ToolInput()
    pieces = [arguments.feed(text[i : i + step]) for i in range(0, len(text), step)]
    return "".join([*pieces, arguments.close(cut=cut)])


MENDED: dict[str, Any] = {
    '{"a": 1, "b": [1]}': {"a": 1, "b": [1]},
    "": {},
    "  ": {},
    "{}": {},
    '{}{"a": 1}': {"a": 1},
    "{'a': 'x'}": {"a": "x"},
    '{"a": True, "b": None}': {"a": True, "b": None},
    '{"a": [1, 2,],}': {"a": [1, 2]},
    '{"a": "C:\\dir"}': {"a": "C:\\dir"},
    '{"a": "say "hi" to all"}': {"a": 'say "hi" to all'},
    '{"a": "x\ny"}': {"a": "x\ny"},
    '{"a": {"b": "x"}': {"a": {"b": "x"}},
    '{"a": 1}}': {"a": 1},
    '{"a": 1}</tool_call>': {"a": 1},
    '```json\n{"a": 1}\n```': {"a": 1},
    '"{\\"a\\": 1}"': {"a": 1},
    '{"a": 1, // note\n "b": 2}': {"a": 1, "b": 2},
    "null": {},
}


@pytest.mark.parametrize("step", [1, 3, 100])
@pytest.mark.parametrize(("text", "expected"), MENDED.items(), ids=repr)
def test_arguments_are_mended_where_one_reading_makes_sense(text: str, expected: Any, step: int) -> None:
    assert json.loads(sent(text, step)) == expected


REFUSED: dict[str, list[str]] = {
    "ls -la": [],
    "[1]": [],
    '{"command": "rm -rf /tmp/x': ["command"],
    '{"a": [1, 2': ["a"],
    '{"a": 1 "b": 2}': ["a"],
    '{"a": 1}, "b": 2}': ["a"],
    '{"a": {"b": oops}, "c": 1}': ["a"],
    '{"a" "b"}': ["a"],
}


@pytest.mark.parametrize("step", [1, 3, 100])
@pytest.mark.parametrize(("text", "keys"), REFUSED.items(), ids=repr)
def test_arguments_that_are_doubtful_make_every_tool_refuse(text: str, keys: list[str], step: int) -> None:
    assert json.loads(sent(text, step)) == {**dict.fromkeys(keys), "_raw": text}


@pytest.mark.parametrize("text", ['{"command": "rm -rf /tmp', '{"a": 1', "{", "", '{"a": "x\\u0', "{'a"])
def test_arguments_that_a_limit_cut_off_stay_as_they_are(text: str) -> None:
    assert sent(text, 1, cut=True) == text


def test_arguments_stream_but_for_what_may_turn_out_wrong() -> None:
    arguments = ToolInput()
    assert [arguments.feed(p) for p in ("{", '"a"', ': "x', 'y"', ", ", '"b', '": 1', "}")] == [
        "",
        '{"a',
        '": "x',
        "y",
        "",
        '", "b',
        '": 1',
        "",
    ]
    assert arguments.whole
    assert arguments.close(cut=False) == "}"


@given(
    st.dictionaries(st.text(max_size=3), st.one_of(st.text(max_size=5), st.integers(), st.lists(st.booleans()))),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["", "{", "}", '"', ",", "'", "\\", "x", "\n", "True"]))),
    st.integers(1, 9),
)
def test_arguments_mean_what_the_mended_ones_mean_or_nothing(
    value: dict[str, Any], changes: list[tuple[int, str]], step: int
) -> None:
    pieces = list(json.dumps(value))
    for place, piece in changes:
        pieces[place % len(pieces)] = piece
    text = "".join(pieces)
    found, mended = json.loads(sent(text, step)), repair(text)
    if mended is not None:
        assert found == json.loads(mended)
    elif text.strip():
        assert found.pop("_raw") == text
        assert all(value is None for value in found.values())
