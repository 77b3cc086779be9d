"""What single items tell, however much of it comes in deltas."""

from typing import Any

import pytest

from ccr.core.event import Citation, Event, Signature, Text, Thinking, ToolArgs, ToolEnd, ToolStart, WebSearch
from ccr.dialect.openai_responses.item import (
    CustomCall,
    FunctionCall,
    Item,
    Message,
    Reasoning,
    SearchCall,
    payload,
)
from tests.grammar import joined

Json = dict[str, Any]
CALL = {"type": "function_call", "call_id": "c", "name": "f"}
NOTE = {"type": "url_citation", "url": "https://a.example/", "title": "A", "start_index": 0, "end_index": 1}


def tell(item: Item, *events: tuple[str, Json], final: Json | None = None, begin: Json | None = None) -> list[Event]:
    """Return what an item tells of events and its final form."""
    item.begin(begin or {})
    found = [e for name, data in events for e in item.feed(name, data)]
    return joined([*found, *item.end(final)])


def args(piece: Any) -> tuple[str, Json]:
    return "function_call_arguments.delta", {"delta": piece}


def said(text: str, index: int = 0) -> tuple[str, Json]:
    return "output_text.delta", {"delta": text, "content_index": index}


WHOLE = '{"a":{"a":1}}'


@pytest.mark.parametrize(
    ("events", "final"),
    [
        ([], {**CALL, "arguments": WHOLE}),
        ([], {**CALL, "arguments": {"a": {"a": 1}}}),
        ([args('{"a":'), args('{"a":1}}')], {**CALL, "arguments": WHOLE}),
        ([args('{"a":'), args('{"a":1}}')], CALL),
        ([args('{"a"'), args('{"a":{"a"'), args(WHOLE)], CALL),
        ([args('{"a":{"a":1}}'), args(WHOLE)], CALL),
        ([args('{"a":{"a":1}}'), args('{"a": {"a": 1}}')], CALL),
        ([args({"a": {"a": 1}})], CALL),
        ([args('{"a":'), ("function_call_arguments.done", {"arguments": WHOLE})], CALL),
        ([("function_call_arguments.done", {"arguments": WHOLE, "name": "f"})], {"call_id": "c"}),
    ],
    ids=[
        "final",
        "object",
        "pieces",
        "final empty",
        "cumulative",
        "twice",
        "twice, spaced",
        "piece object",
        "done",
        "done only",
    ],
)
def test_arguments_add_up_to_the_whole(events: list[tuple[str, Json]], final: Json) -> None:
    found = tell(FunctionCall(0, frozenset()), *events, final=final)
    assert found == [ToolStart(0, "c", "f"), ToolArgs(0, WHOLE), ToolEnd(0)]


@pytest.mark.parametrize("arguments", ["", "  ", None, 42])
def test_call_without_arguments_has_an_empty_object(arguments: Any) -> None:
    found = tell(FunctionCall(0, frozenset()), final={**CALL, "arguments": arguments})
    assert found[0] == ToolStart(0, "c", "f")
    assert "".join(e.json for e in found if isinstance(e, ToolArgs)).strip() == "{}"
    assert found[-1] == ToolEnd(0)


def test_call_waits_for_its_name() -> None:
    item = FunctionCall(0, frozenset())
    assert list(item.feed(*args('{"a"'))) == []
    assert tell(item, final={**CALL, "arguments": '{"a":1}'}) == [
        ToolStart(0, "c", "f"),
        ToolArgs(0, '{"a":1}'),
        ToolEnd(0),
    ]


def test_call_that_was_cut_off_ends() -> None:
    begin = {**CALL, "id": "fc"}
    assert tell(FunctionCall(0, frozenset()), args('{"a'), begin=begin) == [
        ToolStart(0, "c", "f"),
        ToolArgs(0, '{"a'),
        ToolEnd(0),
    ]
    assert tell(FunctionCall(0, frozenset()), args('{"a')) == []


def test_call_without_an_id_takes_that_of_its_item() -> None:
    assert tell(FunctionCall(0, frozenset()), final={"id": "fc", "name": "f"})[0] == ToolStart(0, "fc", "f")


@pytest.mark.parametrize("name", ["parallel", "multi_tool_use.parallel"])
def test_wrapper_is_taken_apart(name: str) -> None:
    uses = '{"tool_uses":[{"recipient_name":"functions.f","parameters":{"a":1}},{"recipient_name":"g"}]}'
    found = tell(FunctionCall(1, frozenset({"f", "g"})), args(uses), begin={"call_id": "c", "name": name}, final={})
    assert [e.name for e in found if isinstance(e, ToolStart)] == ["f", "g"]
    assert [e.json for e in found if isinstance(e, ToolArgs)] == ['{"a":1}', "{}"]
    assert len({e.key for e in found if isinstance(e, ToolStart)}) == 2


def test_wrapper_that_holds_nothing_stays_a_call() -> None:
    found = tell(FunctionCall(1, frozenset()), final={"call_id": "c", "name": "parallel", "arguments": '{"x":1}'})
    assert found == [ToolStart(1, "c", "parallel"), ToolArgs(1, '{"x":1}'), ToolEnd(1)]


def test_custom_call_has_its_text_as_input() -> None:
    item = CustomCall(0, frozenset())
    found = tell(item, ("custom_tool_call_input.delta", {"delta": "a\n"}), final={"call_id": "c", "name": "f"})
    assert found == [ToolStart(0, "c", "f"), ToolArgs(0, '{"input":"a\\n"}'), ToolEnd(0)]
    assert tell(CustomCall(0, frozenset()), begin={"name": "f"}) == []


@pytest.mark.parametrize(
    ("events", "parts"),
    [
        ([said("ab"), said("cd")], ["abcd"]),
        ([said("ab")], ["abcd"]),
        ([], ["ab", "cd"]),
        ([said("ab"), said("cd")], ["ab", "cd"]),
        ([said("ab", 0), said("c", 1)], ["ab", "cd"]),
        ([("output_text.done", {"text": "abcd"})], []),
        ([said("abcd"), ("output_text.done", {"text": "abcd"})], ["abcd"]),
        ([said("abcd")], ["other"]),
        ([said("abcd"), said(""), said(None)], ["abcd"]),  # type: ignore[arg-type]
    ],
)
def test_text_is_told_once(events: list[tuple[str, Json]], parts: list[str]) -> None:
    final = {"content": [{"type": "output_text", "text": part} for part in parts]}
    assert tell(Message(), *events, final=final) == [Text("abcd")]


def test_refusal_is_text_and_noted() -> None:
    item = Message()
    assert tell(item, final={"content": [{"type": "refusal", "refusal": "No."}]}) == [Text("No.")]
    assert item.refused


def test_citation_is_told_once_after_its_part() -> None:
    part = {"type": "output_text", "text": "a", "annotations": [NOTE, {"type": "file_citation"}, None, NOTE]}
    found = tell(Message(), final={"content": [part, {"type": "output_text", "text": "b"}]})
    assert found == [Text("a"), Citation("https://a.example/", "A"), Text("b")]
    item = Message()
    streamed = tell(item, said("a"), ("output_text.annotation.added", {"annotation": NOTE}), final={"content": [part]})
    assert streamed == [Text("a"), Citation("https://a.example/", "A")]


def thought(name: str, text: str, part: int = 0) -> tuple[str, Json]:
    field = "summary_index" if "summary" in name else "content_index"
    return f"{name}.delta", {"delta": text, field: part}


def test_parts_of_a_summary_are_paragraphs() -> None:
    parts = [{"type": "summary_text", "text": text} for text in ("one", "two")]
    final = {"id": "r", "summary": parts}
    events = [thought("reasoning_summary_text", "o"), thought("reasoning_summary_text", "ne")]
    wanted = [Thinking("one\n\ntwo"), Signature(payload(final))]
    assert tell(Reasoning(), *events, thought("reasoning_summary_text", "two", 1), final=final) == wanted
    assert tell(Reasoning(), *events, final=final) == wanted
    assert tell(Reasoning(), final=final) == wanted


def test_reasoning_that_comes_twice_is_shown_once() -> None:
    events = [thought("reasoning_text", "raw"), thought("reasoning_summary_text", "short")]
    final = {"content": [{"type": "reasoning_text", "text": "raw"}], "summary": [{"text": "short"}]}
    assert [e for e in tell(Reasoning(), *events, final=final) if isinstance(e, Thinking)] == [Thinking("raw")]


@pytest.mark.parametrize(
    ("final", "events"),
    [
        ({"id": "r", "summary": []}, []),
        ({"id": "r", "summary": [], "encrypted_content": "e"}, [Signature('{"id":"r","encrypted_content":"e"}')]),
        (None, []),
    ],
)
def test_reasoning_without_words(final: Json | None, events: list[Event]) -> None:
    assert tell(Reasoning(), final=final) == events


def test_reasoning_that_was_cut_off_has_no_state_to_give_back() -> None:
    assert tell(Reasoning(), thought("reasoning_text", "hm")) == [Thinking("hm")]


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ({"type": "search", "query": "q"}, [WebSearch("ws", "q")]),
        ({"type": "search", "queries": ["q", "r"]}, [WebSearch("ws", "q")]),
        (None, [WebSearch("ws")]),
        ({"type": "open_page", "url": "https://a.example/"}, []),
        ({"type": "find_in_page", "url": "https://a.example/", "pattern": "x"}, []),
        ({"type": "search", "query": "q", "sources": [None, {"url": 1}, {"url": ""}]}, [WebSearch("ws", "q")]),
    ],
)
def test_search_is_told_but_opening_a_page_is_not(action: Any, found: list[Event]) -> None:
    assert tell(SearchCall(), final={"id": "ws", "status": "completed", "action": action}) == found


def test_other_items_say_nothing() -> None:
    assert tell(Item(), said("x"), final={"type": "mcp_call"}) == []
