"""A provider's own count, from a fake transport on a virtual clock."""

import httpx
import trio

from ccr.config.schema import Key, Provider
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
