from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.core.event import Event, Finish, Start, Text, Thinking, ToolArgs, ToolEnd, ToolStart, UsageSeen
from ccr.core.toolname import wire_name
from ccr.core.usage import Usage
from tests.grammar import joined, run
from tests.transform.case import context, make, request
from tests.transform.test_textcall import SAMPLES

END = Finish("end_turn")
USED = Finish("tool_use")
HERMES = '<tool_call>{"name": "Bash", "arguments": {"command":"ls"}}</tool_call>'


def called(key: int, args: str = '{"command":"ls"}', name: str = "Bash") -> list[Event]:
    return [ToolStart(key, "", name), ToolArgs(key, args), ToolEnd(key)]


def passed(*events: Event, name: str = "texttools") -> list[Event]:
    found = make(name).filter(context(sent=request()))
    assert found is not None
    return joined(run(found, events))


def said(text: str, *cuts: int) -> list[Event]:
    """Return the text in pieces."""
    places = [0, *sorted({cut for cut in cuts if 0 < cut < len(text)}), len(text)]
    return [Text(text[a:b]) for a, b in pairwise(places)]


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "bare"])
@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, 250), max_size=8))
def test_markup_becomes_a_call_however_it_is_cut(sample: str, cuts: list[int]) -> None:
    events = passed(Start(), *said(f"Let me see.\n\n{SAMPLES[sample]}\n", *cuts), END)
    assert events[:2] == [Start(), Text("Let me see.\n\n")]
    assert [type(e) for e in events[2:]] == [ToolStart, ToolArgs, ToolEnd, Finish]
    assert events[-1] == USED


def test_json_of_something_else_is_not_held() -> None:
    found = make("texttools").filter(context(sent=request()))
    assert found is not None
    assert list(found.feed(Text('{"name": "my'))) == []
    assert list(found.feed(Text('-app", "version": '))) == [Text('{"name": "my-app", "version": ')]
    assert list(found.feed(Text('"1"}'))) == [Text('"1"}')]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HERMES}\n{HERMES}\n", [*called(-1), *called(-2)]),
        (f"{HERMES}\nand then", [*called(-1), Text("and then")]),
        (HERMES.removesuffix("</tool_call>"), called(-1)),
        (HERMES.removesuffix("}</tool_call>"), called(-1)),
        ('{"name": "Bash", "arguments": {"command":"ls"}}', called(-1)),
        ('\n{ "name": "Bash",\n "arguments": {"command":"ls"}}\n', called(-1)),
        ("<function=Bash>\n</function>\n</tool_call>\nok", [*called(-1, "{}"), Text("ok")]),
    ],
)
def test_calls_and_text_come_in_their_order(text: str, expected: list[Event]) -> None:
    for pieces in (said(text), said(text, *range(len(text)))):
        assert passed(*pieces, END) == [*expected, USED]


PROSE = (
    "Just words.",
    f"The model writes `{HERMES}` to call it.",
    f"```xml\n{HERMES}\n```\nThat is the format.",
    '<tool_call>{"name": "Unknown", "arguments": {}}</tool_call>',
    "A <tool_call> tag opens a call, </tool_call> closes it.",
    "if a < b and c <| d: [TOOL_CALLS",
    '{"name": "pkg", "version": "1"}',
    '{"name": "Bash"}',
    '{"other": "Bash", "arguments": {}}',
    '{"name": "Bash", "arguments": {}} is how it looks.',
    "<function=Bash><parameter=command>rm -rf /",
    "</tool_call>",
    "[TOOL_CALLS]",
)


@pytest.mark.parametrize("text", PROSE)
def test_text_about_calls_stays_text(text: str) -> None:
    for pieces in (said(text), said(text, *range(len(text)))):
        assert passed(Start(), *pieces, END) == [Start(), Text(text), END]


def test_kimi_calls_out_of_its_thinking() -> None:
    thought = f"I should look. {SAMPLES['kimi']}"
    events = passed(*(Thinking(char) for char in thought), END)
    assert events == [Thinking("I should look. "), *called(-1, '{"command": "ls", "timeout": 5}'), USED]


def test_plain_markup_in_thinking_is_only_a_thought() -> None:
    assert passed(Thinking(HERMES), Text("ok"), END) == [Thinking(HERMES), Text("ok"), END]


def test_real_calls_pass_and_end_the_text_before_them() -> None:
    real: list[Event] = [ToolStart(0, "t", "Bash"), ToolArgs(0, "{}"), ToolEnd(0)]
    assert passed(Text("I <tool"), *real, USED) == [Text("I <tool"), *real, USED]
    assert passed(Text(HERMES), *real, USED) == [*called(-1), *real, USED]


def test_usage_in_every_chunk_does_not_cut_a_call() -> None:
    usage = UsageSeen(Usage(1, 1))
    assert passed(Text(HERMES[:20]), usage, Text(HERMES[20:]), END) == [usage, *called(-1), USED]


@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
def test_other_reasons_to_stop_stay(reason: str) -> None:
    finish = Finish(reason)  # type: ignore[arg-type]
    assert passed(Text(HERMES), finish) == [*called(-1), finish]


def test_text_streams_on_where_no_mark_is_near() -> None:
    found = make("texttools").filter(context(sent=request()))
    assert found is not None
    assert list(found.feed(Text("Hello <"))) == [Text("Hello ")]
    assert list(found.feed(Text("b>"))) == [Text("<b>")]


def test_request_without_tools_needs_no_filter() -> None:
    assert make("texttools").filter(context(sent=request(tools=None))) is None


def test_tool_is_known_by_the_name_that_was_sent() -> None:
    name = "mcp__a.very.long/name" * 5
    sent = request(tools=[{"name": name, "input_schema": {}}])
    found = make("texttools").filter(context(sent=sent))
    assert found is not None
    text = f'<tool_call>{{"name": "{wire_name(name)}", "arguments": {{}}}}</tool_call>'
    assert run(found, [Text(text), END])[0] == ToolStart(-1, "", wire_name(name))
