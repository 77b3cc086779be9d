"""Where requests wait for a key: a fair line for each provider, driven by what its pool says.

No task of its own and no polling: the first in line sleeps until its key is due or somebody lets it know; whoever
leaves wakes the next. The earliest request is served first, also when it comes back for another try. Who waits for
the limits of one model lets those pass who want another.
"""

import bisect
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Protocol

import trio

from ccr.keys.pool import Pool, Want


class Held(Protocol):
    """A key in use by one request: see `ccr.keys.pool.Lease`."""

    id: str
    key: str

    def release(self, now: float, tokens: int | None = None) -> None: ...
    def refuse(self, now: float) -> None: ...
    def hold(self, until: float) -> None: ...


class Turn:
    """A request's turn. `lease` is None if no key came free in time; `waited` is in seconds."""

    __slots__ = ("lease", "left", "waited")

    def __init__(self, lease: Held | None, waited: float, left: float | None) -> None:
        self.lease = lease
        self.waited = waited
        self.left = left
        """Without a lease: the seconds until a key may be free, None if that is not known."""


class Waiter:
    """One request in line."""

    __slots__ = ("knows_when", "order", "pool", "want", "woken")

    def __init__(self, pool: Pool, want: Want, order: tuple[float, int]) -> None:
        self.pool = pool
        self.want = want
        self.order = order
        self.woken = trio.Event()
        self.knows_when = False
        """Whether he sleeps until his model is due."""

    def lets_pass(self, now: float) -> bool:
        """Tell whether others may go before."""
        return self.pool.waits_for_model(now, self.want)

    def __lt__(self, other: "Waiter") -> bool:
        return self.order < other.order


class Queue:
    """The lines of all providers. They outlive a configuration: who waits keeps its place."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Waiter]] = {}
        self._count = 0

    @asynccontextmanager
    async def turn(self, pool: Pool, want: Want, *, patience: float) -> AsyncIterator[Turn]:
        """Wait for a key, at most `patience` seconds, and keep it while the block runs."""
        turn = await self.take(pool, want, patience=patience)
        try:
            yield turn
        finally:
            self.give(pool, turn)

    def give(self, pool: Pool, turn: Turn) -> None:
        """The request has ended."""
        if turn.lease is not None:
            turn.lease.release(trio.current_time())
            self.wake(pool.provider)

    def wake(self, provider: str) -> None:
        """Let the first in line look again: a key has become free, or its state has changed."""
        for waiter in self._lines.get(provider, ()):
            # Asked only here: a configuration is put in force before there is a clock, and a line.
            if not waiter.lets_pass(trio.current_time()):
                waiter.woken.set()
                return
            # Who sleeps until his model is due needn't look; waking all of them each time would cost their square.
            if not waiter.knows_when:
                waiter.woken.set()

    def length(self, provider: str) -> int:
        """Return how many requests wait for a key of a provider."""
        return len(self._lines.get(provider, ()))

    def take_now(self, pool: Pool, want: Want) -> Turn | None:
        """Return a turn if nobody is in line and a key is free; it must be given back."""
        now = trio.current_time()
        if self.length(pool.provider) or pool.wait(now, want) != 0:
            return None
        return Turn(pool.take(now, want), 0.0, None)

    async def take(self, pool: Pool, want: Want, *, patience: float) -> Turn:
        """Wait for a key, at most `patience` seconds; the turn must be given back."""
        began = trio.current_time()
        line = self._lines.setdefault(pool.provider, [])
        self._count += 1
        waiter = Waiter(pool, want, (want.since, self._count))
        bisect.insort(line, waiter)
        try:
            return await self._stand(waiter, line, began, patience)
        finally:
            line.remove(waiter)
            self.wake(pool.provider)
            if not line:
                self._lines.pop(pool.provider, None)

    async def _stand(self, waiter: Waiter, line: list[Waiter], began: float, patience: float) -> Turn:
        """Wait in line until it is our turn, or there is no point in waiting any longer."""
        pool, want = waiter.pool, waiter.want
        while True:
            now = trio.current_time()
            wait = pool.wait(now, want)
            is_first = all(before.lets_pass(now) for before in takewhile(lambda other: other is not waiter, line))
            if wait == 0 and is_first:
                return Turn(pool.take(now, want), now - began, None)
            rest = began + patience - now
            if wait is None or rest <= 0 or (math.isfinite(wait) and wait > rest):
                known = None if wait is None or math.isinf(wait) else wait
                return Turn(None, now - began, known)
            passes = waiter.lets_pass(now)
            if passes and not waiter.knows_when:
                waiter.knows_when = True
                self.wake(pool.provider)
            waiter.knows_when = passes
            # The first looks again when the provider may take somebody: he may still have to wait for his model then.
            due = wait if passes else (pool.meter.wait(now, want.tokens) or wait) if wait and is_first else math.inf
            with trio.move_on_after(min(rest, due)):
                await waiter.woken.wait()
            waiter.woken = trio.Event()
