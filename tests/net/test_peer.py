"""Two ends of a line: notes, questions, cancelling, and the end of one side."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing

from ccr.errors import Unavailable
from ccr.net.message import Answer, Drain, Page, Reload, ToKeeper, ToWorker
from ccr.net.peer import Gone, Peer, inward, outward
from ccr.net.stream import TcpStream
from tests.aio import trio_test


@asynccontextmanager
async def line(serve: Callable[[Any], Any]) -> AsyncIterator[tuple[Peer, Peer, trio.Nursery]]:
    """Give both ends; `serve` is the keeper's."""
    ours, theirs = socket.socketpair()
    keeper, worker = Peer(TcpStream(ours), ToKeeper, serve), Peer(TcpStream(theirs), ToWorker, lambda message: None)
    async with trio.open_nursery() as nursery, trio.open_nursery() as far:
        far.start_soon(keeper.run)
        nursery.start_soon(worker.run)
        yield keeper, worker, far
        far.cancel_scope.cancel()
        nursery.cancel_scope.cancel()


PAGE = Page({}, b"")
HELLO = Answer(200, [], b"hello")


@trio_test()
async def test_question_is_answered_at_once_or_later() -> None:
    async def later() -> Answer:
        await trio.lowlevel.checkpoint()
        return HELLO

    for found in (lambda message: HELLO, lambda message: later()):
        async with line(found) as (_, worker, _):
            assert await worker.ask(PAGE, Answer) == HELLO


@trio_test()
async def test_large_messages_come_whole_and_in_order() -> None:
    sizes: list[int] = []

    def serve(message: Page) -> Answer:
        sizes.append(len(message.body))
        return Answer(200, [], message.body)

    async with line(serve) as (_, worker, _):
        for size in (10, 3_000_000, 1):
            worker.tell(Page({}, bytes(size)))
        assert len((await worker.ask(Page({}, bytes(2_000_000)), Answer)).body) == 2_000_000
    assert sizes == [10, 3_000_000, 1, 2_000_000]


@trio_test()
async def test_cancelled_question_is_cancelled_on_the_other_side() -> None:
    ended = trio.Event()

    async def wait() -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.set()

    async with line(lambda message: wait()) as (_, worker, _):
        with trio.move_on_after(0.05):
            await worker.ask(PAGE, Answer)
        await ended.wait()


@trio_test()
async def test_failure_is_told_to_who_asked() -> None:
    async def fail() -> None:
        raise ValueError("no such thing")

    async with line(lambda message: fail()) as (_, worker, _):
        with pytest.raises(Unavailable, match="no such thing"):
            await worker.ask(PAGE, Answer)


@trio_test()
async def test_who_waits_for_a_process_that_ends_is_told() -> None:
    async def never() -> None:
        await trio.sleep_forever()

    async with line(lambda message: never()) as (_, worker, far), trio.open_nursery() as nursery:

        async def ask() -> None:
            with pytest.raises(Gone):
                await worker.ask(PAGE, Answer)

        nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        far.cancel_scope.cancel()
    with pytest.raises(Gone):
        await worker.ask(PAGE, Answer)
    worker.tell(PAGE)


@trio_test()
async def test_notes_go_both_ways() -> None:
    seen: list[Any] = []
    came = trio.Event()

    def serve(message: Any) -> None:
        seen.append(message)
        if len(seen) == 2:
            came.set()

    ours, theirs = socket.socketpair()
    keeper = Peer(TcpStream(ours), ToKeeper, lambda message: None)
    worker = Peer(TcpStream(theirs), ToWorker, serve)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.run)
        nursery.start_soon(worker.run)
        keeper.tell(Reload())
        keeper.tell(Drain())
        await came.wait()
        nursery.cancel_scope.cancel()
    assert seen == [Reload(), Drain()]


@trio_test()
async def test_moments_mean_the_same_everywhere() -> None:
    now = trio.current_time()
    assert inward(outward(now)) == pytest.approx(now, abs=0.01)
