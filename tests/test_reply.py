"""The whole way of a chat-completions reply: grammar, byte splits, stream equals whole, cut and foreign bodies."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.anthropic.stream import StreamEncoder
from ccr.core.event import Event, Fault, Text
from ccr.core.usage import Usage
from ccr.dialect.openai_chat import OpenAIChat
from ccr.reply import Reply
from tests.anthropic.events import heading
from tests.chat import DONE, TARGET, delta, reply, request, sse, through, tool, usage
from tests.grammar import Checked
from tests.legal import read_stream

TWO_TOOLS = [
    delta(reasoning_content="Let me "),
    delta(reasoning_content="see. "),
    delta(content="Schön 🙂 "),
    delta(content="gut."),
    tool(0, call="a", name="Bash", args=""),
    tool(0, args='{"c":'),
    tool(0, args="1}"),
    tool(1, call="b", name="Bash", args='{"d":'),
    tool(1, args='"é"}'),
    delta(finish="tool_calls"),
    usage(10, 5, 4),
]


def blocks(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_stream(data)["content"]
    return found


def test_reply_gives_thinking_text_and_tools_in_order() -> None:
    message = read_stream(through([sse(TWO_TOOLS)]))
    assert message["content"] == [
        {"type": "thinking", "thinking": "Let me see. ", "signature": "sealed:"},
        {"type": "text", "text": "Schön 🙂 gut."},
        {"type": "tool_use", "id": "a", "name": "Bash", "input": {"c": 1}},
        {"type": "tool_use", "id": "b", "name": "Bash", "input": {"d": "é"}},
    ]
    assert message["stop_reason"] == "tool_use"
    assert message["usage"]["input_tokens"] == 6
    assert message["usage"]["cache_read_input_tokens"] == 4
    assert message["usage"]["output_tokens"] == 5


def test_reply_is_the_same_however_the_bytes_are_cut() -> None:
    raw = sse(TWO_TOOLS)
    expected = blocks(through([raw]))
    for size in (1, 2, 3, 7, 64):
        assert blocks(through([raw[i : i + size] for i in range(0, len(raw), size)])) == expected


@pytest.mark.parametrize("newline", [b"\r\n", b"\r"], ids=["crlf", "cr"])
def test_reply_takes_any_line_end(newline: bytes) -> None:
    raw = sse(TWO_TOOLS).replace(b"\n", newline)
    expected = blocks(through([sse(TWO_TOOLS)]))
    assert blocks(through([raw])) == expected
    assert blocks(through([raw[i : i + 1] for i in range(len(raw))])) == expected


def test_reply_without_stream_equals_the_stream() -> None:
    streamed = read_stream(through([sse(TWO_TOOLS)]))
    whole = json.loads(through([sse(TWO_TOOLS)], stream=False))
    assert whole["content"] == streamed["content"]
    assert (whole["stop_reason"], whole["usage"]) == (streamed["stop_reason"], streamed["usage"])


WHOLE = {
    "id": "c1",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "reasoning_content": "Hm.",
                "content": "Yes.",
                "tool_calls": [{"id": "a", "type": "function", "function": {"name": "Bash", "arguments": '{"c":1}'}}],
            },
        }
    ],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5},
}


@pytest.mark.parametrize("indent", [None, 2], ids=["compact", "pretty"])
def test_reply_turns_json_into_a_stream(indent: int | None) -> None:
    raw = json.dumps(WHOLE, indent=indent).encode()
    message = read_stream(through([raw[:40], raw[40:]]))
    assert [b["type"] for b in message["content"]] == ["thinking", "text", "tool_use"]
    assert message["usage"]["output_tokens"] == 5


def test_reply_reads_json_lines() -> None:
    raw = b"\n".join(json.dumps(chunk).encode() for chunk in TWO_TOOLS)
    assert blocks(through([raw])) == blocks(through([sse(TWO_TOOLS)]))


@pytest.mark.parametrize("end", [b"", b"data: [DONE]", DONE], ids=["none", "no blank line", "usual"])
def test_reply_is_complete_with_or_without_done(end: bytes) -> None:
    assert read_stream(through([sse([delta(content="a"), delta(finish="stop")], end=end)]))["stop_reason"] == "end_turn"


def test_reply_cut_after_content_ends_in_an_error_event() -> None:
    found = reply()
    out = found.feed(sse([delta(content="half")], end=b"")) + found.close()
    message = read_stream(out)
    assert message["error"]["type"] == "api_error"
    assert message["content"] == [{"type": "text", "text": "half"}]


def test_reply_cut_inside_a_tool_is_no_tool_call() -> None:
    found = reply()
    out = found.feed(sse([tool(0, call="a", name="Bash", args='{"c":')], end=b"")) + found.close()
    assert read_stream(out)["error"]["type"] == "api_error"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n\n", b": comment\n\n", b"data: {\n\n", b"<html><title>502 Bad Gateway</title></html>", b"[]", b"null"],
)
def test_reply_without_content_is_a_fault_and_sends_nothing(raw: bytes) -> None:
    found = reply()
    assert found.feed(raw) + found.close() == b""
    assert found.fault is not None
    assert not found.begun


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'data: {"error":{"message":"slow down","code":429}}\n\n', 429),
        (b'event: error\ndata: {"error":{"message":"bad","type":"invalid_request_error"}}\n\n', 400),
        (b'{"error":{"message":"no money","code":"insufficient_quota"}}', 429),
        (b'[{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]', 503),
        (b'{"object":"error","message":"This is wrong","type":"BadRequestError","code":400}', 400),
    ],
    ids=["chunk", "event", "json", "list", "vllm"],
)
def test_reply_with_an_error_in_its_body_is_a_fault(raw: bytes, status: int) -> None:
    found = reply()
    assert found.feed(raw) + found.close() == b""
    assert found.fault is not None
    assert found.fault.status == status


def test_reply_with_an_error_after_content_sends_an_error_event() -> None:
    raw = sse([delta(content="a"), {"error": {"message": "gone", "code": 502}, "choices": []}])
    assert read_stream(through([raw]))["error"]["message"] == "gone"


@pytest.mark.parametrize(
    ("raw", "code", "text"),
    [
        (b"", "empty_reply", "empty"),
        (b": comment\n\n", "empty_reply", "empty"),
        (b"upstream connect error or disconnect/reset\n", "foreign_reply", "upstream connect error"),
        (b'"Invalid token"', "foreign_reply", "Invalid token"),
        (b"<html><title>502 Bad Gateway</title></html>", "html", "502 Bad Gateway"),
        (b'{"choices":[{"message":{"content":"a"', "incomplete_stream", "ended before"),
        (b'data: {"choices":[{"delta":{"content', "incomplete_stream", "ended before"),
    ],
)
def test_reply_that_is_none_says_what_it_is(raw: bytes, code: str, text: str) -> None:
    for pieces in ([raw], [raw[i : i + 1] for i in range(len(raw))]):
        found = reply()
        assert b"".join([*map(found.feed, pieces), found.close()]) == b""
        assert found.fault is not None
        assert found.fault.code == code
        assert text in found.fault.message


def test_reply_decodes_nothing_after_a_fault() -> None:
    decoder = Checked(OpenAIChat().decoder(request(), TARGET))
    found = Reply(decoder, [], StreamEncoder(heading()))
    found.feed(b'{"message":{"content":"a"}}\n{"message":{"content":"b"}}')
    found.close()
    assert found.fault is not None
    assert found.fault.code == "foreign_reply"


def test_reply_says_how_the_connection_broke() -> None:
    cut = Fault("timeout_error", "too slow", 504)
    silent, begun = reply(), reply()
    assert silent.close(cut) == b""
    assert silent.fault == cut
    out = begun.feed(sse([delta(content="a")], end=b"")) + begun.close(cut)
    assert read_stream(out)["error"]["message"] == "too slow"


def test_reply_that_was_complete_does_not_mind_how_the_connection_broke() -> None:
    found = reply()
    out = found.feed(sse([delta(content="a"), delta(finish="stop")], end=b""))
    assert read_stream(out + found.close(Fault("api_error", "reset")))["stop_reason"] == "end_turn"


@pytest.mark.parametrize("raw", [sse(TWO_TOOLS), json.dumps(WHOLE).encode()], ids=["stream", "json"])
def test_reply_takes_a_byte_order_mark_and_white_space(raw: bytes) -> None:
    marked = b"\xef\xbb\xbf" + raw if raw.startswith(b"data") else b" \r\n\n" + raw
    assert blocks(through([marked])) == blocks(through([raw]))
    assert blocks(through([marked[i : i + 1] for i in range(len(marked))])) == blocks(through([raw]))


def test_reply_tells_what_it_knows() -> None:
    found = reply()
    assert (found.begun, found.stop_reason, found.usage) == (False, "", None)
    found.feed(sse(TWO_TOOLS))
    assert found.begun
    found.close()
    assert found.stop_reason == "tool_use"
    assert found.usage == Usage(6, 5, 4)
    ids, thoughts = found.keepsake.tool_ids, found.keepsake.thoughts
    assert ids == ["a", "b"]
    assert thoughts == [{"type": "thinking", "thinking": "Let me see. ", "signature": "sealed:"}]


def test_reply_has_ended_with_the_upstreams_last_word() -> None:
    found = reply()
    found.feed(sse(TWO_TOOLS[:-2], end=b""))
    assert not found.stopped
    found.feed(sse(TWO_TOOLS[-2:], end=b""))
    assert (found.stopped, found.ended) == (True, False)
    found.feed(DONE)
    assert found.ended


def test_reply_passes_events_through_its_filters_in_order() -> None:
    class Add:
        def __init__(self, text: str) -> None:
            self.text = text

        def feed(self, event: Event) -> list[Event]:
            return [Text(event.text + self.text)] if isinstance(event, Text) else [event]

        def close(self) -> list[Event]:
            return [Text(self.text.upper())]

    encoder = StreamEncoder(heading())
    found = Reply(OpenAIChat().decoder({}, TARGET), [Add("x"), Add("y")], encoder)
    out = found.feed(sse([delta(content="a")])) + found.close()
    assert read_stream(out)["content"] == [{"type": "text", "text": "axyXyY"}]


def test_reply_that_is_too_large_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccr.reply.WHOLE_LIMIT", 100)
    found = reply()
    assert found.feed(b"{" + b" " * 200) == b""
    assert found.fault is not None
    assert "too large" in found.fault.message


@pytest.mark.parametrize("start", [b"data: ", b"data: {}\n\ndata: "], ids=["first", "later"])
def test_an_event_without_an_end_does_not_fill_the_memory(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccr.reply.WHOLE_LIMIT", 100)
    found = reply()
    found.feed(start)
    for _ in range(20):
        found.feed(b"x" * 10)
    assert found.fault is not None
    assert "too large" in found.fault.message


def test_blank_lines_before_a_reply_are_not_kept() -> None:
    found = reply()
    for _ in range(2000):
        found.feed(b"\n" * 1000)
    assert read_stream(found.feed(sse([delta(content="a"), delta(finish="stop")])) + found.close())["content"]


def test_reply_broken_from_our_side_ends_in_that_error() -> None:
    found = reply()
    out = found.feed(sse([delta(content="a")], end=b""))
    out += found.fail(Fault("timeout_error", "too slow", 504)) + found.close()
    assert read_stream(out)["error"] == {"type": "timeout_error", "message": "too slow"}


PIECES = st.one_of(
    st.builds(lambda t: delta(content=t), st.text(max_size=5)),
    st.builds(lambda t: delta(reasoning_content=t), st.text(max_size=5)),
    st.builds(
        lambda index, name, args: tool(index, name=name, args=args),
        st.one_of(st.none(), st.integers(0, 2)),
        st.sampled_from([None, "Bash", "Read"]),
        st.sampled_from([None, "", "{", '{"a":', "1}", "{}", '{"a":1}', "x"]),
    ),
    st.builds(
        lambda call, args: tool(0, call=call, name="Bash", args=args), st.sampled_from("abc"), st.just('{"a":1}')
    ),
    st.builds(lambda f: delta(finish=f), st.sampled_from(["stop", "length", "tool_calls", ""])),
    st.builds(usage, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
    st.just({"choices": None}),
    st.just({"choices": [{}]}),
    st.just({"choices": [{"delta": {"tool_calls": [None, {"function": None}, 3]}}]}),
)


@given(st.lists(PIECES, max_size=12), st.integers(1, 50), st.booleans())
def test_reply_is_legal_whatever_comes(chunks: list[dict[str, Any]], size: int, finished: bool) -> None:
    raw = sse(chunks, end=DONE if finished else b"")
    out = through([raw[i : i + size] for i in range(0, len(raw), size)])
    assert read_stream(out) if out else True
    assert out == b"" or blocks(out) == blocks(through([raw]))


@given(st.binary(max_size=200), st.booleans())
def test_reply_survives_garbage(raw: bytes, stream: bool) -> None:
    out = through([raw], request(), stream=stream)
    assert out == b"" or stream
