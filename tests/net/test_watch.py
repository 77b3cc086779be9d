"""The watch beside a request, on a virtual clock."""

from typing import Any

import pytest
import trio

from ccr.net.relay import Relay
from ccr.net.watch import END_SECONDS, FIRST_BYTE_SECONDS, PING_SECONDS, STALLED_SECONDS, Limits, Watch
from tests.aio import trio_test
from tests.net.test_relay import Client


class Request:
    """A request with its watch; `leave` makes the client go."""

    def __init__(self, *, stream: bool = True) -> None:
        self.client = Client()
        self.relay = Relay(self.client.send, stream=stream, headers={})
        self.watch = Watch(self.relay)
        self.scope = trio.CancelScope()
        self._left = trio.Event()

    def leave(self) -> None:
        self._left.set()

    async def receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def run(self) -> None:
        await self.watch.run(self.receive, self.scope)

    @property
    def pings(self) -> int:
        return self.client.body.count(b"event: ping")


@trio_test(autojump=True)
async def test_a_silent_stream_gets_its_first_byte_in_time_and_pings_after() -> None:
    request = Request()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.run)
        await trio.sleep(FIRST_BYTE_SECONDS - 0.1)
        assert not request.relay.started
        await trio.sleep(0.2)
        assert (request.relay.started, request.pings) == (True, 1)
        await trio.sleep(PING_SECONDS * 3)
        assert request.pings == 4
        nursery.cancel_scope.cancel()


@trio_test(autojump=True)
async def test_a_lively_stream_gets_no_pings() -> None:
    request = Request()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.run)
        for _ in range(30):
            await request.relay.write(b"data")
            await trio.sleep(PING_SECONDS / 2)
        assert request.pings == 0
        nursery.cancel_scope.cancel()


@trio_test(autojump=True)
async def test_a_whole_answer_is_never_pinged() -> None:
    request = Request(stream=False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.run)
        await trio.sleep(100)
        assert request.client.messages == []
        nursery.cancel_scope.cancel()


@trio_test(autojump=True)
async def test_a_client_that_leaves_cancels_its_request() -> None:
    request = Request()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.run)
        await trio.sleep(1)
        request.leave()
        await trio.testing.wait_all_tasks_blocked()
        assert request.scope.cancel_called
        assert request.watch.gone


LIMITS = Limits(first_token=20, idle=5, total=60)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("progress", "after", "words"),
    [([], 20, "no reply"), ([1, 3], 8, "no more"), (list(range(1, 60, 4)), 60, "no end")],
    ids=["first token", "idle", "total"],
)
def test_an_attempt_that_is_too_slow_is_cancelled(
    progress: list[float], after: float, words: str, stream: bool
) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        request = Request(stream=stream)
        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(request.run)
            await trio.testing.wait_all_tasks_blocked()
            with trio.CancelScope() as scope:
                request.watch.begin(scope, LIMITS)
                for moment in progress:
                    await trio.sleep_until(start + moment)
                    request.watch.progress()
                await trio.sleep_forever()
            assert words in request.watch.expired
            assert trio.current_time() - start == pytest.approx(after, abs=0.1)
            assert not request.scope.cancel_called
            nursery.cancel_scope.cancel()

    run()


@trio_test(autojump=True)
async def test_an_attempt_that_is_over_is_cancelled_soon() -> None:
    request = Request()
    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.run)
        await trio.testing.wait_all_tasks_blocked()
        with trio.CancelScope() as scope:
            request.watch.begin(scope, LIMITS)
            request.watch.progress()
            request.watch.over(last=False)
            await trio.sleep(1.5)
            request.watch.over(last=False)
            await trio.sleep(END_SECONDS * 2)
            request.watch.over(last=True)
            await trio.sleep(END_SECONDS / 2)
            request.watch.over(last=True)
            await trio.sleep_forever()
        assert trio.current_time() - start == pytest.approx(1.5 + END_SECONDS * 3, abs=0.1)
        with trio.CancelScope() as scope:
            request.watch.begin(scope, LIMITS)
            await trio.sleep(4)
        assert not scope.cancelled_caught
        nursery.cancel_scope.cancel()


@trio_test(autojump=True)
async def test_a_client_that_takes_nothing_is_given_up() -> None:
    request = Request()
    request.client.stalled = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.relay.write, b"x" * 10)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(request.run)
        await trio.sleep(STALLED_SECONDS + 1)
        assert request.watch.gone
        nursery.cancel_scope.cancel()


@trio_test(autojump=True)
async def test_a_client_with_its_whole_answer_is_not_gone() -> None:
    request = Request(stream=False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(request.run)
        await request.relay.respond(200, {}, b"{}")
        request.leave()
        await trio.sleep(1)
        assert not request.watch.gone
        assert not request.scope.cancel_called
