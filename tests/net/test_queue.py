"""The line for keys, on a virtual clock."""

import math

import pytest
import trio
import trio.testing

from ccr.keys.failure import Failure
from ccr.keys.limit import UNLIMITED, Limits
from ccr.keys.pool import Pool, PoolSpec, Want
from ccr.keys.slot import KeySpec, key_id
from ccr.net.queue import Queue, Turn
from tests.aio import trio_test

LONG = 10_000.0


def pool(*keys: KeySpec, limits: Limits = UNLIMITED) -> Pool:
    return Pool(PoolSpec("p", keys or (KeySpec("k"),), limits=limits), lambda: 0.5)


def want(since: float = 0.0) -> Want:
    return Want("m", since=since)


async def use(queue: Queue, found: Pool, seconds: float = 0.0, *, since: float = 0.0, patience: float = LONG) -> Turn:
    async with queue.turn(found, want(since), patience=patience) as turn:
        await trio.sleep(seconds)
    return turn


@trio_test(autojump=True)
async def test_a_free_key_is_given_at_once() -> None:
    began = trio.current_time()
    turn = await use(Queue(), pool())
    assert turn.lease is not None
    assert (turn.lease.key, turn.waited, trio.current_time()) == ("k", 0.0, began)


@trio_test(autojump=True)
async def test_no_more_run_at_once_than_allowed() -> None:
    queue, found, most, running = Queue(), pool(limits=Limits(concurrency=3)), 0, 0

    async def one() -> None:
        nonlocal most, running
        async with queue.turn(found, want(), patience=LONG):
            running += 1
            most = max(most, running)
            await trio.sleep(1)
            running -= 1

    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        for _ in range(9):
            nursery.start_soon(one)
    assert most == 3
    assert trio.current_time() - began == pytest.approx(3.0)
    assert queue.length("p") == 0


@trio_test(autojump=True)
async def test_a_burst_of_200_meets_a_tier_of_40_a_minute_without_a_refusal() -> None:
    queue, found = Queue(), pool(limits=Limits(rpm=40))
    arrivals: list[float] = []
    order: list[int] = []

    async def one(number: int) -> None:
        async with queue.turn(found, want(since=float(number)), patience=LONG):
            arrivals.append(trio.current_time())
            order.append(number)
            await trio.sleep(3)

    async with trio.open_nursery() as nursery:
        for number in range(200):
            nursery.start_soon(one, number)
            await trio.testing.wait_all_tasks_blocked()
    assert all(sum(0 <= other - start < 60 for other in arrivals) <= 40 for start in arrivals)
    assert order == list(range(200))
    assert arrivals[-1] - arrivals[0] < 250


@trio_test(autojump=True)
async def test_the_earlier_request_goes_first_when_it_comes_back() -> None:
    queue, found, order = Queue(), pool(limits=Limits(concurrency=1)), []

    async def one(name: str, since: float) -> None:
        async with queue.turn(found, want(since), patience=LONG):
            order.append(name)
            await trio.sleep(1)

    async with trio.open_nursery() as nursery:
        for name, since in (("first", 1.0), ("second", 2.0), ("third", 3.0)):
            nursery.start_soon(one, name, since)
            await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(one, "again", 1.5)
    assert order == ["first", "again", "second", "third"]


@trio_test(autojump=True)
async def test_who_is_cancelled_leaves_at_once_and_lets_the_next_through() -> None:
    queue, found = Queue(), pool(limits=Limits(concurrency=1))
    scope = trio.CancelScope()

    async def gone() -> None:
        with scope:
            await use(queue, found)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(use, queue, found, 100.0)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(gone)
        await trio.testing.wait_all_tasks_blocked()
        assert queue.length("p") == 1
        scope.cancel()
        await trio.testing.wait_all_tasks_blocked()
        assert queue.length("p") == 0
        nursery.cancel_scope.cancel()
    assert found.meter.running == 0


@trio_test(autojump=True)
async def test_a_cancelled_first_in_line_wakes_the_second() -> None:
    queue, found = Queue(), pool(KeySpec("k", rpm=1))
    await use(queue, found)
    scope, began = trio.CancelScope(), trio.current_time()
    turns: list[Turn] = []

    async def gone() -> None:
        with scope:
            await use(queue, found)

    async def stays() -> None:
        turns.append(await use(queue, found))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(gone)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(stays)
        await trio.sleep(10)
        scope.cancel()
    assert turns[0].lease is not None
    assert trio.current_time() - began == pytest.approx(61.0)
    assert turns[0].waited == pytest.approx(61.0)


@pytest.mark.parametrize(("patience", "waited"), [(5.0, 0.0), (70.0, 61.0)])
def test_nobody_waits_for_what_comes_too_late(patience: float, waited: float) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        queue, found = Queue(), pool(KeySpec("k", rpm=1))
        await use(queue, found)
        turn = await use(queue, found, patience=patience)
        assert (turn.lease is None) is (waited == 0)
        assert turn.waited == pytest.approx(waited)
        assert turn.left is None or turn.left == pytest.approx(61.0)

    run()


@trio_test(autojump=True)
async def test_patience_ends_where_the_wait_has_no_known_end() -> None:
    queue, found = Queue(), pool(limits=Limits(concurrency=1))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(use, queue, found, 100.0)
        await trio.testing.wait_all_tasks_blocked()
        turn = await use(queue, found, patience=20.0)
        assert (turn.lease, turn.waited, turn.left) == (None, 20.0, None)


@trio_test(autojump=True)
async def test_a_pool_without_usable_keys_empties_its_line() -> None:
    queue, found = Queue(), pool(limits=Limits(concurrency=1))
    turns: list[Turn] = []

    async def waits() -> None:
        turns.append(await use(queue, found))

    async with trio.open_nursery() as nursery, queue.turn(found, want(), patience=LONG):
        for _ in range(3):
            nursery.start_soon(waits)
        await trio.testing.wait_all_tasks_blocked()
        found.fail(key_id("k"), "m", Failure("auth", 401), trio.current_time())
    assert [turn.lease for turn in turns] == [None, None, None]


@trio_test(autojump=True)
async def test_lines_of_two_providers_do_not_meet() -> None:
    queue, slow = Queue(), pool(limits=Limits(concurrency=1))
    other = Pool(PoolSpec("q"), lambda: 0.5)
    async with queue.turn(slow, want(), patience=LONG):
        assert (await use(queue, other)).lease is not None
        assert slow.wait(trio.current_time(), want()) == math.inf


@trio_test(autojump=True)
async def test_a_new_configuration_keeps_the_line() -> None:
    queue, old = Queue(), pool(limits=Limits(concurrency=1))
    order: list[str] = []

    async def one(name: str, found: Pool, since: float) -> None:
        async with queue.turn(found, want(since), patience=LONG):
            order.append(name)
            await trio.sleep(1)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one, "running", old, 0.0)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(one, "old", old, 1.0)
        await trio.testing.wait_all_tasks_blocked()
        new = pool(limits=Limits(concurrency=2))
        new.adopt(old)
        nursery.start_soon(one, "new", new, 2.0)
        await trio.testing.wait_all_tasks_blocked()
        queue.wake("p")
    assert order == ["running", "old", "new"]


@trio_test(autojump=True)
async def test_a_model_at_its_limit_keeps_no_other_model_waiting() -> None:
    queue, found = Queue(), pool()
    found.fail(key_id("k"), "m", Failure("rate", 429, retry_after=30.0), trio.current_time())
    began, order = trio.current_time(), list[tuple[str, float]]()

    async def one(model: str, since: float) -> None:
        async with queue.turn(found, Want(model, since=since), patience=LONG):
            order.append((model, round(trio.current_time() - began)))

    async with trio.open_nursery() as nursery:
        for model, since in (("m", 1.0), ("m", 2.0), ("n", 3.0)):
            nursery.start_soon(one, model, since)
            await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(5)
        nursery.start_soon(one, "o", 4.0)
    assert order == [("n", 0), ("o", 5), ("m", 30), ("m", 30)]


@trio_test(autojump=True)
async def test_who_waits_for_a_place_is_waked_past_who_waits_for_a_model() -> None:
    queue, found = Queue(), pool(limits=Limits(concurrency=1))
    found.fail(key_id("k"), "m", Failure("rate", 429, retry_after=30.0), trio.current_time())
    began, order = trio.current_time(), list[tuple[str, float]]()

    async def one(model: str, since: float) -> None:
        async with queue.turn(found, Want(model, since=since), patience=LONG):
            order.append((model, round(trio.current_time() - began)))
            await trio.sleep(2)

    async with trio.open_nursery() as nursery:
        for model, since in (("n", 1.0), ("m", 2.0), ("o", 3.0), ("p", 4.0)):
            nursery.start_soon(one, model, since)
            await trio.testing.wait_all_tasks_blocked()
    assert order == [("n", 0), ("o", 2), ("p", 4), ("m", 30)]


@trio_test(autojump=True)
async def test_a_model_that_is_due_later_than_its_provider_lets_the_next_pass() -> None:
    queue, found = Queue(), pool(limits=Limits(rpm=1))
    began, order = trio.current_time(), list[tuple[str, float]]()
    found.take(began, want()).release(began)
    found.fail(key_id("k"), "m", Failure("rate", 429, retry_after=200.0), began)

    async def one(model: str, since: float) -> None:
        async with queue.turn(found, Want(model, since=since), patience=LONG):
            order.append((model, round(trio.current_time() - began)))

    async with trio.open_nursery() as nursery:
        for model, since in (("m", 1.0), ("n", 2.0), ("o", 3.0)):
            nursery.start_soon(one, model, since)
            await trio.testing.wait_all_tasks_blocked()
    assert order == [("n", 61), ("o", 122), ("m", 200)]


def test_nobody_is_waked_where_nobody_waits_not_even_a_clock() -> None:
    Queue().wake("p")
