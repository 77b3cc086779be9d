"""A reply that is passed on byte for byte, with a tap beside it."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.stream import StreamEncoder, error_frame, frame
from ccr.core.event import Fault
from ccr.core.jsonio import dump
from ccr.core.recall import Keepsake
from ccr.core.usage import Usage
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.anthropic.decode import read_usage
from ccr.passthrough import Passthrough
from ccr.reply import Reply
from tests.anthropic.events import heading
from tests.chat import TARGET
from tests.legal import read_stream

Json = dict[str, Any]
USAGE = {"input_tokens": 7, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3, "output_tokens": 1}
MESSAGE: Json = {
    "id": "msg_0",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{"type": "text", "text": "Grüße 🙂"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {**USAGE, "output_tokens": 9},
}
EVENTS: list[Json] = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None, "usage": USAGE}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüße 🙂"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 9},
    },
    {"type": "message_stop"},
]
ERROR: Json = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
CUT = Fault("timeout_error", "too slow", 504)


def sse(*events: Json) -> bytes:
    return b"".join(frame(event["type"], event) for event in events)


STREAM = sse(*EVENTS)


def passthrough(*, stream: bool = True, model: str = "") -> Passthrough:
    def convert() -> Reply:
        encoder = StreamEncoder(heading()) if stream else MessageEncoder(heading())
        return Reply(Anthropic().decoder({}, TARGET), [], encoder)

    return Passthrough(stream=stream, convert=convert, maker="it", model=model)


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_a_stream_passes_byte_for_byte(cuts: list[int]) -> None:
    found = passthrough()
    bounds = [0, *sorted(cuts), len(STREAM)]
    out = b"".join(found.feed(STREAM[a:b]) for a, b in pairwise(bounds)) + found.close()
    assert out == STREAM
    assert (found.usage, found.stop_reason, found.fault) == (Usage(7, 9, 3, 2), "end_turn", None)


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_model_has_the_clients_name_where_the_router_asked_for_another(cuts: list[int]) -> None:
    found = passthrough(model="claude-opus-4-8")
    bounds = [0, *sorted(cuts), len(STREAM)]
    out = b"".join(found.feed(STREAM[a:b]) for a, b in pairwise(bounds)) + found.close()
    assert out == STREAM.replace(b'"model":"claude"', b'"model":"claude-opus-4-8"')
    assert b'"model":"claude-opus-4-8"' in out


def test_model_of_a_whole_message_has_the_clients_name() -> None:
    found = passthrough(stream=False, model="claude-opus-4-8")
    found.feed(json.dumps(MESSAGE, indent=1).encode())
    assert json.loads(found.close()) == {**MESSAGE, "model": "claude-opus-4-8"}


def test_reply_that_names_no_model_passes_as_it_is() -> None:
    found = passthrough(model="other")
    raw = sse({"type": "message_start", "message": {"model": 7}}, *EVENTS[1:])
    assert found.feed(raw) == raw


def test_bytes_go_on_at_once_from_the_first_content_on() -> None:
    found = passthrough()
    start, rest = sse(EVENTS[0]), sse(*EVENTS[1:])
    assert found.feed(start[:10]) + found.feed(start[10:]) + found.feed(rest[:10]) == b""
    assert not found.begun
    assert found.feed(rest[10:200]) == start + rest[:200]
    assert found.begun
    assert found.feed(rest[200:]) == rest[200:]


def test_a_whole_message_passes_byte_for_byte() -> None:
    raw = json.dumps(MESSAGE, indent=1).encode()
    found = passthrough(stream=False)
    assert found.feed(raw[:50]) + found.feed(raw[50:]) == b""
    assert found.close() == raw
    assert (found.usage, found.stop_reason, found.begun) == (Usage(7, 9, 3, 2), "end_turn", True)


def test_json_becomes_a_stream_where_one_was_asked_for() -> None:
    found = passthrough()
    raw = b"\n " + json.dumps(MESSAGE).encode()
    out = b"".join([*(found.feed(raw[i : i + 1]) for i in range(len(raw))), found.close()])
    assert read_stream(out)["content"] == MESSAGE["content"]
    assert (found.stop_reason, found.usage) == ("end_turn", Usage(7, 9, 3, 2))


def test_a_stream_becomes_json_where_no_stream_was_asked_for() -> None:
    found = passthrough(stream=False)
    out = found.feed(b": hello\n\n" + STREAM) + found.close()
    assert json.loads(out)["content"] == MESSAGE["content"]
    assert found.begun


@pytest.mark.parametrize(
    ("raw", "stream"),
    [
        (sse(ERROR), True),
        (sse({"type": "ping"}, ERROR), True),
        (sse(EVENTS[0], {"type": "ping"}, ERROR), True),
        (b"data: " + json.dumps(ERROR).encode() + b"\n\n", True),
        (json.dumps(ERROR).encode(), True),
        (json.dumps(ERROR).encode(), False),
    ],
    ids=["event", "after a ping", "after the start", "without a name", "json for a stream", "json"],
)
def test_an_error_before_content_is_a_fault_and_sends_nothing(raw: bytes, stream: bool) -> None:
    found = passthrough(stream=stream)
    assert found.feed(raw) + found.close() == b""
    assert found.fault is not None
    assert (found.fault.kind, found.begun) == ("overloaded_error", False)


def test_an_error_after_content_passes_like_anything_else() -> None:
    raw = sse(*EVENTS[:4], ERROR)
    found = passthrough()
    assert found.feed(raw) + found.close() == raw
    assert found.fault is not None
    assert read_stream(raw)["error"]["type"] == "overloaded_error"


@pytest.mark.parametrize("end", [len(sse(*EVENTS[:4])), len(sse(*EVENTS[:4])) - 5, len(sse(*EVENTS[:5]))])
def test_a_cut_stream_ends_in_an_error(end: int) -> None:
    found = passthrough()
    out = found.feed(STREAM[:end]) + found.close()
    assert out.endswith(error_frame(found.fault or CUT))
    assert found.fault is not None
    assert found.fault.code == "incomplete_stream"


def test_a_connection_that_breaks_off_says_how() -> None:
    found = passthrough()
    out = found.feed(sse(*EVENTS[:6])) + found.close(CUT)
    assert out.endswith(b"\n\n" + error_frame(CUT))
    assert passthrough_fault(b"", CUT) == CUT


def test_a_stream_has_ended_with_its_last_event() -> None:
    found = passthrough()
    last = STREAM.rindex(b"event: message_stop")
    found.feed(STREAM[:last])
    assert (found.stopped, found.ended) == (True, False)
    found.feed(STREAM[last:])
    assert found.ended


def passthrough_fault(raw: bytes, cut: Fault | None = None, *, stream: bool = True) -> Fault | None:
    found = passthrough(stream=stream)
    assert found.feed(raw) + found.close(cut) == b""
    return found.fault


@pytest.mark.parametrize(
    ("raw", "stream", "code"),
    [
        (b"", True, "empty_reply"),
        (b"", False, "empty_reply"),
        (b"\n\n", True, "incomplete_stream"),
        (json.dumps(MESSAGE).encode()[:-3], False, "incomplete_stream"),
        (b"<html><title>Bad gateway</title></html>", True, "html"),
        (b"<html><title>Bad gateway</title></html>", False, "html"),
    ],
)
def test_a_reply_that_is_none_is_a_fault(raw: bytes, stream: bool, code: str) -> None:
    fault = passthrough_fault(raw, stream=stream)
    assert fault is not None
    assert fault.code == code


def test_an_event_without_an_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccr.passthrough.WHOLE_LIMIT", 100)
    found = passthrough()
    out = found.feed(sse(*EVENTS[:2]) + b"data: ")
    for _ in range(20):
        out += found.feed(b"x" * 10)
    assert found.fault is not None
    assert out.endswith(error_frame(found.fault))


@pytest.mark.parametrize("size", [1, 50, 100_000])
@pytest.mark.parametrize("end", [b"", b"data: [DONE]\n\n"], ids=["open", "done"])
def test_a_stream_of_an_imitator_needs_neither_names_nor_a_last_event(size: int, end: bytes) -> None:
    raw = b"".join(b"data: " + dump(event) + b"\n\n" for event in EVENTS[:-1]) + end
    found = passthrough()
    pieces = [raw[i : i + size] for i in range(0, len(raw), size)]
    assert b"".join(map(found.feed, pieces)) + found.close() == STREAM
    assert found.fault is None
    assert (found.usage, found.stop_reason) == (Usage(7, 9, 3, 2), "end_turn")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message_start", "message": None},
        {"type": "message_start", "message": {"usage": [1], "stop_reason": 7}},
        {"type": "message_delta", "delta": [1], "usage": {"output_tokens": "x"}},
        {"type": "message_delta"},
    ],
)
def test_odd_events_pass(event: Json) -> None:
    found = passthrough()
    assert found.feed(sse(event, *EVENTS)) + found.close() == sse(event, *EVENTS)
    assert found.usage == Usage(7, 9, 3, 2)


@given(st.binary(max_size=200), st.booleans())
def test_passthrough_survives_garbage(raw: bytes, stream: bool) -> None:
    found = passthrough(stream=stream)
    found.feed(raw)
    found.close()
    assert found.fault is not None or found.begun


THINKING: list[Json] = [
    EVENTS[0],
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "abc"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "def"}},
    {"type": "content_block_stop", "index": 1},
    *EVENTS[-2:],
]


@pytest.mark.parametrize("named", [True, False], ids=["named", "without names"])
def test_only_the_signatures_of_a_passed_reply_are_noted(named: bool) -> None:
    found, data = passthrough(), sse(*THINKING)
    sent = data if named else b"".join(line for line in data.splitlines(True) if not line.startswith(b"event:"))
    assert b"".join(found.feed(sent[i : i + 9]) for i in range(0, len(sent), 9)) == data
    assert found.keepsake == Keepsake(maker="it", signatures=["abc", "def"])


def test_signatures_of_a_whole_message_are_noted() -> None:
    found = passthrough(stream=False)
    found.feed(json.dumps({**MESSAGE, "content": [{"type": "thinking", "thinking": "x", "signature": "s"}]}).encode())
    found.close()
    assert found.keepsake == Keepsake(maker="it", signatures=["s"])


def test_a_reply_that_had_to_be_translated_has_sealed_signatures() -> None:
    found = passthrough(stream=True)
    found.feed(json.dumps({**MESSAGE, "content": [{"type": "thinking", "thinking": "x", "signature": "s"}]}).encode())
    found.close()
    assert not found.keepsake.signatures


def test_read_usage_counts_searches() -> None:
    assert read_usage({**USAGE, "server_tool_use": {"web_search_requests": 2}}) == Usage(7, 1, 3, 2, searches=2)
    assert read_usage({"input_tokens": None, "server_tool_use": 7}) == Usage()
