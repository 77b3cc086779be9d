"""What a client sees when its upstream fails: each fault in each phase, with and without a stream.

After each fault nothing is left over, and the next request is served.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import HEAD, Live, Seen, Wire, config, live

FIRST = sse([delta(content="first ")], end=b"")
LAST = sse([delta(content="last"), delta(finish="stop")])
LIMITS = {"timeouts": {"first_token": 0.5, "idle": 0.5}}
Fault = Callable[[Wire], Awaitable[None]]


async def close(wire: Wire) -> None:
    await wire.stream.aclose()


async def reset(wire: Wire) -> None:
    wire.stream.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER of 0 seconds: closing sends a reset
    await wire.stream.aclose()


async def stall(wire: Wire) -> None:
    await wire.closed()


async def garbage(wire: Wire) -> None:
    await wire.stream.send_all(b"\xff\xfe\0 this is no HTTP \r\n\r\n" * 20)
    await wire.stream.aclose()


async def drip(wire: Wire) -> None:
    """Keep the line busy with bytes that are no content."""
    try:
        for _ in range(200):
            await wire.stream.send_all(b"3\r\n:\n\n\r\n")
            await trio.sleep(0.02)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return


async def slow_head(wire: Wire) -> None:
    """Begin a head that never ends, a byte at a time."""
    try:
        await wire.stream.send_all(b"HTTP/1.1 200 OK\r\nx-slow: ")
        for _ in range(200):
            await wire.stream.send_all(b"x")
            await trio.sleep(0.02)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return


async def broken_chunk(wire: Wire) -> None:
    await wire.stream.send_all(b"ffff\r\ndata: {")
    await wire.stream.aclose()


async def half_an_event(wire: Wire) -> None:
    await wire.send(b'data: {"choices":[{"delta":{"content":"hal')
    await wire.end()


async def page(wire: Wire) -> None:
    await wire.send(b"<!doctype html><title>Sign in</title>")
    await wire.end()


async def in_band(wire: Wire) -> None:
    await wire.send(b'data: {"error":{"message":"out of luck","type":"server_error"}}\n\n')
    await wire.end()


async def quiet_end(wire: Wire) -> None:
    await wire.end()


BEFORE_HEAD: dict[str, tuple[Fault, int]] = {
    "close": (close, 502),
    "reset": (reset, 502),
    "stall": (stall, 504),
    "garbage": (garbage, 502),
    "slow head": (slow_head, 504),
}
AFTER_HEAD: dict[str, tuple[Fault, int]] = {
    **{name: row for name, row in BEFORE_HEAD.items() if name != "slow head"},
    "drip": (drip, 504),
    "error chunk": (in_band, 500),
    "quiet end": (quiet_end, 502),
    "broken chunk": (broken_chunk, 502),
    "half an event": (half_an_event, 502),
}


class Upstream:
    """Fails the first requests after sending `before`; then serves. `retries` are the tries one request makes."""

    def __init__(self, before: bytes | None, content: bytes, fault: Fault) -> None:
        self.failing = True
        self._before = before
        self._content = content
        self._fault = fault

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        if not self.failing:
            await wire.begin()
            await wire.send(FIRST + LAST)
            await wire.end()
            return
        if self._before:
            await wire.stream.send_all(self._before)
        if self._content:
            await wire.send(self._content)
            # Else both may come with one read, which then fails as a whole, and the request may be tried again.
            await trio.sleep(0.1)
        await self._fault(wire)


async def outlast(router: Live, upstream: Upstream, stream: bool) -> Any:
    """Send a request that fails; then check that nothing is left and that the next one is served."""
    answer = await router.post(request(stream=stream))
    await router.settled()
    upstream.failing = False
    again = await router.post(request())
    assert read_stream(again.content)["content"] == [{"type": "text", "text": "first last"}]
    return answer


def check_status(fault: Fault, status: int, *, head: bytes | None, stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        upstream = Upstream(head, b"", fault)
        async with live(upstream, make=lambda url: config(url, provider=LIMITS)) as router:
            answer = await outlast(router, upstream, stream)
            assert answer.status_code == status
            assert answer.json()["type"] == "error"
            assert "up" in answer.json()["error"]["message"]

    run()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("fault", "status"), BEFORE_HEAD.values(), ids=BEFORE_HEAD.keys())
def test_a_fault_before_the_head_is_a_status(fault: Fault, status: int, stream: bool) -> None:
    check_status(fault, status, head=None, stream=stream)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("fault", "status"), AFTER_HEAD.values(), ids=AFTER_HEAD.keys())
def test_a_fault_before_the_content_is_a_status(fault: Fault, status: int, stream: bool) -> None:
    check_status(fault, status, head=HEAD, stream=stream)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("fault", "status"), AFTER_HEAD.values(), ids=AFTER_HEAD.keys())
def test_a_fault_after_content_never_looks_like_an_end(fault: Fault, status: int, stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        upstream = Upstream(HEAD, FIRST, fault)
        async with live(upstream, make=lambda url: config(url, provider=LIMITS)) as router:
            answer = await outlast(router, upstream, stream)
            if stream:
                message = read_stream(answer.content)
                assert message["content"] == [{"type": "text", "text": "first "}]
                assert message["error"]["type"] in ("api_error", "timeout_error")
                assert len([s for s in router.seen if s.body]) == 2, "content went out, so nothing may be tried again"
            else:
                assert answer.status_code == status

    run()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_web_page_is_a_status_that_repeating_does_not_mend(stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        upstream = Upstream(HEAD, b"", page)
        async with live(upstream, make=lambda url: config(url, provider=LIMITS)) as router:
            answer = await outlast(router, upstream, stream)
        assert (answer.status_code, answer.headers["x-should-retry"]) == (502, "false")
        assert "Sign in" in answer.json()["error"]["message"]

    run()


@trio_test(limit=15)
async def test_a_head_of_a_megabyte_is_refused() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.stream.send_all(b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 1_000_000 + b"\r\n\r\n")
        await wire.closed()

    async with live(script, make=lambda url: config(url, provider=LIMITS)) as router:
        answer = await router.post(request())
    assert answer.status_code == 502


@trio_test(limit=15)
async def test_a_wrong_content_length_is_a_broken_stream() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + FIRST)
        await wire.stream.aclose()

    async with live(script, make=lambda url: config(url, provider=LIMITS)) as router:
        answer = await router.post(request())
    assert read_stream(answer.content)["error"]["type"] == "api_error"
