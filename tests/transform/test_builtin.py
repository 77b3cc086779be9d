"""What holds for every transformer that comes with ccr."""

import json
from collections.abc import Mapping
from copy import deepcopy

import pytest
from hypothesis import given, settings

from ccr.anthropic.unify import unify
from ccr.core.event import Event, Fault, Finish, Text, Thinking
from ccr.core.unified import Json
from ccr.dialect.base import Target
from ccr.dialect.openai_chat import OpenAIChat
from ccr.transform.base import Transformer
from ccr.transform.builtin import BUILTIN, TRANSFORMERS
from tests.grammar import run
from tests.transform.case import PLAIN, body, context, make, replies, request

NAMES = [transformer.name for transformer in TRANSFORMERS]
OPTIONS: Mapping[str, Json] = {"maxtoken": {"max_tokens": 16384}, "customparams": {"seed": 7, "reasoning": {"x": 1}}}

FILTERING = [t.name for t in TRANSFORMERS if t.filter is not Transformer.filter]

ORIGINAL = """
    Anthropic OpenAI openai-responses gemini vertex-gemini vertex-claude vertex-openai deepseek openrouter vercel groq
    cerebras maxtoken maxcompletiontokens tooluse enhancetool reasoning forcereasoning extrathinktag sampling
    customparams streamoptions cleancache chutes-glm gemini-cli qwen-cli rovo-cli
"""


@pytest.mark.parametrize("name", ORIGINAL.split())
def test_names_that_users_know_are_there(name: str) -> None:
    assert name in BUILTIN.names


@pytest.mark.parametrize("name", NAMES)
def test_edit_leaves_the_clients_body_alone(name: str) -> None:
    given_body = body()
    before = deepcopy(given_body)
    make(name, OPTIONS.get(name)).edit(unify(given_body), context())
    assert given_body == before


@pytest.mark.parametrize("name", NAMES)
def test_edit_of_a_bare_request_works(name: str) -> None:
    bare = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": False}
    assert make(name, OPTIONS.get(name)).edit(bare, context())["messages"]


@pytest.mark.parametrize("name", NAMES)
def test_edit_keeps_the_beginning_of_the_conversation(name: str) -> None:
    """What was sent in one turn must be sent the same way in the next, or the provider's prompt cache is lost."""
    turns = body()["messages"]
    more = [
        *turns,
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "done", "signature": "s"}]},
        turns[0],
    ]
    first, second = (sent_messages(make(name, OPTIONS.get(name)), unify(body(messages=m))) for m in (turns, more))
    assert second[: len(first)] == first


def sent_messages(transformer: Transformer, unified: Json) -> list[Json]:
    where = context("openrouter", "anthropic/claude-sonnet-4")
    edited = transformer.edit(unified, where)
    call = OpenAIChat().encode(edited, Target("p", "m", "http://127.0.0.1/", where.vendor))
    messages: list[Json] = json.loads(call.body)["messages"]
    return messages


@pytest.mark.parametrize("name", FILTERING)
@settings(max_examples=50)
@given(events=replies())
def test_filter_keeps_to_the_grammar(name: str, events: list[Event]) -> None:
    out = pass_through(name, events)
    for kind in (Fault, Finish):
        assert [type(e) for e in out if isinstance(e, kind)] == [type(e) for e in events if isinstance(e, kind)]


@pytest.mark.parametrize("name", FILTERING)
@settings(max_examples=50)
@given(events=replies())
def test_filter_loses_no_plain_word(name: str, events: list[Event]) -> None:
    plain = [event for event in events if not isinstance(event, Text | Thinking) or event.text == PLAIN]
    assert count(pass_through(name, plain)) == count(plain)


def count(events: list[Event]) -> int:
    return sum(event.text.count(PLAIN) for event in events if isinstance(event, Text | Thinking))


def pass_through(name: str, events: list[Event]) -> list[Event]:
    found = make(name).filter(context(sent=request()))
    assert found is not None
    return run(found, events)
