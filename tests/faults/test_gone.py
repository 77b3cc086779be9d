"""A client that leaves, in each phase of its request: within a second the upstream is free and nothing is left."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, config, live
from tests.proxies import proxying

FIRST = sse([delta(content="first ")], end=b"")
WHOLE = sse([delta(content="whole"), delta(finish="stop")])
Act = Callable[[Wire], Awaitable[None]]


async def wait(wire: Wire) -> None:
    """Take the request and say nothing."""


async def begin(wire: Wire) -> None:
    await wire.begin()


async def comment(wire: Wire) -> None:
    await wire.begin()
    await wire.send(b": still there\n\n")


async def speak(wire: Wire) -> None:
    await wire.begin()
    await wire.send(FIRST)


async def half_an_event(wire: Wire) -> None:
    await wire.begin()
    await wire.send(FIRST + b'data: {"choices"')


async def half_a_head(wire: Wire) -> None:
    await wire.stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-ty")


async def half_a_refusal(wire: Wire) -> None:
    await wire.stream.send_all(b"HTTP/1.1 400 Bad\r\ncontent-length: 500\r\n\r\n{")


PHASES: dict[str, Act] = {
    "waiting": wait,
    "half a head": half_a_head,
    "head": begin,
    "comment": comment,
    "content": speak,
    "half an event": half_an_event,
    "half a refusal": half_a_refusal,
}


async def leave(router: Live, body: dict[str, Any], reached: trio.Event) -> None:
    """Send a request and leave when the upstream has reached its phase."""
    client = await router.open(body)
    with trio.fail_after(5):
        await reached.wait()
    await trio.sleep(0.1)
    await client.aclose()


async def check_served(router: Live) -> None:
    answer = await router.post(request())
    assert read_stream(answer.content)["content"] == [{"type": "text", "text": "whole"}]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("act", PHASES.values(), ids=PHASES.keys())
def test_the_upstream_is_closed_whatever_it_has_said(act: Act, stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        reached, closed = trio.Event(), trio.Event()

        async def script(seen: Seen, wire: Wire) -> None:
            if reached.is_set():
                await wire.begin()
                await wire.send(WHOLE)
                await wire.end()
                return
            await act(wire)
            reached.set()
            await wire.closed()
            closed.set()

        async with live(script) as router:
            await leave(router, request(stream=stream), reached)
            with trio.fail_after(1):
                await closed.wait()
            await router.settled()
            [trail] = router.state.recent
            assert trail.result == "gone"
            assert len(router.seen) == 1
            await check_served(router)

    run()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_client_that_leaves_the_queue_is_never_sent_for(stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        release = trio.Event()

        async def script(seen: Seen, wire: Wire) -> None:
            if len(router.seen) == 1:
                await release.wait()
            await wire.begin()
            await wire.send(WHOLE)
            await wire.end()

        async with (
            live(script, make=lambda url: config(url, provider={"max_concurrency": 1})) as router,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(check_served, router)
            while not router.seen:  # noqa: ASYNC110 - the upstream has no event for it
                await trio.sleep(0.01)
            client = await router.open(request(stream=stream))
            while not router.state.queue.length("up"):  # noqa: ASYNC110 - the queue has no event for it
                await trio.sleep(0.01)
            await client.aclose()
            with trio.fail_after(1):
                while router.state.queue.length("up"):  # noqa: ASYNC110 - the queue has no event for it
                    await trio.sleep(0.01)
            release.set()
            await check_served(router)
            await router.settled()
            assert len(router.seen) == 2

    run()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_connection_that_is_being_opened_is_given_up(stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        reached, closed = trio.Event(), trio.Event()

        async def mute(server: trio.abc.Stream) -> None:
            """Never answer the client's part of a TLS handshake."""
            await server.receive_some(1000)
            reached.set()
            try:
                while await server.receive_some(1000):
                    pass
            finally:
                closed.set()

        async def script(seen: Seen, wire: Wire) -> None:
            raise AssertionError

        async with (
            proxying(mute) as port,
            live(script, make=lambda url: config(f"https://127.0.0.1:{port}")) as router,
        ):
            await leave(router, request(stream=stream), reached)
            with trio.fail_after(1):
                await closed.wait()
            await router.settled()

    run()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_client_that_leaves_in_a_pause_between_tries_ends_the_trying(stream: bool) -> None:
    @trio_test(limit=15)
    async def run() -> None:
        reached = trio.Event()

        async def script(seen: Seen, wire: Wire) -> None:
            await wire.answer(500, {"error": {"message": "out of order"}})
            reached.set()

        async with live(script) as router:
            router.state.board.random = lambda: 0.9
            await leave(router, request(stream=stream), reached)
            await router.settled()
            await trio.sleep(1)
            assert len(router.seen) == 1

    run()


@trio_test(limit=15)
async def test_one_of_many_that_leaves_disturbs_no_other() -> None:
    go = trio.Event()

    async def script(seen: Seen, wire: Wire) -> None:
        await wire.begin()
        await go.wait()
        await wire.send(WHOLE)
        await wire.end()

    async with live(script) as router, trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(check_served, router)
        clients = [await router.open(request()) for _ in range(10)]
        while len(router.seen) < 20:  # noqa: ASYNC110 - the upstream has no event for it
            await trio.sleep(0.01)
        for client in clients:
            await client.aclose()
        await trio.sleep(0.1)
        go.set()
