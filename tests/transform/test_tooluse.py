import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.event import Event, Finish, Start, Text, ToolArgs, ToolEnd, ToolStart, UsageSeen
from ccr.core.usage import Usage
from ccr.transform.tooluse import EXIT, INSTRUCTION, Response
from tests.grammar import joined, run
from tests.transform.case import context, edit, make, request

BASH: list[Event] = [ToolStart(0, "t", "Bash"), ToolArgs(0, "{}"), ToolEnd(0)]


def leave(arguments: str, key: int = 1) -> list[Event]:
    """Return a call of the exit tool, its arguments character by character."""
    return [ToolStart(key, "x", EXIT), *(ToolArgs(key, char) for char in arguments), ToolEnd(key)]


def passed(*events: Event) -> list[Event]:
    found = make("tooluse").filter(context())
    assert found is not None
    return joined(run(found, events))


def test_model_must_call_a_tool_and_gets_a_way_out() -> None:
    sent = edit("tooluse", None, request(), context())
    assert sent["tool_choice"] == "required"
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["Bash", EXIT]
    assert sent["messages"][0]["content"][-1] == {"type": "text", "text": INSTRUCTION}
    assert sent["messages"][1:] == request()["messages"][1:]


@pytest.mark.parametrize("tools", [None, [], [{"type": "web_search_20250305", "name": "web_search"}]])
def test_request_without_functions_stays_as_it_is(tools: list[object] | None) -> None:
    assert edit("tooluse", None, request(tools=tools), context()) == request(tools=tools)


@pytest.mark.parametrize("choice", [{"type": "none"}, {"type": "any"}, {"type": "tool", "name": "Bash"}])
def test_clients_own_choice_wins(choice: dict[str, str]) -> None:
    assert edit("tooluse", None, request(tool_choice=choice), context()) == request(tool_choice=choice)


def test_thinking_stops_where_it_rules_out_a_forced_choice() -> None:
    assert edit("tooluse", None, request(), context("deepseek", "deepseek-chat"))["reasoning"] == {"enabled": False}
    assert edit("tooluse", None, request(), context("openai", "gpt-5"))["reasoning"]["enabled"]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (
            [Start(), *leave('{"response": "All done."}'), Finish("tool_use")],
            [Start(), Text("All done."), Finish("end_turn")],
        ),
        (
            [Text("Well. "), *leave('{"response": "Done."}'), Finish("end_turn")],
            [Text("Well. Done."), Finish("end_turn")],
        ),
        ([*BASH, *leave('{"response": "Done."}'), Finish("tool_use")], [*BASH, Text("Done."), Finish("tool_use")]),
        (
            [*leave('{"response": "First"}', 0), ToolStart(1, "t", "Bash"), ToolEnd(1), Finish("tool_use")],
            [Text("First"), ToolStart(1, "t", "Bash"), ToolEnd(1), Finish("tool_use")],
        ),
        ([*leave("{}"), Finish("tool_use")], [Finish("end_turn")]),
        ([*leave(""), Finish("tool_use")], [Finish("end_turn")]),
        ([*leave('{"response": "cut off'), Finish("max_tokens")], [Text("cut off"), Finish("max_tokens")]),
        ([*BASH, Finish("tool_use")], [*BASH, Finish("tool_use")]),
        ([Text("no tool at all"), Finish("end_turn")], [Text("no tool at all"), Finish("end_turn")]),
    ],
)
def test_exit_becomes_text_wherever_it_stands(events: list[Event], expected: list[Event]) -> None:
    assert passed(*events) == expected


def test_exit_text_streams() -> None:
    found = make("tooluse").filter(context())
    assert found is not None
    list(found.feed(ToolStart(0, "x", EXIT)))
    assert list(found.feed(ToolArgs(0, '{"respon'))) == []
    assert list(found.feed(ToolArgs(0, 'se":"Hel'))) == [Text("Hel")]
    assert list(found.feed(UsageSeen(Usage(1, 1)))) == [UsageSeen(Usage(1, 1))]
    assert list(found.feed(ToolArgs(0, "lo\\"))) == [Text("lo")]
    assert list(found.feed(ToolArgs(0, 'n"}'))) == [Text("\n")]
    assert list(found.feed(ToolEnd(0))) == []


def read(text: str, cuts: list[int]) -> str:
    response = Response()
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    return "".join(response.feed(text[a:b]) for a, b in pairwise(places)) + response.close()


@given(st.text(), st.lists(st.integers(0, 80)), st.booleans())
def test_response_reads_what_was_written(text: str, cuts: list[int], ascii_only: bool) -> None:
    assert read(json.dumps({"response": text}, ensure_ascii=ascii_only), cuts) == text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('{"response": "a \\d and \\ud83d and \\ud83d\\n and \\uZZ"}', "a \\d and \ufffd and \ufffd\n and \\uZZ"),
        ('{ "response" : "spaced" }', "spaced"),
        ('{"answer": "other name"}', "other name"),
        ('{"a": "one", "b": "two"}', "one\ntwo"),
        ('{"response": ["no text"]}', '{"response": ["no text"]}'),
        ("{response: 'sloppy'}", "sloppy"),
        ("just words", "just words"),
        ('"words"', '"words"'),
        ('{"response": "line\nbreak"}', "line\nbreak"),
        ('{"response": "a", "more": "b"}', "a"),
    ],
)
def test_response_loses_nothing_the_model_said(arguments: str, expected: str) -> None:
    for cuts in ([], list(range(len(arguments)))):
        assert read(arguments, cuts) == expected


def test_response_that_never_begins_is_read_at_the_end() -> None:
    text = '{"other": "' + "x" * 1000 + '"}'
    assert read(text, list(range(len(text)))) == "x" * 1000
