"""Single content blocks of a reply."""

from typing import Any

import pytest

from ccr.core.event import Citation, Event, Opaque, Signature, Text, Thinking, ToolArgs, ToolEnd, ToolStart
from ccr.dialect.anthropic.content import begin
from tests.grammar import joined

Json = dict[str, Any]
SOURCE = {"type": "web_search_result_location", "url": "https://a.example/", "title": "A", "cited_text": "c"}


def tell(block: Json, *deltas: Json) -> list[Event]:
    content = begin(block, 3)
    return joined([*content.start(), *(e for d in deltas for e in content.feed(d)), *content.end()])


def test_text_and_its_sources() -> None:
    found = tell({"type": "text", "text": "a", "citations": [SOURCE]}, {"citation": SOURCE}, {"text": "b"})
    assert found == [Text("ab"), *[Citation("https://a.example/", "A", "c", SOURCE)] * 2]


def test_sources_may_be_documents() -> None:
    citation = {"type": "char_location", "document_index": 0, "cited_text": "c"}
    found = tell({"type": "text", "text": "a", "citations": None}, {"citation": citation}, {"citation": 7})
    assert found == [Text("a"), Citation("", "", "c", citation)]


def test_thinking_is_closed_by_its_signature() -> None:
    assert tell({"type": "thinking", "thinking": "", "signature": ""}, {"thinking": "a"}, {"signature": "S"}) == [
        Thinking("a"),
        Signature("S"),
    ]
    assert tell({"type": "thinking", "thinking": "a", "signature": "S"}) == [Thinking("a"), Signature("S")]
    assert tell({"type": "thinking"}, {"thinking": "a"}) == [Thinking("a")]


def test_redacted_thinking() -> None:
    assert tell({"type": "redacted_thinking", "data": "D"}) == [Signature("D", redacted=True)]
    assert tell({"type": "redacted_thinking"}) == []


@pytest.mark.parametrize(
    ("given", "pieces", "args"),
    [
        ({}, ['{"a"', ":1}"], '{"a":1}'),
        ({"a": 1}, [], '{"a":1}'),
        ({"a": 1}, ['{"a":1}'], '{"a":1}'),
        ({}, ["", " "], " {}"),
        ({}, [], "{}"),
        (None, [], "{}"),
    ],
)
def test_call(given: Any, pieces: list[str], args: str) -> None:
    found = tell({"type": "tool_use", "id": "t", "name": "f", "input": given}, *({"partial_json": p} for p in pieces))
    assert found == [ToolStart(3, "t", "f"), ToolArgs(3, args), ToolEnd(3)]


def test_call_without_id_and_name_has_at_least_a_name() -> None:
    assert tell({"type": "tool_use"})[0] == ToolStart(3, "", "unknown_tool")


@pytest.mark.parametrize(
    ("block", "pieces", "settled"),
    [
        ({"type": "text"}, [], True),
        ({"type": "tool_use", "input": {}}, [], False),
        ({"type": "tool_use", "input": {"a": 1}}, [], True),
        ({"type": "tool_use", "input": {}}, ['{"a"'], False),
        ({"type": "tool_use", "input": {}}, ['{"a"', ":1}"], True),
    ],
)
def test_call_is_settled_once_its_arguments_are_whole(block: Json, pieces: list[str], settled: bool) -> None:
    content = begin(block, 0)
    for piece in pieces:
        list(content.feed({"partial_json": piece}))
    assert content.settled is settled


@pytest.mark.parametrize(
    "deltas",
    [(), ({"partial_json": '{"a":1}'},), ({"partial_json": "{"},), ({"content": "s"}, {"type": "x_delta", "x": [1]})],
    ids=["whole", "streamed", "cut", "of any kind"],
)
def test_a_block_that_only_the_client_knows_goes_on_as_it_came(deltas: tuple[Json, ...]) -> None:
    block = {"type": "odd", "input": {}}
    assert tell(block, *deltas) == [Opaque(block, deltas)]


def test_what_has_no_type_is_no_block() -> None:
    assert tell({"x": 1}, {"partial_json": "{}"}) == []


def test_a_call_keeps_what_only_the_client_knows_of_it() -> None:
    caller = {"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}
    found = tell({"type": "tool_use", "id": "t", "name": "f", "input": {}, "caller": caller})
    assert found[0] == ToolStart(3, "t", "f", {"caller": caller})
