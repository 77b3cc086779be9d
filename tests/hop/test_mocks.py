"""The providers of the hop test do refuse: each request that one of them took is spoilt in one place."""

import copy
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import pytest
import trio

from tests.hop.agent import Agent
from tests.hop.claude import Anthropic
from tests.hop.deepseek import DeepSeek
from tests.hop.google import SKIPS, Gemini
from tests.hop.mock import Json, Mock, Refusal
from tests.hop.ollama import Ollama
from tests.hop.openai import Responses
from tests.hop.test_hop import Providers, hop, new_models
from tests.live import live

Edit = Callable[[Json], Any]
HEADERS = {
    "api.anthropic.com": {"x-api-key": "sk-ant", "anthropic-version": "2023-06-01"},
    "api.deepseek.com": {"authorization": "Bearer sk-ds"},
    "generativelanguage.googleapis.com": {"x-goog-api-key": "AIza"},
    "api.openai.com": {"authorization": "Bearer sk-oa"},
    "localhost:11434": {},
}
PATHS = {
    "api.anthropic.com": "/v1/messages",
    "api.deepseek.com": "/chat/completions",
    "generativelanguage.googleapis.com": "/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse",
    "api.openai.com": "/v1/responses",
    "localhost:11434": "/v1/chat/completions",
}


@cache
def session() -> Providers:
    """A session that has taken place, for all tests together."""
    providers = Providers(new_models(remembers=True), keeps_past=True)

    async def run() -> None:
        with trio.fail_after(30):
            async with live(providers, make=providers.configuration) as router:
                assert not await hop(router, providers, Agent("keep", {"type": "adaptive"}), 1)

    trio.run(run)
    return providers


def check(kind: type, edit: Edit) -> None:
    """Let the provider look at the last request that it took, after a change."""
    mock: Mock = next(mock for mock in session().mocks.values() if isinstance(mock, kind))
    body = copy.deepcopy(session().taken[mock.host])
    edit(body)
    mock.check(PATHS[mock.host], HEADERS[mock.host], body)


@pytest.mark.parametrize("kind", [Anthropic, DeepSeek, Gemini, Responses, Ollama])
def test_what_was_taken_is_taken_again(kind: type) -> None:
    check(kind, lambda body: None)


def first(items: list[Json], **wanted: Any) -> Json:
    """Return the first item that has these fields."""
    return next(item for item in items if all(item.get(key) == value for key, value in wanted.items()))


def block(body: Json, kind: str) -> Json:
    """Return the first content block of a kind in a Messages request."""
    blocks = [b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]]
    return first(blocks, type=kind)


def drop(body: Json, kind: str, *, of: int = 1) -> None:
    """Leave a content block of a kind out of a Messages request, the first one of a turn that has so many."""
    for message in body["messages"]:
        content = message["content"] if isinstance(message["content"], list) else []
        found = [b for b in content if b["type"] == kind]
        if len(found) >= of:
            content.remove(found[0])
            return


def part(body: Json, field: str) -> Json:
    """Return the first of Gemini's parts that has a field."""
    return next(p for content in body["contents"] for p in content["parts"] if field in p)


def own_call(body: Json) -> Json:
    """Return the first of Gemini's calls that it signed."""
    parts = [p for content in body["contents"] for p in content["parts"]]
    return next(p for p in parts if "functionCall" in p and p.get("thoughtSignature", SKIPS[0]) not in SKIPS)


def turn(body: Json, *, thought: bool) -> Json:
    """Return the first message with calls of a chat-completions request, with or without a thought."""
    return next(m for m in body["messages"] if m.get("tool_calls") and bool(m.get("reasoning_content")) == thought)


def put(body: Json, role: str, content: Any, *, at: int | None = None) -> None:
    """Add a message."""
    body["messages"].insert(len(body["messages"]) if at is None else at, {"role": role, "content": content})


def item(body: Json, kind: str) -> Json:
    """Return the first input item of a kind in a Responses request."""
    return first(body["input"], type=kind)


ORPHAN = {"type": "function_call_output", "call_id": "x", "output": ""}

REFUSED: list[tuple[type, Edit, str]] = [
    (Anthropic, lambda b: b.update(foo=1), "unknown fields"),
    (Anthropic, lambda b: b.update(temperature=0.5), "`temperature`"),
    (Anthropic, lambda b: b.update(thinking={"type": "enabled", "budget_tokens": 2000}), "not supported on this model"),
    (Anthropic, lambda b: block(b, "thinking").update(signature="ccr1.e30="), "Invalid `signature`"),
    (Anthropic, lambda b: block(b, "thinking").update(thinking="changed"), "Invalid `signature`"),
    (Anthropic, lambda b: block(b, "redacted_thinking").update(data="eA=="), "Invalid `data`"),
    (Anthropic, lambda b: drop(b, "thinking"), "cannot be modified"),
    (Anthropic, lambda b: drop(b, "tool_result", of=2), "without `tool_result`"),
    (Anthropic, lambda b: drop(b, "tool_use", of=2), "unexpected `tool_use_id`"),
    (Anthropic, lambda b: block(b, "text").update(text=" \n"), "non-whitespace"),
    (Anthropic, lambda b: block(b, "tool_use").update(id="functions.x:0"), "does not match"),
    (Anthropic, lambda b: block(b, "tool_use").update(input="{}"), "valid dictionary"),
    (Anthropic, lambda b: b["tools"][0].update(name="x" * 129), "does not match"),
    (Anthropic, lambda b: b["tools"].append(b["tools"][0]), "is there twice"),
    (Anthropic, lambda b: put(b, "assistant", "And"), "prefill"),
    (Anthropic, lambda b: put(b, "system", "late", at=2), "system not allowed here"),
    (Anthropic, lambda b: put(b, "user", []), "non-empty content"),
    (DeepSeek, lambda b: b.update(top_k=1), "unknown fields"),
    (DeepSeek, lambda b: b.update(tool_choice="required"), "tool_choice"),
    (DeepSeek, lambda b: turn(b, thought=False).pop("reasoning_content"), "Missing `reasoning_content`"),
    (DeepSeek, lambda b: turn(b, thought=True).update(reasoning_content=""), "reasoning_content"),
    (DeepSeek, lambda b: turn(b, thought=False).update(reasoning_content="x"), "reasoning_content"),
    (DeepSeek, lambda b: put(b, "user", [{"type": "image_url", "image_url": {"url": "x"}}]), "unknown variant"),
    (DeepSeek, lambda b: put(b, "user", "x", at=3), "must be followed by tool messages"),
    (DeepSeek, lambda b: b["messages"].remove(first(b["messages"], role="tool")), "must be followed by tool messages"),
    (DeepSeek, lambda b: b["messages"].remove(turn(b, thought=False)), "must be a response to"),
    (DeepSeek, lambda b: put(b, "assistant", None), "content or tool_calls must be set"),
    (DeepSeek, lambda b: b["tools"][0]["function"].update(name="a.b"), "does not match"),
    (Gemini, lambda b: b.update(metadata={}), "unknown fields"),
    (Gemini, lambda b: own_call(b).pop("thoughtSignature"), "was lost"),
    (Gemini, lambda b: own_call(b).update(thoughtSignature=SKIPS[0]), "was lost"),
    (Gemini, lambda b: own_call(b).update(thoughtSignature="eA=="), "Corrupted thought signature"),
    (Gemini, lambda b: own_call(b)["functionCall"].update(id="other"), "not valid|function responses"),
    (Gemini, lambda b: part(b, "functionCall").pop("thoughtSignature"), "missing a thought_signature"),
    (Gemini, lambda b: part(b, "functionResponse")["functionResponse"].update(name="x"), "function responses"),
    (Gemini, lambda b: b["contents"][0]["parts"].append({"text": ""}), "must have a text parameter"),
    (Gemini, lambda b: b["contents"].insert(1, b["contents"][0]), "roles must alternate"),
    (Gemini, lambda b: b["contents"].append({"role": "model", "parts": []}), "must not be empty"),
    (Gemini, lambda b: b["generationConfig"]["thinkingConfig"].update(thinkingBudget=1), "thinkingBudget"),
    (
        Gemini,
        lambda b: b["tools"][0]["functionDeclarations"][0]["parameters"].update({"$schema": ""}),
        "unknown fields",
    ),
    (Responses, lambda b: b.update(stop=["x"]), "Unknown parameter"),
    (Responses, lambda b: b.update(max_output_tokens=1), "below minimum"),
    (Responses, lambda b: b.update(temperature=1), "Unsupported parameter"),
    (Responses, lambda b: b["input"].remove(item(b, "reasoning")), "without its required 'reasoning' item"),
    (Responses, lambda b: item(b, "reasoning").update(encrypted_content="x"), "invalid_encrypted_content"),
    (Responses, lambda b: item(b, "reasoning").update(summary=[]), "was changed"),
    (Responses, lambda b: b["input"].append(item(b, "reasoning")), "without its required following item"),
    (Responses, lambda b: b["input"].append(ORPHAN), "No tool call found"),
    (Responses, lambda b: b["input"].remove(item(b, "function_call_output")), "No tool output found"),
    (Responses, lambda b: item(b, "function_call").update(call_id="x" * 65), "does not match"),
    (Responses, lambda b: item(b, "message")["content"][0].update(type="output_text"), "Invalid value"),
    (Responses, lambda b: item(b, "message").update(content=[]), "must not be empty"),
    (Ollama, lambda b: b.update(reasoning_effort="xhigh"), "invalid reasoning value"),
    (Ollama, lambda b: put(b, "assistant", None), "invalid message content type"),
    (Ollama, lambda b: put(b, "user", [{"type": "image_url", "image_url": {"url": "https://x"}}]), "invalid image"),
    (Ollama, lambda b: b["tools"][0]["function"].update(parameters={}), "must be an object"),
    (Ollama, lambda b: first(b["messages"], role="tool").update(tool_call_id="x"), "must be a response to"),
]


@pytest.mark.parametrize(
    ("kind", "edit", "words"), [pytest.param(*case, id=f"{case[0].__name__}-{case[2]}") for case in REFUSED]
)
def test_spoilt_request_is_refused(kind: type, edit: Edit, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        check(kind, edit)


def test_calls_of_others_get_no_thoughts_at_ollama() -> None:
    def edit(body: Json) -> None:
        for message in body["messages"]:
            if message.get("tool_calls"):
                message["reasoning"] = "x"

    with pytest.raises(Refusal, match="reasoning"):
        check(Ollama, edit)


old = partial(Anthropic, adaptive=False)


def test_older_claude_takes_no_system_message_and_needs_a_thought_before_the_last_calls() -> None:
    tools = [{"name": "t", "input_schema": {"type": "object"}}]
    base = {"model": "claude-sonnet-4-5", "max_tokens": 4000, "tools": tools}
    asked = {"role": "user", "content": "hi"}
    call = {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "t", "input": {}}]}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "x"}]}
    look = partial(old().check, "/v1/messages", HEADERS["api.anthropic.com"])
    look({**base, "messages": [asked, call, result]})
    with pytest.raises(Refusal, match="Expected `thinking`"):
        look({**base, "messages": [asked, call, result], "thinking": {"type": "enabled", "budget_tokens": 2000}})
    with pytest.raises(Refusal, match="Unexpected role"):
        look({**base, "messages": [asked, {"role": "system", "content": "x"}]})
    with pytest.raises(Refusal, match="not supported on this model"):
        look({**base, "messages": [asked], "thinking": {"type": "adaptive"}})


@pytest.mark.parametrize(
    ("mock", "path", "headers", "status"),
    [
        (old(), "/v1/complete", {}, 404),
        (old(), "/v1/messages", {"x-api-key": "sk-ant", "authorization": "Bearer sk-ant"}, 401),
        (DeepSeek(), "/chat/completions", {"authorization": "Bearer other"}, 401),
        (Responses(), "/v1/responses", {}, 401),
        (Ollama(odd_ids=False), "/api/chat", {}, 404),
    ],
)
def test_wrong_address_or_key_is_refused(mock: Mock, path: str, headers: dict[str, str], status: int) -> None:
    with pytest.raises(Refusal) as caught:
        mock.check(path, headers, {})
    assert caught.value.status == status
