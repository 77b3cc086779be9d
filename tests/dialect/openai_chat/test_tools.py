"""Tool-call deltas as vendors send them, one row an oddity."""

import json
import time
from typing import Any

import pytest

from ccr.core.event import ToolArgs
from ccr.dialect.openai_chat.tools import Calls
from tests.chat import delta, sse, through, tool, usage
from tests.legal import read_stream

A, B = ("a", "Bash", {"c": 1}), ("b", "Read", {"d": 2})
WHOLE_A, WHOLE_B = '{"c":1}', '{"d":2}'
END = delta(finish="tool_calls")


def calls(*pieces: dict[str, Any]) -> dict[str, Any]:
    """Return one chunk with several calls."""
    return delta(tool_calls=list(pieces))


def piece(call: str | None, name: str | None, args: Any, **extra: Any) -> dict[str, Any]:
    function = {k: v for k, v in (("name", name), ("arguments", args)) if v is not None}
    return {**({"id": call} if call is not None else {}), "function": function, **extra}


ROWS: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, dict[str, Any]]]]] = {
    "in pieces": ([tool(0, call="a", name="Bash", args=""), tool(0, args='{"c'), tool(0, args='":1}')], [A]),
    "whole": ([tool(0, call="a", name="Bash", args=WHOLE_A)], [A]),
    "an object": ([tool(0, call="a", name="Bash", args={"c": 1})], [A]),
    "cumulative": (
        [tool(0, call="a", name="Bash", args='{"c'), tool(0, args='{"c":'), tool(0, args=WHOLE_A)],
        [A],
    ),
    "cumulative from a colon on": (
        [tool(0, call="a", name="Bash", args='{"a_long_name": '), tool(0, args='{"a_long_name": {"c":1}}')],
        [("a", "Bash", {"a_long_name": {"c": 1}})],
    ),
    "cumulative from a short colon on": (
        [
            tool(0, call="a", name="Bash", args='{"c":'),
            tool(0, args='{"c":{"d'),
            tool(0, args='{"c":{"d":1}'),
            tool(0, args='{"c":{"d":1}}'),
        ],
        [("a", "Bash", {"c": {"d": 1}})],
    ),
    "cumulative in two steps": (
        [
            tool(0, call="a", name="Bash", args='{"c":'),
            tool(0, args=WHOLE_A),
            tool(1, call="b", name="Bash", args="{}"),
        ],
        [A, ("b", "Bash", {})],
    ),
    "an object inside that looks like the start, in pieces": (
        [tool(0, call="a", name="Bash", args='{"c":'), tool(0, args='{"c":'), tool(0, args="1}"), tool(0, args="}")],
        [("a", "Bash", {"c": {"c": 1}})],
    ),
    "an object inside that looks like the start": (
        [tool(0, call="a", name="Bash", args='{"c":'), tool(0, args='{"c":1}'), tool(0, args="}")],
        [("a", "Bash", {"c": {"c": 1}})],
    ),
    "by their places": (
        [
            calls(piece("a", "Bash", ""), piece("b", "Read", "")),
            calls(piece(None, None, '{"c'), piece(None, None, '{"d":')),
            calls(piece(None, None, '":1}'), piece(None, None, "2}")),
        ],
        [A, B],
    ),
    "by their places, one of them silent": (
        [
            calls(piece("a", "Bash", ""), piece("b", "Read", '{"d":2')),
            calls(piece(None, None, WHOLE_A), piece(None, None, "")),
            calls(piece(None, None, ""), piece(None, None, "}")),
        ],
        [A, B],
    ),
    "no arguments, twice": (
        [tool(0, call="a", name="Bash", args="{}"), tool(0, name="Bash", args="{}")],
        [("a", "Bash", {})],
    ),
    "again in full": (
        [
            tool(0, call="a", name="Bash", args='{"c"'),
            tool(0, args=":1}"),
            tool(0, call="a", name="Bash", args=WHOLE_A),
        ],
        [A],
    ),
    "again in full without id": (
        [tool(0, call="a", name="Bash", args='{"c"'), tool(0, args=":1}"), tool(0, args=WHOLE_A)],
        [A],
    ),
    "id with every delta": (
        [tool(0, call="a", name="Bash", args='{"c'), tool(0, call="a", args='":'), tool(0, call="a", args="1}")],
        [A],
    ),
    "new id with every delta": (
        [tool(0, call="a", name="Bash", args='{"c'), tool(0, call="x", args='":'), tool(0, call="y", args="1}")],
        [A],
    ),
    "name twice": (
        [tool(0, call="a", name="Bash", args='{"c'), tool(0, name="Bash", args='":1}')],
        [A],
    ),
    "name after arguments": ([tool(0, call="a", args=WHOLE_A), tool(0, name="Bash")], [A]),
    "no arguments": ([tool(0, call="a", name="Bash")], [("a", "Bash", {})]),
    "empty arguments": ([tool(0, call="a", name="Bash", args="")], [("a", "Bash", {})]),
    "placeholder first": ([tool(0, call="a", name="Bash", args="{}"), tool(0, args=WHOLE_A)], [A]),
    "two in turn": (
        [
            tool(0, call="a", name="Bash", args='{"c"'),
            tool(0, args=":1}"),
            tool(1, call="b", name="Read", args='{"d"'),
            tool(1, args=":2}"),
        ],
        [A, B],
    ),
    "two interleaved": (
        [
            tool(0, call="a", name="Bash", args=""),
            tool(1, call="b", name="Read", args=""),
            tool(1, args='{"d":'),
            tool(0, args='{"c":'),
            tool(1, args="2}"),
            tool(0, args="1}"),
        ],
        [A, B],
    ),
    "two in one chunk": (
        [calls(piece("a", "Bash", WHOLE_A, index=0), piece("b", "Read", WHOLE_B, index=1))],
        [A, B],
    ),
    "two without index": ([calls(piece("a", "Bash", WHOLE_A), piece("b", "Read", WHOLE_B))], [A, B]),
    "two at index 0": (
        [tool(0, call="a", name="Bash", args=WHOLE_A), tool(0, call="b", name="Read", args=WHOLE_B)],
        [A, B],
    ),
    "same tool twice at index 0": (
        [tool(0, call="a", name="Bash", args=WHOLE_A), tool(0, call="b", name="Bash", args=WHOLE_A)],
        [A, ("b", "Bash", {"c": 1})],
    ),
    "two empty at index 0": (
        [tool(0, call="a", name="Bash", args="{}"), tool(0, call="b", name="Bash", args="{}")],
        [("a", "Bash", {}), ("b", "Bash", {})],
    ),
    "two at index 0 in pieces": (
        [
            tool(0, call="a", name="Bash", args='{"c"'),
            tool(0, args=":1}"),
            tool(0, call="b", name="Read", args='{"d"'),
            tool(0, args=":2}"),
        ],
        [A, B],
    ),
    "nested object that looks cumulative": (
        [tool(0, call="a", name="Bash", args='{"c":'), tool(0, args='{"c":1}}')],
        [("a", "Bash", {"c": {"c": 1}})],
    ),
    "index as text": (
        [calls({"index": "0", "id": "a", "function": {"name": "Bash", "arguments": '{"c"'}}), tool(0, args=":1}")],
        [A],
    ),
    "arguments before names": (
        [tool(0, args=WHOLE_A), tool(0, call="a", name="Bash"), tool(1, args=WHOLE_B), tool(1, call="b", name="Read")],
        [A, B],
    ),
    "two objects in one piece": (
        [tool(0, call="a", name="Bash", args='{"c":1}{"c":2}')],
        [A, ("", "Bash", {"c": 2})],
    ),
    "two objects one after the other": (
        [tool(0, call="a", name="Bash", args=WHOLE_A), tool(0, args='{"c":'), tool(0, args="2}")],
        [A, ("", "Bash", {"c": 2})],
    ),
    "the same object twice in one piece": ([tool(0, call="a", name="Bash", args=WHOLE_A * 2)], [A]),
    "an empty object behind the real one": (
        [tool(0, call="a", name="Bash", args=WHOLE_A), tool(0, args="{}")],
        [A],
    ),
    "name again behind whole arguments": (
        [tool(0, call="a", name="Bash", args=WHOLE_A), tool(0, name="Bash"), tool(0, name="Bash", args="")],
        [A],
    ),
    "no name": ([tool(0, call="a", args=WHOLE_A)], [("a", "unknown_tool", {"c": 1})]),
    "a single object": ([delta(tool_calls=piece("a", "Bash", WHOLE_A))], [A]),
    "name and arguments without function": ([calls({"id": "a", "name": "Bash", "arguments": WHOLE_A})], [A]),
    "markup behind the arguments": (
        [tool(0, call="a", name="Bash", args=WHOLE_A), tool(0, args="</tool_call>")],
        [A],
    ),
    "numeric id": (
        [calls({"index": 0, "id": 7, "function": {"name": "Bash", "arguments": WHOLE_A}})],
        [("7", "Bash", {"c": 1})],
    ),
    "legacy function_call": (
        [delta(function_call={"name": "Bash", "arguments": '{"c'}), delta(function_call={"arguments": '":1}'})],
        [("", "Bash", {"c": 1})],
    ),
}


@pytest.mark.parametrize(("chunks", "expected"), ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("finish", ["tool_calls", "stop", ""], ids=["tool_calls", "stop", "blank"])
def test_calls_are_whole_and_in_order(
    chunks: list[dict[str, Any]], expected: list[tuple[str, str, dict[str, Any]]], finish: str
) -> None:
    message = read_stream(through([sse([*chunks, delta(finish=finish), usage()])]))
    found = [(b["id"], b["name"], b["input"]) for b in message["content"]]
    assert [f[1:] for f in found] == [e[1:] for e in expected]
    assert all(e[0] in ("", f[0]) for f, e in zip(found, expected, strict=True))
    assert message["stop_reason"] == "tool_use"


def test_missing_ids_are_made_up_and_differ() -> None:
    chunks = [calls(piece(None, "Bash", WHOLE_A), piece(None, "Read", WHOLE_B)), END]
    ids = [b["id"] for b in read_stream(through([sse(chunks)]))["content"]]
    assert len(set(ids)) == 2
    assert all(i.startswith("toolu_") for i in ids)


def test_text_between_deltas_waits_until_the_call_is_whole() -> None:
    chunks = [tool(0, call="a", name="Bash", args='{"c":'), delta(content="so"), tool(0, args="1}"), END]
    message = read_stream(through([sse(chunks)]))
    assert [b["type"] for b in message["content"]] == ["tool_use", "text"]
    assert message["content"][0]["input"] == {"c": 1}


def test_text_after_a_whole_call_is_a_block_of_its_own() -> None:
    chunks = [tool(0, call="a", name="Bash", args=WHOLE_A), delta(content="done"), END]
    message = read_stream(through([sse(chunks)]))
    assert [b["type"] for b in message["content"]] == ["tool_use", "text"]


def test_broken_arguments_reach_the_client_as_they_are() -> None:
    chunks = [tool(0, call="a", name="Bash", args='{"c": oops'), END]
    assert read_stream(through([sse(chunks)]))["content"][0]["input"] == {"c": None, "_raw": '{"c": oops'}


def test_a_call_cut_by_the_limit_does_not_look_complete() -> None:
    chunks = [tool(0, call="a", name="Bash", args='{"c": 1'), delta(finish="length")]
    assert read_stream(through([sse(chunks)]))["stop_reason"] == "max_tokens"


def test_text_that_waited_comes_before_text_that_did_not() -> None:
    chunks = [
        tool(0, call="a", name="Bash", args='{"c":'),
        delta(content="one "),
        tool(0, args="1}"),
        delta(content="two"),
        END,
    ]
    message = read_stream(through([sse(chunks)]))
    assert [b.get("text") for b in message["content"]] == [None, "one two"]


def test_long_arguments_in_small_pieces_take_linear_time() -> None:
    def seconds(size: int) -> float:
        text = json.dumps({"content": 'x = "y"\n' * size})
        pieces = [{"index": 0, "function": {"arguments": text[i : i + 4]}} for i in range(0, len(text), 4)]
        found = Calls()
        began = time.process_time()
        events = [*found.feed([{"index": 0, "id": "a", "function": {"name": "Write"}}])]
        for one in pieces:
            events += found.feed([one])
        events += found.end()
        assert "".join(e.json for e in events if isinstance(e, ToolArgs)) == text
        return time.process_time() - began

    seconds(100)
    assert seconds(10_000) < 60 * seconds(500) + 0.05
