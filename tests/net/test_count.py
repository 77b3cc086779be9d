"""A provider's own count, from a fake transport on a virtual clock."""

import httpx
import trio

from ccr.config.schema import Key, Provider
from ccr.config.tokenizer import Choice
from ccr.net.count import SECONDS, count
from ccr.transform.chain import Chain
from ccr.upstream import Upstream
from tests.aio import trio_test

PROVIDER = Provider(name="up", url="https://api.anthropic.com/v1/messages", keys=(Key("sk-1"),))
UPSTREAM = Upstream(PROVIDER, "claude-x", Chain.build((), ()))


class Fake(httpx.AsyncBaseTransport):
    def __init__(self, wait: float) -> None:
        self._wait = wait
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        await trio.sleep(self._wait)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"input_tokens": 7}'))


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
