"""Upstreams that are odd but right, or wrong in a way that does no harm: the client notices nothing."""

import gzip
from collections.abc import Awaitable, Callable

import pytest
import trio

from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import HEAD, Live, Seen, Wire, live

BODY = sse([delta(content="all "), delta(content="well"), delta(finish="stop")])
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
ZIPPED = gzip.compress(BODY)

KEPT: dict[str, bytes] = {
    "trailers": HEAD + CHUNK + b"0\r\nx-checksum: abc\r\nx-more: d\r\n\r\n",
    "chunk extensions": HEAD + b"%x;a=b\r\n%s\r\n0;last\r\n\r\n" % (len(BODY), BODY),
    "bare line feeds": HEAD + b"%x\n%s\r\n0\n\n" % (len(BODY), BODY),
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + CHUNK + b"0\r\n\r\n",
    "early hints": b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * 2 + HEAD + CHUNK + b"0\r\n\r\n",
    "a length": PLAIN + b"content-length: %d\r\n\r\n" % len(BODY) + BODY,
    "a length twice": PLAIN + b"content-length: %d\r\n" % len(BODY) * 2 + b"\r\n" + BODY,
    "compressed unasked": PLAIN + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(ZIPPED) + ZIPPED,
    "a large head": PLAIN + b"x-filler: %s\r\n" % (b"y" * 60_000) + HEAD.partition(b"\r\n")[2] + CHUNK + b"0\r\n\r\n",
    "no reason phrase": HEAD.replace(b" OK", b"") + CHUNK + b"0\r\n\r\n",
    "capitals": HEAD.replace(b"chunked", b"Chunked") + CHUNK + b"0\r\n\r\n",
}
"""Answers after which the connection may be used again."""

LAST: dict[str, bytes] = {
    "connection: close": HEAD.replace(b"\r\n\r\n", b"\r\nConnection: Close\r\n\r\n") + CHUNK + b"0\r\n\r\n",
    "http/1.0": PLAIN.replace(b"1.1", b"1.0") + b"\r\n" + BODY,
    "neither length nor chunks": PLAIN + b"\r\n" + BODY,
    "a length that is too large": PLAIN + b"content-length: 99999\r\n\r\n" + BODY,
    "no last chunk": HEAD + CHUNK,
    "a reset after the end": HEAD + CHUNK,
}
"""Answers with whose end the connection ends."""


async def check(router: Live, *, stream: bool) -> None:
    answer = await router.post(request(stream=stream))
    assert answer.status_code == 200, answer.text
    message = read_stream(answer.content) if stream else answer.json()
    assert message["content"] == [{"type": "text", "text": "all well"}]
    assert message["stop_reason"] == "end_turn"


def scripted(data: bytes, *, closes: bool, piece: int) -> Callable[[Seen, Wire], Awaitable[None]]:
    async def script(seen: Seen, wire: Wire) -> None:
        for start in range(0, len(data), piece):
            await wire.stream.send_all(data[start : start + piece])
        if closes:
            await wire.stream.aclose()

    return script


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("piece", [1 << 20, 7], ids=["at once", "in pieces"])
@pytest.mark.parametrize("name", [*KEPT, *LAST])
def test_the_client_notices_nothing(name: str, piece: int, stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        data = KEPT.get(name) or LAST[name]
        async with live(scripted(data, closes=name in LAST, piece=piece if len(data) < 20_000 else 1000)) as router:
            for _ in range(3):
                await check(router, stream=stream)
            assert len(router.seen) == 3, "nothing had to be tried twice"

    run()


@pytest.mark.parametrize("delay", [0.0, 0.02], ids=["at once", "a little later"])
def test_a_kept_connection_that_the_upstream_closes_is_no_fault(delay: float) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        async def script(seen: Seen, wire: Wire) -> None:
            await wire.stream.send_all(HEAD + CHUNK + b"0\r\n\r\n")
            await trio.sleep(delay)
            await wire.stream.aclose()

        async with live(script) as router:
            for turn in range(10):
                await check(router, stream=True)
                await trio.sleep(delay if turn % 2 else 0)

    run()


@trio_test(limit=15)
async def test_a_kept_connection_that_is_closed_as_it_is_used_again_is_no_fault() -> None:
    """The race that no look at the socket can see: the upstream closes when the request is on its way."""
    lives = 0

    async def script(seen: Seen, wire: Wire) -> None:
        nonlocal lives
        lives += 1
        if lives == 2:
            await wire.stream.aclose()
            return
        await wire.stream.send_all(HEAD + CHUNK + b"0\r\n\r\n")

    async with live(script) as router:
        await check(router, stream=True)
        await check(router, stream=True)
        await router.settled()
        assert [len(trail.attempts) for trail in router.state.recent] == [1, 1]


@trio_test(limit=15)
async def test_a_slow_head_is_pinged_over_and_read() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        for byte in HEAD:
            await wire.stream.send_all(bytes([byte]))
            await trio.sleep(0.06)
        await wire.stream.send_all(CHUNK + b"0\r\n\r\n")

    async with live(script) as router:
        began = trio.current_time()
        async with router.http.stream("POST", f"{router.url}/v1/messages", json=request()) as answer:
            assert trio.current_time() - began < 5
            data = b"".join([piece async for piece in answer.aiter_raw()])
    assert b"event: ping" in data
    assert read_stream(data)["content"] == [{"type": "text", "text": "all well"}]
