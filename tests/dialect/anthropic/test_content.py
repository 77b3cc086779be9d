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
    assert found == [Text("ab"), *[Citation("https://a.example/", "A", "c")] * 2]


def test_sources_without_an_address_are_passed_over() -> None:
    citation = {"type": "char_location", "document_index": 0, "cited_text": "c"}
    assert tell({"type": "text", "text": "a", "citations": None}, {"citation": citation}) == [Text("a")]


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
    ("block", "deltas", "found"),
    [
        ({"type": "odd", "x": 1}, [], {"type": "odd", "x": 1}),
        ({"type": "odd", "input": {}}, [{"partial_json": '{"a":1}'}], {"type": "odd", "input": {"a": 1}}),
        ({"type": "odd", "input": {}}, [{"partial_json": "{"}], {"type": "odd", "input": {}}),
        ({"type": "compaction", "content": None}, [{"content": "s"}], {"type": "compaction", "content": "s"}),
    ],
)
def test_other_blocks_are_collected(block: Json, deltas: list[Json], found: Json) -> None:
    assert tell(block, *deltas) == [Opaque(found)]


def test_block_without_a_type_is_passed_over() -> None:
    assert tell({}) == []
