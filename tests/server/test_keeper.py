"""Workers and their keeper in one Trio run, over real lines: one view of keys and limits, and the end of a worker."""

import pytest
import trio
import trio.testing

from ccr.keys.attempts import Ask, Candidate, Outcome, Try
from ccr.keys.board import Board
from ccr.keys.failure import Failure
from ccr.keys.verdict import Verdict
from ccr.net.peer import Gone, Peer
from ccr.server.worker import Course, Desk
from tests.aio import trio_test
from tests.server.keeping import settled, world


def course(peer: Peer, *, ready: bool = False) -> Course:
    board = Board(lambda: 0.0)
    candidate = Candidate("p", "m", board.pool("p"), board.circuit("p", "m"))
    return Desk(peer).course([candidate], Ask(trio.current_time(), "s", 10, ready))


@pytest.mark.parametrize("ready", [True, False])
def test_keys_fail_and_succeed_for_all_workers(ready: bool) -> None:
    @trio_test()
    async def run() -> None:
        async with world(api_key=["k1", "k2"]) as made:
            (one, _), (other, _) = await made.worker(), await made.worker()
            trip, outcome, keys = course(one, ready=ready), None, []
            while isinstance(step := await trip.step(outcome), Try):
                async with trip.turn() as turn:
                    assert turn.lease is not None
                    keys.append(turn.lease.key)
                    now = trio.current_time()
                    failure = Failure("auth", 401) if len(keys) == 1 else None
                    turn.lease.release(now, 100)
                outcome = Outcome(now, failure, turn.lease.id, now)
            trip.close()
            assert keys == ["k1", "k2"]
            assert step == Verdict()
            again = course(other)
            await again.step(None)
            async with again.turn() as turn:
                assert turn.lease is not None
                assert turn.lease.key == "k2"
                assert made.state.active == 1
            again.close()
            await settled(one)
            await settled(other)
            report = made.pool.report(trio.current_time(), str)
            assert [key["state"] for key in report["keys"]] == ["disabled", "active"]
            assert (made.pool.meter.running, made.state.active) == (0, 0)
            assert made.pool.meter.tokens(trio.current_time()) == 210

    run()


@trio_test()
async def test_limit_of_requests_at_a_time_holds_for_all_workers() -> None:
    async with world(max_concurrency=1) as made:
        (one, _), (other, _) = await made.worker(), await made.worker()
        first, second = course(one), course(other, ready=True)
        await first.step(None)
        order: list[str] = []

        async def wait() -> None:
            async with second.turn() as turn:
                assert turn.lease is not None
                order.append("second")

        async with trio.open_nursery() as nursery, first.turn():
            await second.step(None)
            nursery.start_soon(wait)
            await settled(other)
            order.append("first")
        assert order == ["first", "second"]
        second.close()
        first.close()
        await settled(one)
        await settled(other)
        assert made.pool.meter.running == 0


@trio_test()
async def test_client_that_leaves_while_its_request_waits_leaves_the_line() -> None:
    async with world(max_concurrency=1) as made:
        peer, _ = await made.worker()
        first, second = course(peer), course(peer)
        await first.step(None)
        await second.step(None)
        async with first.turn():
            with trio.move_on_after(0.05):
                async with second.turn():
                    raise AssertionError("there is no key")
            second.close()
            await settled(peer)
            assert made.state.queue.length("p") == 0
        first.close()


@pytest.mark.parametrize("ready", [True, False])
def test_what_a_dead_worker_held_is_free_again(ready: bool) -> None:
    @trio_test()
    async def run() -> None:
        async with world(max_concurrency=1) as made:
            (one, life), (other, _) = await made.worker(), await made.worker()
            first, second = course(one, ready=ready), course(other)
            await first.step(None)
            held = trio.Event()

            async def hold() -> None:
                async with first.turn():
                    held.set()
                    await trio.sleep_forever()

            made.nursery.start_soon(hold)
            await held.wait()
            life.cancel()
            await second.step(None)
            async with second.turn() as found:
                assert found.lease is not None
            second.close()
            await settled(other)
            assert (made.state.active, made.pool.meter.running) == (0, 0)
            with pytest.raises(Gone):
                await course(one).step(None)

    run()
