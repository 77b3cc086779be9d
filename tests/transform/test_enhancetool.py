import json

import pytest

from ccr.core.event import Event, Finish, Start, Text, ToolArgs, ToolEnd, ToolStart
from ccr.core.toolname import wire_name
from tests.grammar import run
from tests.transform.case import SCHEMA, context, make, request

START, END = ToolStart(0, "t", "Bash"), ToolEnd(0)


def passed(*events: Event, tool: str = "Bash") -> list[Event]:
    sent = request(tools=[{"name": tool, "input_schema": SCHEMA}])
    found = make("enhancetool").filter(context(sent=sent))
    assert found is not None
    return run(found, events)


@pytest.mark.parametrize(
    ("pieces", "sent"),
    [
        (['{"command"', ': "ls"}'], '{"command": "ls"}'),
        (["{'command': ", "'ls',}"], '{"command":"ls"}'),
        (['{"command": "ls"'], '{"command":"ls"}'),
        (['{"command": "ls", "timeout": "5"}'], '{"command":"ls","timeout":5}'),
        (['{"list": "[1, 2]"}'], '{"list":[1,2]}'),
        (['{"command": "12"}'], '{"command": "12"}'),
    ],
)
def test_arguments_come_whole_and_repaired(pieces: list[str], sent: str) -> None:
    assert passed(START, *(ToolArgs(0, piece) for piece in pieces), END) == [START, ToolArgs(0, sent), END]


@pytest.mark.parametrize("text", ['{"command": "cut off in the mid', "I will run ls", '{"command": rm -rf}', "[1]"])
def test_arguments_beyond_repair_reach_the_agent(text: str) -> None:
    assert passed(START, ToolArgs(0, text), END) == [START, ToolArgs(0, text), END]


@pytest.mark.parametrize("args", [[], [ToolArgs(0, " ")]])
def test_call_without_arguments_stays_without(args: list[Event]) -> None:
    assert passed(START, *args, END) == [START, END]


@pytest.mark.parametrize("reason", ["tool_use", "end_turn", "max_tokens"])
def test_parallel_calls_keep_their_own_arguments_whatever_the_finish(reason: str) -> None:
    other = ToolStart(1, "u", "Bash")
    finish = Finish(reason)  # type: ignore[arg-type]
    events = [Start(), Text("go"), START, ToolArgs(0, "{a:1}"), END, other, ToolArgs(1, "{b:2}"), ToolEnd(1), finish]
    fixed = [Start(), Text("go"), START, ToolArgs(0, '{"a":1}'), END, other, ToolArgs(1, '{"b":2}'), ToolEnd(1), finish]
    assert passed(*events) == fixed


def test_tool_with_a_name_that_had_to_change_has_its_schema() -> None:
    name = "mcp__a.very.long/name" * 5
    start = ToolStart(0, "t", wire_name(name))
    events = passed(start, ToolArgs(0, '{"timeout": "5"}'), END, tool=name)
    assert json.loads(events[1].json) == {"timeout": 5}  # type: ignore[attr-defined]
