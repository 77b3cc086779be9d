"""Runs async tests on Trio, each under a hard time limit."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import trio
import trio.testing

AsyncTest = Callable[..., Awaitable[None]]
PlainTest = Callable[..., None]

DAY = 86400.0


def trio_test(*, limit: float | None = None, autojump: bool = False) -> Callable[[AsyncTest], PlainTest]:
    """Make an async test function a plain one that pytest can call; its parameters stay fixtures.

    `limit` is in seconds, 10 unless told; a test that takes longer fails with `trio.TooSlowError`. With `autojump`
    the clock is virtual and jumps whenever every task waits: sleeping takes no time, the limit is virtual too
    (a day unless told), and a deadlock fails at once. Not for real sockets: their data comes in real time.
    """
    seconds = limit if limit is not None else DAY if autojump else 10.0

    def decorate(test: AsyncTest) -> PlainTest:
        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            async def bounded() -> None:
                with trio.fail_after(seconds):
                    await test(**fixtures)

            clock = trio.testing.MockClock(autojump_threshold=0) if autojump else None
            trio.run(bounded, clock=clock)

        return run

    return decorate
