"""Messages in every order and state in which Anthropic and its imitators send them."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.core.event import Event, Fault, Finish, Opaque, Start, Text, UsageSeen, WebSearch
from ccr.core.usage import Usage
from ccr.dialect.anthropic.decode import MessagesDecoder, read_usage
from tests.dialect.wire import calls, decoded, legal, text, thinking
from tests.grammar import joined

Json = dict[str, Any]
STOP = {"type": "message_stop"}


def start(**fields: Any) -> Json:
    return {"type": "message_start", "message": {"id": "m", "model": "c", "content": [], **fields}}


def end(reason: Any = "end_turn", **usage: Any) -> Json:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def block_of(number: int, kind: str) -> Json:
    if kind == "tool_use":
        return {"type": kind, "id": f"t{number}", "name": "f", "input": {"n": number, "x": "ü" * number}}
    if kind == "thinking":
        return {"type": kind, "thinking": f"<thought {number}>", "signature": f"S{number}"}
    return {"type": "text", "text": f"<text {number}>"}


def lane_of(index: int, block: Json, *, pieces: int) -> list[Json]:
    """Return the events of one block, cut into so many pieces."""
    kind = block["type"]
    name, field = {
        "text": ("text_delta", "text"),
        "thinking": ("thinking_delta", "thinking"),
        "tool_use": ("input_json_delta", "partial_json"),
    }[kind]
    whole = json.dumps(block["input"]) if kind == "tool_use" else block[field]
    cuts = [len(whole) * n // pieces for n in range(pieces + 1)]
    deltas = [{"type": name, field: whole[a:b]} for a, b in pairwise(cuts)]
    if kind == "thinking":
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    empty = {**block, **({"input": {}} if kind == "tool_use" else {field: "", "signature": ""})}
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    """Return (blocks, events). Calls may interleave with each other; all stops may be missing."""
    kinds = draw(st.lists(st.sampled_from(["tool_use", "tool_use", "text", "thinking"]), min_size=1, max_size=5))
    blocks = [block_of(number, kind) for number, kind in enumerate(kinds)]
    lanes = [lane_of(i, block, pieces=draw(st.integers(1, 4))) for i, block in enumerate(blocks)]
    if draw(st.booleans()):
        lanes = [lane[:-1] for lane in lanes]
    events: list[Json] = []
    while any(lanes):
        first = next(n for n, lane in enumerate(lanes) if lane)
        parallel = [n for n in range(first, len(lanes)) if all(k == "tool_use" for k in kinds[first : n + 1])]
        chosen = draw(st.sampled_from([n for n in parallel if lanes[n]] or [first]))
        events.append(lanes[chosen].pop(0))
        if draw(st.booleans()):
            events.append({"type": "ping"})
    return blocks, events


@given(streams())
@settings(max_examples=150)
def test_blocks_come_out_whole_and_in_order(drawn: Any) -> None:
    blocks, events = drawn
    begun = [e["index"] for e in events if e["type"] == "content_block_start"]
    found = decoded(MessagesDecoder(), [start(), *events, end(), STOP])
    by_beginning = [blocks[index] for index in begun]
    assert calls(found) == [(b["id"], "f", b["input"]) for b in by_beginning if b["type"] == "tool_use"]
    assert text(found) == "".join(b["text"] for b in by_beginning if b["type"] == "text")
    assert thinking(found) == "".join(b["thinking"] for b in by_beginning if b["type"] == "thinking")
    assert found[-1] == Finish("end_turn")


@given(streams())
@settings(max_examples=60)
def test_whole_message_gives_the_events_of_its_stream(drawn: Any) -> None:
    blocks, events = drawn
    if [e["index"] for e in events if e["type"] == "content_block_start"] != list(range(len(blocks))):
        return
    streamed = decoded(MessagesDecoder(), [start(), *events, end(), STOP])
    decoder = MessagesDecoder()
    message = {"type": "message", "id": "m", "model": "c", "content": blocks, "stop_reason": "end_turn"}
    whole = legal([*decoder.whole(message), *decoder.close()])
    assert arguments_parsed(whole) == arguments_parsed(streamed)


def arguments_parsed(events: list[Event]) -> list[Any]:
    """White space in arguments may differ."""
    return [json.loads(e.json) if hasattr(e, "json") else e for e in joined(events)]


FIELDS = [
    *("type", "index", "delta", "content_block", "message", "text", "thinking", "signature", "partial_json", "data"),
    *("citation", "citations", "url", "input", "id", "name", "content", "usage", "stop_reason", "error", "caller"),
    *("input_tokens", "output_tokens", "server_tool_use", "tool_use_id", "query", "code", "detail", "stop_sequence"),
]
WORDS = st.sampled_from(
    [
        *(
            "text",
            "thinking",
            "redacted_thinking",
            "tool_use",
            "server_tool_use",
            "web_search_tool_result",
            "web_search",
        ),
        *("text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "odd", "end_turn"),
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(), st.text(max_size=4), WORDS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=8,
)
KINDS = st.sampled_from(
    [
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"),
        *("message_stop", "message", "ping", "error", "odd", ""),
    ]
)
EVENTS = st.builds(
    lambda kind, fields: {**fields, "type": kind}, KINDS, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)
)


@given(st.lists(EVENTS | VALUES, max_size=10))
@settings(max_examples=120)
def test_nothing_that_is_sent_breaks_the_decoder(values: list[Any]) -> None:
    decoded(MessagesDecoder(), values)
    decoder = MessagesDecoder()
    legal([e for value in values for e in decoder.whole(value)] + list(decoder.close()))


@pytest.mark.parametrize("data", [b"", b"[DONE]", b"{", b"\xff", b"[" * 100_000, b"null", b"[1]"])
def test_data_that_is_no_event_is_passed_over(data: bytes) -> None:
    assert list(MessagesDecoder().event(data, "")) == []


def test_type_may_stand_in_the_name_of_the_event_only() -> None:
    decoder = MessagesDecoder()
    delta = {"index": 0, "delta": {"type": "text_delta", "text": "Hi"}}
    assert list(decoder.event(json.dumps(delta).encode(), "content_block_delta")) == [Text("Hi")]


@pytest.mark.parametrize(
    ("value", "kind", "status", "message"),
    [
        (
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            "overloaded_error",
            529,
            "Overloaded",
        ),
        ({"error": {"message": "Boom", "code": 500}}, "api_error", 500, "Boom"),
        ({"type": "error"}, "api_error", 500, ""),
        ({"success": False, "code": 401, "msg": "no"}, "authentication_error", 401, "no"),
    ],
)
def test_error_is_a_fault(value: Json, kind: str, status: int, message: str) -> None:
    found = decoded(MessagesDecoder(), [value, STOP])
    fault = found[-1]
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.status) == (kind, status)
    assert message in fault.message


def test_error_event_that_is_no_json_is_a_fault() -> None:
    assert list(MessagesDecoder().event(b"boom", "error")) == [Fault("api_error", "boom", 502)]


def test_error_after_the_end_is_told() -> None:
    error = {"type": "error", "error": {"type": "api_error", "message": "late"}}
    found = decoded(MessagesDecoder(), [start(), end(), error])
    assert isinstance(found[-1], Fault)


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        *(
            (r, r)
            for r in ("end_turn", "max_tokens", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded")
        ),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("of_tomorrow", "end_turn"),
    ],
)
def test_reason(reason: str, found: Any) -> None:
    assert decoded(MessagesDecoder(), [start(), end(reason), STOP])[-1] == Finish(found)


def test_stop_sequence_is_named() -> None:
    value = {"type": "message_delta", "delta": {"stop_reason": "stop_sequence", "stop_sequence": "x"}}
    assert decoded(MessagesDecoder(), [start(), value, STOP])[-1] == Finish("stop_sequence", "x")


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"type": "text", "text": "x"}, "end_turn"),
        ({"type": "tool_use", "id": "t", "name": "f", "input": {}}, "tool_use"),
    ],
)
def test_end_without_a_reason(block: Json, reason: Any) -> None:
    values = [start(), {"type": "content_block_start", "index": 0, "content_block": block}, STOP]
    assert decoded(MessagesDecoder(), values)[-1] == Finish(reason)


def test_stream_without_an_end_has_none() -> None:
    found = decoded(MessagesDecoder(), [start(), {"type": "message_delta", "delta": {"stop_reason": None}}])
    assert not [e for e in found if isinstance(e, Finish)]


@pytest.mark.parametrize(
    ("first", "last", "usage"),
    [
        ({"input_tokens": 10, "cache_read_input_tokens": 5}, {"output_tokens": 3}, Usage(10, 3, 5)),
        ({"input_tokens": 10}, {"input_tokens": 12, "output_tokens": 3}, Usage(12, 3)),
        ({"input_tokens": 10}, {"input_tokens": 0, "output_tokens": 3}, Usage(10, 3)),
        ({}, {"input_tokens": 1, "cache_creation_input_tokens": 2, "output_tokens": 3}, Usage(1, 3, 0, 2)),
        (
            {"cache_creation_input_tokens": 5, "cache_creation": {"ephemeral_1h_input_tokens": 4}},
            {"output_tokens": 3},
            Usage(0, 3, 0, 5, cache_write_1h=4),
        ),
        ({"input_tokens": 10}, {"input_tokens": None, "output_tokens": 3}, Usage(10, 3)),
        ({"input_tokens": "10"}, {"output_tokens": -3}, None),
    ],
)
def test_usage_at_the_end_wins(first: Json, last: Json, usage: Usage | None) -> None:
    found = decoded(MessagesDecoder(), [start(usage=first), end(**last)])
    told = [e.usage for e in found if isinstance(e, UsageSeen)]
    assert told == ([usage] if usage else [])


def test_usage_in_the_middle_of_a_call_waits_for_its_end() -> None:
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    middle = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 9}}
    values = [start(), {"type": "content_block_start", "index": 0, "content_block": block}, middle, end("tool_use")]
    found = decoded(MessagesDecoder(), values)
    assert found[-2:] == [UsageSeen(Usage(output=9)), Finish("tool_use")]


def test_all_of_a_usage_is_read() -> None:
    usage = {
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_read_input_tokens": 3,
        "cache_creation_input_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 5},
        "server_tool_use": {"web_search_requests": 6},
    }
    assert read_usage(usage) == Usage(1, 2, 3, 4, 5, 6)


def test_result_of_an_unknown_search_is_a_search_all_the_same() -> None:
    block = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": None}
    found = decoded(MessagesDecoder(), [{"type": "message", "content": [block], "stop_reason": "end_turn"}])
    assert WebSearch("srvtoolu_1", error="unavailable") in found


def test_search_that_was_cut_off_is_passed_on() -> None:
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}}
    value = {"type": "content_block_start", "index": 0, "content_block": block}
    assert decoded(MessagesDecoder(), [start(), value])[-1] == Opaque(block)


def test_text_arrives_while_it_grows() -> None:
    decoder = MessagesDecoder()
    values = lane_of(0, block_of(1, "text"), pieces=3)[:3]
    events = [e for v in values for e in decoder.event(json.dumps(v).encode(), "")]
    assert len([e for e in events if isinstance(e, Text)]) == 2


def test_start_that_comes_late_is_not_told_but_counted() -> None:
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "x"}}
    found = decoded(MessagesDecoder(), [block, start(usage={"input_tokens": 4}), end()])
    assert not [e for e in found if isinstance(e, Start)]
    assert UsageSeen(Usage(4)) in found
