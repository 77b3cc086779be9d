"""Chunks that are alike: the short way, and that it means the same as the general one."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccr.anthropic.unify import unify
from ccr.core.event import Event
from ccr.dialect.openai_chat.decode import ChatDecoder
from ccr.dialect.openai_chat.template import Template
from tests.chat import delta, request
from tests.dialect.openai_chat.soup import LIKELY, ODD

CHUNK = b'{"id":"c1","choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}'


def learnt(data: bytes, text: str) -> Template:
    template = Template()
    template.learn(data, text, ("content",))
    return template


@pytest.mark.parametrize("spelled", ["b", "", "\\n", "\\u00fc", "ü🙂", '\\"'])
def test_text_of_a_like_chunk_is_read(spelled: str) -> None:
    assert learnt(CHUNK % b"a", "a").text(CHUNK % spelled.encode()) == json.loads(f'"{spelled}"')


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(CHUNK.replace(b"c1", b"c2") % b"b", id="something before"),
        pytest.param(CHUNK.replace(b"null", b'"stop"') % b"b", id="something after"),
        pytest.param(CHUNK % b'b","refusal":"no', id="a field more"),
        pytest.param(CHUNK % b"\\", id="an escape that goes on"),
        pytest.param(CHUNK % b"\xff", id="no UTF-8"),
        pytest.param(CHUNK[: CHUNK.index(b"%")] + b"}", id="cut"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_any_other_chunk_is_not_known(other: bytes) -> None:
    assert learnt(CHUNK % b"a", "a").text(other) is None


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(CHUNK % b"\\u0061", "a", id="spelled otherwise"),
        pytest.param(CHUNK % b"a" + CHUNK % b"b", "a", id="the field twice"),
        pytest.param(b'{"content":[{"type":"text"}]}', "type", id="another place"),
        pytest.param(b'{"delta":"a"}', "a", id="another field"),
    ],
)
def test_what_is_not_certain_is_not_learnt(data: bytes, text: str) -> None:
    template = learnt(CHUNK % b"a", "a")
    template.learn(data, text, ("content",))
    assert template.text(data) is None
    assert template.text(CHUNK % b"a") is None


def events(chunks: list[Any], *, marked: bool) -> list[Event]:
    """Decode; a number in each chunk makes them all different."""
    decoder = ChatDecoder(unify(request()))
    found: list[Event] = []
    for number, chunk in enumerate(chunks):
        found += decoder.event(json.dumps({**chunk, "n": number if marked else 0}).encode(), "")
    return [*found, *decoder.event(b"[DONE]", ""), *decoder.close()]


FEW = st.lists(st.one_of(LIKELY, LIKELY, ODD), min_size=1, max_size=4).flatmap(
    lambda few: st.lists(st.sampled_from([*few, delta(content="a"), delta(content="b"), delta(reasoning="a")]))
)


@given(FEW)
def test_alike_chunks_mean_what_they_would_mean_alone(chunks: list[Any]) -> None:
    assert events(chunks, marked=False) == events(chunks, marked=True)


TEXTS = st.sampled_from(
    ["hi", "\n", '"q"', "<think>", "</think>", "\\", "é🙂", '"content":"x"', "", "a long piece of text "]
)
CALL = {"index": 0, "id": "a", "function": {"name": "Bash", "arguments": '{"a":'}}
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "content": st.none() | TEXTS,
        "reasoning_content": TEXTS,
        "role": st.just("assistant"),
        "tool_calls": st.just([CALL]) | st.just([]),
        "extra": st.sampled_from(["content", {"content": "inner"}]),
        "reasoning_details": st.just([{"type": "reasoning.text", "text": "hm", "index": 0}]),
    },
)
CHUNKS = st.builds(
    lambda delta, finish, beside: {
        "id": "x",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **beside,
    },
    DELTAS,
    st.sampled_from([None, None, None, None, "stop"]),
    st.sampled_from([{}, {}, {}, {"created": 1}, {"usage": {"prompt_tokens": 5, "completion_tokens": 3}}]),
)


def saying(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


@example([(saying(content="\n", reasoning_content="hm"), 4), (saying(content="hi"), 1)], True)
@example([(saying(content="hi", tool_calls=[{"index": 0, "function": {"arguments": "{"}}]), 4)], True)
@given(st.lists(st.tuples(CHUNKS, st.integers(1, 3)), max_size=8), st.booleans())
def test_streams_mean_the_same_without_a_template(chunks: list[tuple[dict[str, Any], int]], ascii_only: bool) -> None:
    lines = [json.dumps(chunk, ensure_ascii=ascii_only).encode() for chunk, times in chunks for _ in range(times)]
    templated, general = ChatDecoder({}), ChatDecoder({})
    for line in (*lines, b"[DONE]"):
        # Under a name of an event, a chunk is never held against the template.
        assert [*templated.event(line, "")] == [*general.event(line, "message")]
    assert [*templated.close()] == [*general.close()]
