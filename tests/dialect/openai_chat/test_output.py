"""The order of a reply's output."""

from typing import Any

from ccr.core.event import Signature, Start, Text, Thinking, ToolArgs, ToolEnd, ToolStart
from ccr.dialect.openai_chat.output import Output
from ccr.dialect.openai_chat.state import State, pack

DETAIL = {"type": "reasoning.encrypted", "data": "d"}
SIGNED = Signature(pack(State(details=[DETAIL])))


def piece(args: str, **more: Any) -> list[Any]:
    return [{"index": 0, "function": {"arguments": args, **more}}]


def test_what_comes_within_a_call_waits_for_its_end() -> None:
    output = Output()
    output.call(piece('{"a":', name="Bash"))
    output.put(Text("so"))
    output.put(Thinking("hm"))
    assert output.in_call
    output.call(piece("1}"))
    assert not output.in_call
    output.put(Text("on"))
    assert output.take() == [
        ToolStart(0, "", "Bash"),
        ToolArgs(0, '{"a":'),
        ToolArgs(0, "1}"),
        ToolEnd(0),
        Text("so"),
        Thinking("hm"),
        Text("on"),
    ]
    assert output.count == 5
    assert output.take() == []


def test_state_stands_before_the_call_that_it_came_with() -> None:
    output = Output()
    output.details.add([DETAIL])
    output.call(piece("{}", name="Bash"))
    output.end()
    assert output.take() == [SIGNED, ToolStart(0, "", "Bash"), ToolEnd(0)]


def test_state_that_comes_late_stands_before_the_next_call() -> None:
    output = Output()
    output.call(piece('{"a":1}', name="Bash"))
    output.details.add([DETAIL])
    output.call([{"index": 1, "id": "b", "function": {"name": "Read", "arguments": "{}"}}])
    output.end()
    names = [type(event).__name__ for event in output.take()]
    assert names == ["ToolStart", "ToolArgs", "ToolEnd", "Signature", "ToolStart", "ToolEnd"]


def test_state_after_the_last_text_is_dropped_but_not_after_a_call() -> None:
    output = Output()
    output.put(Text("a"))
    output.details.add([DETAIL])
    output.end()
    assert output.take() == [Text("a")]
    output = Output()
    output.call(piece("{}", name="Bash"))
    output.details.add([DETAIL])
    output.end()
    assert output.take()[-1] == SIGNED


def test_state_alone_is_signed() -> None:
    output = Output()
    output.details.add([DETAIL])
    output.end()
    assert output.take() == [SIGNED]


def test_what_is_no_content_does_not_count() -> None:
    output = Output()
    output.tell(Start())
    assert (output.take(), output.count) == ([Start()], 0)
