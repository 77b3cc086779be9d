"""A provider's own count, from a fake transport on a virtual clock."""

import json
from typing import Any

import httpx
import pytest
import trio

from ccr.config.schema import Entry, Key, Provider
from ccr.config.tokenizer import Choice
from ccr.net.count import SECONDS, count
from ccr.transform.chain import Chain
from ccr.upstream import Upstream
from tests.aio import trio_test

PROVIDER = Provider(name="up", url="https://api.anthropic.com/v1/messages", keys=(Key("sk-1"),))
UPSTREAM = Upstream(PROVIDER, "claude-x", Chain.build((), ()))


class Fake(httpx.AsyncBaseTransport):
    def __init__(self, wait: float, answer: bytes = b'{"input_tokens": 7}') -> None:
        self._wait = wait
        self._answer = answer
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        await trio.sleep(self._wait)
        return httpx.Response(200, stream=httpx.ByteStream(self._answer))


@trio_test(autojump=True)
async def test_count_is_asked_with_the_key() -> None:
    client = Fake(0)
    assert await count(client, UPSTREAM, {"messages": [], "stream": True}) == 7
    assert client.seen[0].headers["x-api-key"] == "sk-1"
    assert str(client.seen[0].url) == "https://api.anthropic.com/v1/messages/count_tokens"


@trio_test(autojump=True)
async def test_slow_provider_is_not_waited_for() -> None:
    before = trio.current_time()
    assert await count(Fake(60), UPSTREAM, {"messages": []}) is None
    assert trio.current_time() - before <= SECONDS + 0.1


@trio_test(autojump=True)
async def test_somebody_else_is_asked_in_his_own_way() -> None:
    client = Fake(0)
    told = {"url": "https://count.example/v1", "api_key": "k", "request_format": "custom", "headers": {"x-a": "1"}}
    choice = Choice("api", response_field="input_tokens", **told)
    assert await count(client, UPSTREAM, {"messages": [{"role": "user", "content": "hi"}]}, choice=choice) == 7
    (asked,) = client.seen
    assert str(asked.url) == "https://count.example/v1"
    assert (asked.headers["authorization"], asked.headers["x-a"]) == ("Bearer k", "1")
    assert asked.content == b'{"text":"hi"}'


@trio_test(autojump=True)
async def test_provider_that_has_no_way_to_count_is_not_asked() -> None:
    client = Fake(0)
    chat = Upstream(Provider(name="up", url="https://x.example/v1"), "m", Chain.build((), ()))
    assert await count(client, chat, {"messages": []}) is None
    assert client.seen == []


BODY = {"model": "x", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("url", "use", "sent_to", "told", "check"),
    [
        pytest.param(
            "https://generativelanguage.googleapis.com/v1beta/models/",
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/models/m:countTokens",
            b'{"totalTokens": 7}',
            lambda body: body["generateContentRequest"]["model"] == "models/m",
            id="gemini",
        ),
        pytest.param(
            "https://api.openai.com/v1",
            "openai-responses",
            "https://api.openai.com/v1/responses/input_tokens",
            b'{"object": "response.input_tokens", "input_tokens": 7}',
            lambda body: body["input"] and not {"stream", "max_output_tokens"} & set(body),
            id="responses",
        ),
    ],
)
def test_other_apis_that_can_count_are_asked(url: str, use: str, sent_to: str, told: bytes, check: Any) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        client = Fake(0, told)
        provider = Provider(name="up", url=url, keys=(Key("sk-1"),))
        assert await count(client, Upstream(provider, "m", Chain.build([Entry(use)])), BODY) == 7
        (asked,) = client.seen
        assert str(asked.url) == sent_to
        assert "sk-1" in str(asked.headers.raw)
        assert check(json.loads(asked.content))

    run()
