"""Replies and their chunks as events: golden pairs of what Google sends and what it means, and anything at all."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.anthropic.unify import unify
from ccr.core.event import Event, Fault, Finish, Signature, Text, Thinking, ToolArgs, ToolEnd, ToolStart, UsageSeen
from ccr.core.jsonio import load
from ccr.core.sse import Splitter
from ccr.core.usage import Usage
from ccr.dialect.gemini.code_assist import Unwrapping
from ccr.dialect.gemini.decode import GeminiDecoder, usage_of
from tests.dialect.gemini.wire import Json, body, chunk, decode, message, reply, sse
from tests.dialect.wire import counted
from tests.legal import read_stream

GOLDEN = Path(__file__).parents[2] / "wire" / "gemini"
"""`<name>.in`: what Google sends, byte for byte. `<name>.json`: the document it is from, and the events it means."""

NAMES = sorted(path.stem for path in GOLDEN.glob("*.in"))


def events_of(data: bytes) -> list[Event]:
    decoder = GeminiDecoder({})
    if data[:1] in (b"[", b"{"):
        return [*decoder.whole(load(data)), *decoder.close()]
    splitter = Splitter()
    found = [e for s in [*splitter.feed(data), *splitter.close()] for e in decoder.event(s.data, s.name)]
    return [*found, *decoder.close()]


def chunks_of(data: bytes) -> list[Any]:
    if data[:1] in (b"[", b"{"):
        value = load(data)
        return value if isinstance(value, list) else [value]
    splitter = Splitter()
    return [load(s.data) for s in [*splitter.feed(data), *splitter.close()]]


def plain(events: list[Event]) -> list[Json]:
    named = ({"event": type(event).__name__, **msgspec.to_builtins(event)} for event in events)
    told = (json.loads(json.dumps(event)) for event in named)
    return [counted({k: v for k, v in event.items() if v or k not in ("more", "raw")}) for event in told]


@pytest.mark.parametrize("name", NAMES)
def test_golden_reply_means_its_events(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert expected["source"].startswith("https://")
    assert plain(events_of((GOLDEN / f"{name}.in").read_bytes())) == [counted(event) for event in expected["events"]]


@pytest.mark.parametrize("name", NAMES)
def test_golden_reply_is_the_same_message_in_every_form(name: str) -> None:
    data = (GOLDEN / f"{name}.in").read_bytes()
    chunks = chunks_of(data)
    forms = [message(form) for form in (data, sse(chunks), json.dumps(chunks).encode())]
    assert forms[0] == forms[1] == forms[2]
    streamed = reply(stream=True)
    found = read_stream(streamed.feed(data) + streamed.close())
    assert found.get("error") or found["content"] == forms[0]["content"]


def test_reply_brings_its_signatures_back_to_their_calls() -> None:
    """What Gemini said, through the client and back, is what it said."""
    turn = (GOLDEN / "own-tools.in").read_bytes()
    said = message(turn, "gemini-3-flash-preview")["content"]
    history = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "w1", "content": "cold"}]},
    ]
    [candidate] = chunks_of(turn)[0]["candidates"]
    assert body({"messages": history}, "gemini-3-flash-preview")["contents"][1] == {
        "role": "model",
        "parts": candidate["content"]["parts"],
    }


def test_last_block_of_an_answer_is_its_text() -> None:
    """Claude Code takes the last block for the answer, so a signature that comes last is dropped."""
    said = message((GOLDEN / "thoughts.in").read_bytes())["content"]
    assert [block["type"] for block in said] == ["thinking", "text"]


def test_signature_in_the_middle_of_a_text_does_not_split_it() -> None:
    chunks = [chunk({"text": "a", "thoughtSignature": "QQ=="}), chunk({"text": "b"}, finish="STOP")]
    assert message(sse(chunks))["content"] == [{"type": "text", "text": "ab"}]


def test_tool_ids_of_the_conversation_are_not_used_again() -> None:
    used = {"type": "tool_use", "id": "call_R1_0", "name": "Ping", "input": {}}
    request = unify({"messages": [{"role": "assistant", "content": [used]}]})
    found = decode([chunk({"functionCall": {"name": "Ping"}}, finish="STOP")], request)
    assert [e.id for e in found if isinstance(e, ToolStart)] == ["call_R1_1"]


def test_signature_on_a_repeated_call_does_not_wander() -> None:
    call = {"functionCall": {"name": "Ping", "id": "p1"}, "thoughtSignature": "QQ=="}
    found = decode([chunk(call), chunk(call), chunk({"functionCall": {"name": "Ping", "id": "p2"}}, finish="STOP")])
    assert [type(e) for e in found if not isinstance(e, UsageSeen)][1:] == [
        Signature,
        ToolStart,
        ToolArgs,
        ToolEnd,
        ToolStart,
        ToolArgs,
        ToolEnd,
        Finish,
    ]


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (["STOP", "MAX_TOKENS"], "max_tokens"),
        (["MAX_TOKENS", "STOP"], "max_tokens"),
        (["SAFETY", "STOP"], "refusal"),
        (["stop"], "end_turn"),
        (["FINISH_REASON_UNSPECIFIED", "STOP"], "end_turn"),
        (["OTHER"], "end_turn"),
        (["SOMETHING_NEW"], "end_turn"),
    ],
)
def test_finish_reason_that_says_most_counts(reasons: list[str], expected: str) -> None:
    found = decode([chunk({"text": "a"}), *(chunk(finish=reason) for reason in reasons)])
    assert found[-1] == Finish(expected)  # type: ignore[arg-type]


def test_refusal_is_said_once() -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "Unsafe."}}
    found = decode([blocked, blocked])
    assert [e for e in found if isinstance(e, Text)] == [
        Text("[Gemini refused to answer: SAFETY (Unsafe). Try to rephrase.]")
    ]
    assert found[-1] == Finish("refusal")


@pytest.mark.parametrize(
    ("data", "name", "faults"),
    [
        (b"", "", 0),
        (b"[DONE]", "", 0),
        (b"{", "", 0),
        (b'{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}', "", 1),
        (b'[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}]', "", 1),
        (b"upstream gone", "error", 1),
        (b"[" * 100_000, "", 0),
    ],
)
def test_event_never_raises_and_reports_errors(data: bytes, name: str, faults: int) -> None:
    decoder = GeminiDecoder({})
    found = [*decoder.event(data, name), *decoder.close()]
    assert sum(isinstance(event, Fault) for event in found) == len(found) == faults


def test_a_finish_reason_is_where_the_upstream_stopped() -> None:
    decoder = Unwrapping(GeminiDecoder({}))
    for reason, stopped in ((None, False), ("STOP", True)):
        candidate = {"content": {"parts": [{"text": "a"}]}, "finishReason": reason}
        assert list(decoder.whole({"response": {"candidates": [candidate]}}))
        assert decoder.stopped is stopped


def test_overlong_prompt_is_said_in_the_words_that_make_the_client_compact() -> None:
    words = "The input token count (1230000) exceeds the maximum number of tokens allowed (1048576)."
    [fault] = decode([{"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}])
    assert isinstance(fault, Fault)
    assert fault.message.startswith("prompt is too long: 1230000 tokens > 1048576 maximum")


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (None, None),
        ({}, None),
        ({"promptTokenCount": 10}, Usage(10)),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 8, "candidatesTokenCount": 5}, Usage(2, 5, cache_read=8)),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 80}, Usage(0, cache_read=10)),
        ({"promptTokenCount": 10, "toolUsePromptTokenCount": 7, "thoughtsTokenCount": 3}, Usage(17, 3, reasoning=3)),
        ({"promptTokenCount": 10, "totalTokenCount": 15}, Usage(10, 5)),
        ({"promptTokenCount": "10", "candidatesTokenCount": -1, "thoughtsTokenCount": True}, Usage()),
    ],
)
def test_usage_of(metadata: Any, expected: Usage | None) -> None:
    assert usage_of(metadata) == expected


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return strategy | JUNK


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "text": maybe(st.sampled_from(["a", "", "b\u2028c"])),
        "thought": maybe(st.booleans()),
        "thoughtSignature": maybe(st.sampled_from(["QQ==", ""])),
        "functionCall": maybe(
            st.fixed_dictionaries(
                {},
                optional={
                    "name": maybe(st.just("Ping")),
                    "id": maybe(st.sampled_from(["p1", "p2"])),
                    "args": maybe(st.just({"a": 1})),
                    "willContinue": maybe(st.booleans()),
                    "partialArgs": maybe(
                        st.lists(maybe(st.just({"jsonPath": "$.a[0].b", "stringValue": "x"})), max_size=2)
                    ),
                },
            )
        ),
        "executableCode": maybe(st.just({"language": "PYTHON", "code": "1"})),
        "toolCall": maybe(st.just({"args": {"queries": ["q"]}})),
        "inlineData": JUNK,
    },
)
CANDIDATES = st.fixed_dictionaries(
    {},
    optional={
        "content": maybe(st.fixed_dictionaries({}, optional={"parts": maybe(st.lists(maybe(PARTS), max_size=3))})),
        "finishReason": maybe(st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "MALFORMED_FUNCTION_CALL"])),
        "index": maybe(st.integers(0, 1)),
        "groundingMetadata": maybe(
            st.fixed_dictionaries(
                {}, optional={"webSearchQueries": JUNK, "groundingChunks": JUNK, "groundingSupports": JUNK}
            )
        ),
    },
)
CHUNKS = st.fixed_dictionaries(
    {},
    optional={
        "candidates": maybe(st.lists(maybe(CANDIDATES), max_size=2)),
        "usageMetadata": maybe(st.dictionaries(st.sampled_from(["promptTokenCount", "totalTokenCount"]), JUNK)),
        "promptFeedback": maybe(st.just({"blockReason": "SAFETY"})),
        "modelVersion": JUNK,
        "responseId": JUNK,
        "response": JUNK,
        "error": JUNK,
    },
)


@settings(max_examples=250, deadline=None)
@given(st.lists(maybe(CHUNKS), max_size=5))
def test_any_chunks_keep_the_grammar(chunks: list[Any]) -> None:
    data = sse(chunks)
    check_grammar(events_of(data))
    streamed = reply(stream=True)
    out = b"".join([*(streamed.feed(data[i : i + 7]) for i in range(0, len(data), 7)), streamed.close()])
    if out or streamed.fault is None:
        read_stream(out)


def check_grammar(events: list[Event]) -> None:
    """Assert that tools are whole and in a row, that texts are not empty, and that only usage follows the end."""
    open_key: int | None = None
    ended = False
    for event in events:
        if isinstance(event, Fault):
            return
        assert not ended or isinstance(event, UsageSeen)
        if isinstance(event, ToolStart):
            assert open_key is None
            assert event.id
            assert event.name
            open_key = event.key
        elif isinstance(event, ToolArgs | ToolEnd):
            assert event.key == open_key
            open_key = None if isinstance(event, ToolEnd) else open_key
        else:
            assert open_key is None
        if isinstance(event, ToolArgs):
            assert isinstance(json.loads(event.json), dict)
        if isinstance(event, Text | Thinking):
            assert event.text
        ended = ended or isinstance(event, Finish)
    assert open_key is None


OLD = {"candidates": [{"content": {"parts": [{"text": "Hello"}], "role": "model"}}], "usageMetadata": {}}


def test_a_whole_reply_is_complete_without_a_finish_reason() -> None:
    """Gemini 1.5 left it out of replies that are no stream."""
    assert message(json.dumps(OLD).encode())["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    "data",
    [b"data: %s\n\n", b"[%s", b"[%s]", b"%s\n%s", b"%s\n{", b"[%s,{"],
    ids=["stream", "cut list", "list", "lines", "cut lines", "list cut later"],
)
def test_chunks_without_a_finish_reason_are_cut_off(data: bytes) -> None:
    found = message(data.replace(b"%s", json.dumps(OLD).encode()))
    assert found["fault"]["code"] == "incomplete_stream"


@pytest.mark.parametrize("reason", ["SAFETY", "MALFORMED_FUNCTION_CALL"])
def test_a_whole_reply_that_was_stopped_is_not_made_complete(reason: str) -> None:
    whole = {"candidates": [{**OLD["candidates"][0], "finishReason": reason}]}
    decoder = GeminiDecoder({})
    last = [*decoder.whole(whole), *decoder.close()][-1]
    assert isinstance(last, Fault) if reason.startswith("MAL") else last == Finish("refusal")


def test_a_streamed_call_ends_with_the_reply_at_the_latest() -> None:
    begun = {
        "name": "Read",
        "id": "r1",
        "partialArgs": [{"jsonPath": "$.path", "stringValue": "a"}],
        "willContinue": True,
    }
    found = decode([chunk({"functionCall": begun}), chunk({"text": ""}, finish="STOP")])
    assert [e for e in found if isinstance(e, ToolArgs | Finish)] == [ToolArgs(0, '{"path":"a"}'), Finish("tool_use")]
    assert not any(isinstance(e, ToolStart) for e in decode([chunk({"functionCall": begun}, finish="MAX_TOKENS")]))
