from collections.abc import Sequence

import pytest
import trio
import trio.testing

from ccr.core.login import Token
from ccr.errors import RequestError, UpstreamTimeout
from ccr.net.token import EARLY_SECONDS, Keeper
from tests.aio import trio_test


class Source:
    """Renews with these outcomes, one after the other; each takes a second."""

    def __init__(self, outcomes: Sequence[Token | RequestError]) -> None:
        self.outcomes = list(outcomes)
        self.now = 0.0

    async def __call__(self) -> Token:
        await trio.sleep(1)
        found = self.outcomes.pop(0)
        if isinstance(found, RequestError):
            raise found
        return found

    def keeper(self) -> Keeper:
        return Keeper(clock=lambda: self.now)


@trio_test(autojump=True)
async def test_token_without_an_end_stays() -> None:
    source = Source([Token("a")])
    keeper = source.keeper()
    for _ in range(3):
        assert (await keeper.get(source)).access == "a"
        source.now += 1e9


@trio_test(autojump=True)
async def test_failure_is_shared_by_all_who_waited_and_by_nobody_later() -> None:
    source = Source([UpstreamTimeout("slow"), Token("a")])
    keeper = source.keeper()
    outcomes: list[str] = []

    async def ask() -> None:
        try:
            outcomes.append((await keeper.get(source)).access)
        except UpstreamTimeout as error:
            outcomes.append(error.message)

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask)
    assert outcomes == ["slow"] * 5
    assert (await keeper.get(source)).access == "a"


@trio_test(autojump=True)
async def test_token_that_still_lasts_outlives_a_failed_renewal() -> None:
    source = Source([Token("a", 1000.0), UpstreamTimeout("slow"), UpstreamTimeout("slow")])
    keeper = source.keeper()
    await keeper.get(source)
    source.now = 1000.0 - EARLY_SECONDS + 1
    assert (await keeper.get(source)).access == "a"
    source.now = 1001.0
    with pytest.raises(UpstreamTimeout):
        await keeper.get(source)


@trio_test(autojump=True)
async def test_request_that_leaves_half_way_hands_the_renewal_on() -> None:
    source = Source([Token("a")])
    keeper = source.keeper()
    found: list[str] = []

    async def ask() -> None:
        found.append((await keeper.get(source)).access)

    impatient = trio.CancelScope()

    async def leave() -> None:
        with impatient:
            await keeper.get(source)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(leave)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(ask)
        nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        impatient.cancel()
    assert impatient.cancelled_caught
    assert found == ["a", "a"]


@trio_test(autojump=True)
async def test_token_forgotten_meanwhile_is_renewed_by_who_waited() -> None:
    source = Source([Token("a"), Token("b")])
    keeper = source.keeper()
    found: list[str] = []

    async def forget() -> None:
        keeper.forget((await keeper.get(source)).access)

    async def ask() -> None:
        found.append((await keeper.get(source)).access)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(forget)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(ask)
    assert found == ["b"]
