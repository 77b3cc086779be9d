"""The asserter itself: it must fail on every kind of breach, or the tests that use it say nothing."""

import pytest

from ccr.core.event import Event, Fault, Finish, Start, Text, Thinking, ToolArgs, ToolEnd, ToolStart, UsageSeen
from ccr.core.usage import Usage
from tests.grammar import Grammar, joined

TOOL = (ToolStart(0, "id", "Bash"), ToolArgs(0, "{"), ToolArgs(0, "}"), ToolEnd(0))
USAGE = UsageSeen(Usage(1, 1))
END = Finish("end_turn")


@pytest.mark.parametrize(
    "events",
    [
        [],
        [END],
        [Start(), USAGE, Thinking("a"), Text("b"), *TOOL, Text("c"), END, USAGE],
        [Text("a"), Fault("api_error", "x")],
        [ToolStart(0, "", "x"), ToolArgs(0, "{"), Fault("api_error", "x")],
        [ToolStart(1, "", "x"), ToolEnd(1), ToolStart(0, "", "x"), ToolEnd(0), END],
    ],
)
def test_grammar_takes_what_is_legal(events: list[Event]) -> None:
    check(events)


@pytest.mark.parametrize(
    "events",
    [
        [Start(), Start()],
        [Text("a"), Start()],
        [Text("")],
        [Thinking("")],
        [END, Text("a")],
        [END, END],
        [Fault("api_error", "x"), Text("a")],
        [Fault("api_error", "x"), Fault("api_error", "x")],
        [ToolStart(0, "", "x")],
        [ToolStart(0, "", "x"), Text("a"), ToolEnd(0)],
        [ToolStart(0, "", "x"), USAGE, ToolEnd(0)],
        [ToolStart(0, "", "x"), ToolStart(1, "", "y"), ToolEnd(1), ToolEnd(0)],
        [ToolStart(0, "", "x"), ToolArgs(1, "{}"), ToolEnd(0)],
        [ToolArgs(0, "{}")],
        [ToolEnd(0)],
        [*TOOL, *TOOL],
        [*TOOL, ToolArgs(0, "{}")],
    ],
)
def test_grammar_refuses_what_is_not(events: list[Event]) -> None:
    with pytest.raises(AssertionError):
        check(events)


def check(events: list[Event]) -> None:
    grammar = Grammar()
    for event in events:
        grammar.take(event)
    grammar.end()


def test_joined_forgets_where_deltas_were_cut() -> None:
    assert joined([Text("a"), Text("b"), *TOOL, Thinking("c"), Thinking("d")]) == [
        Text("ab"),
        ToolStart(0, "id", "Bash"),
        ToolArgs(0, "{}"),
        ToolEnd(0),
        Thinking("cd"),
    ]
