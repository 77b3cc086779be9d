"""Events to content blocks: the same streamed and whole, and always legal."""

from typing import Any

import pytest

from ccr.anthropic.stream import StreamEncoder
from ccr.core.event import (
    Break,
    Citation,
    Event,
    Fault,
    Finish,
    Opaque,
    SearchHit,
    Signature,
    Start,
    StopReason,
    Text,
    Thinking,
    ToolArgs,
    ToolEnd,
    ToolStart,
    UsageSeen,
    WebSearch,
)
from ccr.core.usage import Usage
from tests.anthropic.events import END, both, call, heading, raw, streamed

Json = dict[str, Any]


def kinds(message: Json) -> list[str]:
    return [block["type"] for block in message["content"]]


def test_encoder_opens_a_block_for_each_kind() -> None:
    events = [Start(), Thinking("a"), Thinking("b"), Text("c"), Text("d"), *call(0, '{"x":1}'), Text("e"), END]
    assert both(events)["content"] == [
        {"type": "thinking", "thinking": "ab", "signature": "sealed:"},
        {"type": "text", "text": "cd"},
        {"type": "tool_use", "id": "a", "name": "Bash", "input": {"x": 1}},
        {"type": "text", "text": "e"},
    ]


def test_encoder_signs_the_thinking_that_a_signature_closes() -> None:
    events = [Thinking("a"), Signature("s"), Thinking("b"), Text("c"), Signature("t"), *call(0, "{}"), END]
    signatures = [(b["thinking"], b["signature"]) for b in both(events)["content"] if b["type"] == "thinking"]
    assert signatures == [("a", "sealed:s"), ("b", "sealed:"), ("", "sealed:t")]


def test_encoder_keeps_redacted_thinking_byte_for_byte() -> None:
    assert both([Signature("data", redacted=True), END])["content"] == [{"type": "redacted_thinking", "data": "data"}]


def test_encoder_remembers_the_thoughts_as_the_client_gives_them_back() -> None:
    encoder = StreamEncoder(heading())
    for event in [Thinking("a"), Thinking("b"), Signature("s"), *call(0, "{}"), END]:
        encoder.feed(event)
    assert encoder.thoughts == [{"type": "thinking", "thinking": "ab", "signature": "sealed:s"}]
    assert encoder.tool_ids == ["a"]


@pytest.mark.parametrize(
    ("arguments", "reason", "expected"),
    [
        (None, "end_turn", "end_turn"),
        (None, "tool_use", "end_turn"),
        (None, "max_tokens", "max_tokens"),
        (None, "refusal", "refusal"),
        (None, "pause_turn", "pause_turn"),
        ('{"a":1}', "end_turn", "tool_use"),
        ('{"a":1}', "tool_use", "tool_use"),
        ('{"a":1}', "max_tokens", "tool_use"),
        ('{"a":1}', "refusal", "tool_use"),
        ('{"a":', "max_tokens", "max_tokens"),
        ('{"a":', "refusal", "refusal"),
        ('{"a":', "model_context_window_exceeded", "model_context_window_exceeded"),
        ('{"a":1', "tool_use", "tool_use"),
        ("", "tool_use", "tool_use"),
        ("", "max_tokens", "max_tokens"),
    ],
)
def test_encoder_stops_for_tools_when_there_is_a_whole_call(
    arguments: str | None, reason: StopReason, expected: StopReason
) -> None:
    events: list[Event] = [Text("a"), *([] if arguments is None else call(0, arguments)), Finish(reason)]
    assert both(events)["stop_reason"] == expected


def test_encoder_tells_the_stop_sequence_only_with_its_reason() -> None:
    assert both([Text("a"), Finish("stop_sequence", "END")])["stop_sequence"] == "END"
    assert both([*call(0, "{}"), Finish("stop_sequence", "END")])["stop_sequence"] is None


def test_encoder_mends_a_call_that_another_block_follows() -> None:
    events = [ToolStart(0, "a", "Bash"), ToolArgs(0, "{'x': 'y'"), ToolEnd(0), Text("so"), Finish("max_tokens")]
    message = both(events)
    assert message["content"][0]["input"] == {"x": "y"}
    assert message["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("given", "used", "expected"),
    [
        ("a", (), "a"),
        ("", (), "toolu_1_0"),
        ("a", ("a",), "a_1_2"),
        ("a", ("a", "a_1_2"), "a_1_3"),
        ("functions.Bash:0", (), "functions.Bash:0"),
    ],
)
def test_encoder_never_repeats_an_id(given: str, used: tuple[str, ...], expected: str) -> None:
    message = both([*call(0, "{}", tool_id=given), END], used_ids=used)
    assert message["content"][0]["id"] == expected


def test_encoder_keeps_the_ids_of_one_reply_apart() -> None:
    events = [*call(0, "{}"), *call(1, "{}"), *call(2, "{}", tool_id=""), *call(3, "{}", tool_id=""), END]
    ids = [b["id"] for b in both(events)["content"]]
    assert len(set(ids)) == 4


def test_encoder_writes_searches_with_results_and_count() -> None:
    hits = (SearchHit("https://a/", "A", "May 1", "about"), SearchHit("https://b/"))
    message = both([WebSearch("x", "q", hits), WebSearch("", "r", error="unavailable"), Text("b"), END])
    assert kinds(message) == ["server_tool_use", "web_search_tool_result"] * 2 + ["text"]
    assert message["content"][0] == {
        "type": "server_tool_use",
        "id": "srvtoolu_x",
        "name": "web_search",
        "input": {"query": "q"},
    }
    assert message["content"][1]["content"] == [
        {
            "type": "web_search_result",
            "url": "https://a/",
            "title": "A",
            "encrypted_content": "about",
            "page_age": "May 1",
        },
        {
            "type": "web_search_result",
            "url": "https://b/",
            "title": "https://b/",
            "encrypted_content": "",
            "page_age": None,
        },
    ]
    assert message["content"][3]["content"]["error_code"] == "unavailable"
    assert message["usage"]["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}


def test_encoder_puts_citations_on_the_open_text_only() -> None:
    events = [
        Citation("https://a/"),
        Text("a"),
        Citation("https://b/", "B", "said"),
        *call(0, "{}"),
        Citation("c"),
        END,
    ]
    citations = [block.get("citations", []) for block in both(events)["content"]]
    assert [[c["url"] for c in found] for found in citations] == [["https://b/"], []]


def test_encoder_passes_opaque_blocks_on() -> None:
    block = {"type": "container_upload", "file_id": "f"}
    assert both([Text("a"), Opaque(block), Text("b"), END])["content"][1] == block


@pytest.mark.parametrize(
    ("deltas", "more"),
    [
        ([{"type": "input_json_delta", "partial_json": p} for p in ('{"a"', ":1}")], {"input": {"a": 1}}),
        ([{"type": "compaction_delta", "content": "s"}], {"input": {}, "content": "s"}),
        ([{"type": "x_delta", "x": 1}, {"type": "x_delta", "x": 2}], {"input": {}, "x": 2}),
    ],
    ids=["input", "content", "of any kind"],
)
def test_encoder_passes_the_deltas_of_opaque_blocks_on(deltas: list[dict[str, Any]], more: dict[str, Any]) -> None:
    block = {"type": "mcp_tool_use", "id": "m", "input": {}}
    assert both([Opaque(block, tuple(deltas)), END])["content"] == [{**block, **more}]


def test_encoder_streams_the_input_of_a_whole_server_call() -> None:
    """Claude Code takes the input of a call from its deltas alone."""
    block = {"type": "server_tool_use", "id": "s", "name": "web_fetch", "input": {"url": "u"}}
    assert both([Opaque(block), END])["content"] == [block]
    assert b'"content_block":{"type":"server_tool_use","id":"s","name":"web_fetch","input":{}}' in raw(
        [Opaque(block), END]
    )


def test_encoder_keeps_texts_apart_that_were_apart() -> None:
    source = {"type": "char_location", "document_index": 0, "cited_text": "c"}
    found = both([Break(), Text("a"), Break(), Text("b"), Citation("", raw=source), Break(), Break(), Text("c"), END])
    assert [(block["text"], block.get("citations")) for block in found["content"]] == [
        ("a", None),
        ("b", [source]),
        ("c", None),
    ]


def test_encoder_passes_on_what_only_the_client_knows() -> None:
    details = {"stop_details": {"category": "cyber"}, "context_management": {"applied_edits": []}}
    caller = {"caller": {"type": "direct"}}
    tokens = {"cache_creation": {"ephemeral_1h_input_tokens": 2}, "server_tool_use": {"web_fetch_requests": 1}}
    events = [
        Start(usage=Usage(1), more={"service_tier": "standard"}),
        ToolStart(0, "t", "Bash", caller),
        ToolArgs(0, "{}"),
        ToolEnd(0),
        UsageSeen(Usage(3, 4, 0, 2, searches=1), tokens),
        Finish("tool_use", more=details),
    ]
    found = both(events)
    assert found["content"][0]["caller"] == {"type": "direct"}
    assert {name: found[name] for name in details} == details
    assert found["usage"]["cache_creation"] == {"ephemeral_1h_input_tokens": 2}
    assert found["usage"]["server_tool_use"] == {"web_fetch_requests": 1, "web_search_requests": 1}
    assert found["usage"]["service_tier"] == "standard"
    assert b'"stop_details":{"category":"cyber"}},"usage"' in raw(events)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], (500, 0, 0, 2)),
        ([UsageSeen(Usage(10, 5, 3, 2))], (10, 3, 2, 5)),
        ([UsageSeen(Usage(0, 5))], (500, 0, 0, 5)),
        ([UsageSeen(Usage(10, 1)), UsageSeen(Usage(0, 7))], (10, 0, 0, 7)),
    ],
    ids=["never told", "told", "output only", "in two parts"],
)
def test_encoder_tells_the_truth_or_an_estimate(events: list[Event], expected: tuple[int, int, int, int]) -> None:
    usage = both([Text("12345678"), *events, END], prompt_tokens=500)["usage"]
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    assert tuple(usage[name] for name in names) == expected


def test_encoder_takes_usage_after_the_finish() -> None:
    assert both([Text("a"), END, UsageSeen(Usage(7, 3))])["usage"]["input_tokens"] == 7


def test_encoder_of_an_empty_reply_has_no_content() -> None:
    message = both([END])
    assert message["content"] == []
    assert message["stop_reason"] == "end_turn"


@pytest.mark.parametrize("before", [[Text("a")], [Thinking("a")], [ToolStart(0, "a", "x"), ToolArgs(0, '{"a":')]])
def test_encoder_ends_a_broken_stream_with_the_error_alone(before: list[Event]) -> None:
    message = streamed([*before, Fault("overloaded_error", "busy", 529), Text("more"), END])
    assert message["error"] == {"type": "overloaded_error", "message": "busy"}
    assert len(message["content"]) == 1


def test_encoder_sends_nothing_for_a_fault_before_content() -> None:
    encoder = StreamEncoder(heading())
    for event in [Start(), UsageSeen(Usage(1)), Fault("api_error", "x")]:
        encoder.feed(event)
    encoder.close()
    assert encoder.take() == b""
    assert not encoder.started
