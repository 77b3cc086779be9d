"""The bytes of a stream."""

import json

from ccr.anthropic.stream import PING, StreamEncoder, error_frame, frame
from ccr.core.event import Fault, Finish, Text, Thinking, UsageSeen
from ccr.core.usage import Usage
from tests.anthropic.events import END, call, heading
from tests.legal import events, read_stream


def test_stream_joins_deltas_between_two_takes() -> None:
    encoder = StreamEncoder(heading())
    for text in "abc":
        encoder.feed(Text(text))
    first = encoder.take()
    encoder.feed(Text("d"))
    second = encoder.take()
    assert [value["delta"]["text"] for name, value in events(first) if name == "content_block_delta"] == ["abc"]
    assert [value["delta"]["text"] for name, value in events(second) if name == "content_block_delta"] == ["d"]
    assert encoder.take() == b""


def test_stream_begins_with_the_estimate() -> None:
    encoder = StreamEncoder(heading(prompt_tokens=123))
    encoder.feed(Thinking("a"))
    name, value = events(encoder.take())[0]
    assert name == "message_start"
    assert value["message"]["id"] == "msg_1"
    assert value["message"]["model"] == "claude-x"
    assert value["message"]["usage"] == {
        "input_tokens": 123,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 0,
    }


def test_stream_has_the_events_of_the_protocol_in_order() -> None:
    encoder = StreamEncoder(heading())
    for event in [Text("ü🙂\u2028"), *call(0, '{"a":1}'), END, UsageSeen(Usage(1, 2))]:
        encoder.feed(event)
    encoder.close()
    out = encoder.take()
    names = [name for name, _ in events(out)]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    assert names == ["message_start", *block, *block, "message_delta", "message_stop"]
    assert read_stream(out)["content"][0]["text"] == "ü🙂\u2028"


def test_stream_writes_nothing_after_its_end() -> None:
    encoder = StreamEncoder(heading())
    encoder.feed(Finish("end_turn"))
    encoder.close()
    assert encoder.take().endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')
    assert encoder.take() == b""


def test_frames_name_their_type() -> None:
    assert frame("ping", {"type": "ping"}) == PING
    assert json.loads(error_frame(Fault("api_error", "x\n\ny")).split(b"data: ")[1]) == {
        "type": "error",
        "error": {"type": "api_error", "message": "x\n\ny"},
    }
