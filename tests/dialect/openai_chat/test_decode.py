"""Chunks and whole replies to events: the decoder's own rules, and the grammar whatever comes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.anthropic.unify import unify
from ccr.core.event import Event, Fault, Finish, Start, Text, Thinking, ToolStart, UsageSeen
from ccr.core.usage import Usage
from ccr.dialect.openai_chat.decode import ChatDecoder
from tests.chat import DONE, delta, reply, request, sse, tool, usage
from tests.dialect.openai_chat.soup import CHUNKS
from tests.grammar import Checked, joined
from tests.legal import read_stream

BODY = request(
    tools=[{"name": "Bash", "input_schema": {"type": "object"}}, {"type": "web_search_20250305", "name": "web_search"}],
    stop_sequences=["END"],
)


def decoded(*chunks: Any, done: bool = False) -> list[Event]:
    """Return the events of a stream of chunks."""
    decoder = Checked(ChatDecoder(unify(BODY)))
    found = [event for chunk in chunks for event in decoder.event(json.dumps(chunk).encode(), "")]
    if done:
        found += decoder.event(b"[DONE]", "")
    return joined([*found, *decoder.close()])


def whole(value: Any) -> list[Event]:
    """Return the events of a reply that came at once."""
    decoder = Checked(ChatDecoder(unify(BODY)))
    return [*decoder.whole(value), *decoder.close()]


def message(**fields: Any) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "message": fields}]}


def test_start_has_the_upstreams_id_and_model() -> None:
    assert decoded({"id": "c", "model": "m", "choices": []})[0] == Start("c", "m")
    assert decoded({"id": None, "choices": []}, {"id": "c", "choices": []}) == [Start()]


@pytest.mark.parametrize(
    ("chunks", "done", "ends"),
    [
        ([delta(content="a")], False, False),
        ([delta(content="a")], True, True),
        ([delta(content="a"), delta(finish="stop")], False, True),
        ([delta(content="a"), usage()], False, True),
        ([delta(content="a", finish=""), usage()], False, True),
        ([{**delta(content="a"), "usage": {"prompt_tokens": 1}}, usage(2)], False, False),
        ([delta(content="a"), usage(), delta(content="b")], False, False),
        ([delta(role="assistant")], True, False),
        ([usage()], False, False),
        ([delta(finish="stop")], False, True),
        ([], True, False),
    ],
    ids=[
        "cut",
        "done without a reason",
        "a reason without done",
        "usage sums up",
        "blank reason and usage",
        "usage in every chunk",
        "content after usage",
        "done without content",
        "usage alone",
        "a reason alone",
        "done alone",
    ],
)
def test_a_reply_is_complete_when_the_upstream_said_so(chunks: list[Any], done: bool, ends: bool) -> None:
    assert any(isinstance(event, Finish) for event in decoded(*chunks, done=done)) is ends


def test_content_after_done_is_no_part_of_the_reply() -> None:
    decoder = ChatDecoder({})
    found = [*decoder.event(json.dumps(delta(content="a")).encode(), ""), *decoder.event(b" [DONE]\n", "")]
    found += decoder.event(json.dumps({**delta(content="b"), **usage(7)}).encode(), "")
    found += [*decoder.event(b"[DONE]", ""), *decoder.close()]
    assert found == [Start("c1", "m"), Text("a"), Finish("end_turn"), UsageSeen(Usage(7, 5))]


def test_calls_after_the_finish_reason_still_count() -> None:
    found = decoded(tool(0, call="a", name="Bash", args='{"a":'), delta(finish="tool_calls"), tool(0, args="1}"))
    assert [type(e).__name__ for e in found] == ["Start", "ToolStart", "ToolArgs", "ToolEnd", "Finish"]


def test_reasoning_comes_before_the_text_of_the_same_chunk() -> None:
    found = decoded(delta(content="a", reasoning_content="b"), done=True)
    assert found[1:3] == [Thinking("b"), Text("a")]


def test_usage_within_a_call_waits_for_its_end() -> None:
    chunks = [{**tool(0, call="a", name="Bash", args='{"a":'), "usage": {"prompt_tokens": 3}}, tool(0, args="1}")]
    found = decoded(*chunks, done=True)
    assert [type(e).__name__ for e in found][-3:] == ["ToolEnd", "UsageSeen", "Finish"]


@pytest.mark.parametrize("data", [b"{", b"\xff", b"oops", b"[1", b"null", b"7", b'"x"', b"[]"])
def test_unreadable_chunks_are_passed_over(data: bytes) -> None:
    assert list(ChatDecoder({}).event(data, "")) == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"it broke", "it broke"),
        (b'"it broke"', "it broke"),
        (b'{"message":"it broke"}', "it broke"),
        (b'{"error":{"message":"it broke"}}', "it broke"),
        (b"{}", "the upstream reported an error"),
        (b"null", "the upstream reported an error"),
    ],
)
def test_an_event_named_error_is_a_fault_whatever_it_holds(data: bytes, text: str) -> None:
    (fault,) = ChatDecoder({}).event(data, "error")
    assert isinstance(fault, Fault)
    assert fault.message == text


def test_an_error_comes_after_the_usage_of_its_chunk() -> None:
    found = decoded({"choices": [], "error": {"message": "x", "code": 400}, "usage": {"prompt_tokens": 3}})
    assert [type(e).__name__ for e in found] == ["UsageSeen", "Fault"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"message": "no such model"}, "no such model"),
        ({"detail": "no", "id": 1}, "no"),
        ({"id": "c", "object": "list", "data": []}, "no chat completion"),
        ({}, "no chat completion"),
    ],
)
def test_a_whole_reply_without_choices_is_a_fault(value: Any, text: str) -> None:
    (fault,) = whole(value)
    assert isinstance(fault, Fault)
    assert text in fault.message


@pytest.mark.parametrize("value", [None, 7, "x", []])
def test_a_whole_reply_that_is_no_object_says_nothing(value: Any) -> None:
    assert whole(value) == []


@pytest.mark.parametrize("kind", ["delta", "message"])
def test_finish_reason_may_stand_inside(kind: str) -> None:
    said = {"choices": [{kind: {"content": "a", "finish_reason": "length"}, "finish_reason": None}]}
    assert decoded(said)[1:] == [Text("a"), Finish("max_tokens")]


def test_a_whole_reply_needs_no_finish_reason() -> None:
    assert whole(message(content="a")) == [Start("c"), Text("a"), Finish("end_turn")]
    assert whole({"choices": [{"message": None}]}) == [Start(), Finish("end_turn")]


def test_a_whole_reply_in_one_event_of_a_stream_is_read() -> None:
    assert decoded(message(content="a"), done=True) == [Start("c"), Text("a"), Finish("end_turn")]


def test_a_message_that_repeats_the_stream_is_no_news() -> None:
    found = decoded(delta(content="a"), {**message(content="a"), "id": "c1"}, done=True)
    assert [e for e in found if isinstance(e, Text)] == [Text("a")]


def test_choices_of_one_reply_add_up() -> None:
    call = {"id": "t", "function": {"name": "Bash", "arguments": "{}"}}
    found = whole({"choices": [{"message": {"content": "a"}}, {"message": {"tool_calls": [call]}}]})
    assert [type(e) for e in found[1:3]] == [Text, ToolStart]


def test_legacy_completions_are_read() -> None:
    assert decoded({"choices": [{"text": "a", "finish_reason": "stop"}]})[1:] == [Text("a"), Finish("end_turn")]


@given(CHUNKS, st.booleans())
def test_events_keep_to_the_grammar(chunks: list[dict[str, Any]], done: bool) -> None:
    decoder = Checked(ChatDecoder(unify(BODY)))
    for chunk in chunks:
        if any(isinstance(event, Fault) for event in list(decoder.event(json.dumps(chunk).encode(), ""))):
            return
    if done:
        list(decoder.event(b"[DONE]", ""))
    list(decoder.close())


@given(CHUNKS, st.integers(1, 50), st.booleans())
def test_the_client_gets_the_same_streamed_cut_or_whole(chunks: list[dict[str, Any]], size: int, done: bool) -> None:
    raw = sse(chunks, end=DONE if done else b"")
    one, other, unstreamed = reply(BODY), reply(BODY), reply(BODY, stream=False)
    cut = b"".join(one.feed(raw[i : i + size]) for i in range(0, len(raw), size)) + one.close()
    at_once = other.feed(raw) + other.close()
    out = unstreamed.feed(raw) + unstreamed.close()
    assert one.fault == other.fault == unstreamed.fault
    if not cut:
        assert not at_once
        assert one.fault is not None
        return
    message = read_stream(cut)
    assert message["content"] == read_stream(at_once)["content"]
    if "error" not in message:
        found = json.loads(out)
        assert all(found[name] == message[name] for name in ("content", "stop_reason", "stop_sequence", "usage"))
        if message["content"] and message["content"][-1]["type"] == "tool_use":
            assert message["stop_reason"] in ("tool_use", "max_tokens", "refusal")
