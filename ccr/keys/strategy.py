"""Which of several usable keys a request gets. All state is by key, so that it outlives a change of the list."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

Random = Callable[[], float]
"""Returns a number from 0 to below 1."""


class Option(Struct, frozen=True):
    """A key as a strategy sees it. `used` is the ordinal of its last use, 0 if it has none."""

    id: str
    weight: float = 1.0
    used: int = 0


class Strategy(Protocol):
    """Chooses keys."""

    def pick(self, options: Sequence[Option], free: Sequence[int], session: str) -> int:
        """Return one of the indexes `free` into `options`, which are all keys in the configured order."""
        ...


class RoundRobin:
    """One after the other, over the whole list: a key that drops out does not shift the turns of the others."""

    def __init__(self) -> None:
        self._last = ""

    def pick(self, options: Sequence[Option], free: Sequence[int], session: str) -> int:
        """Return the first free one after the last used."""
        last = next((index for index, option in enumerate(options) if option.id == self._last), -1)
        chosen = min(free, key=lambda index: (index - last - 1) % len(options))
        self._last = options[chosen].id
        return chosen


class RandomChoice:
    """Any, with equal chances."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def pick(self, options: Sequence[Option], free: Sequence[int], session: str) -> int:
        """Return a free one at random."""
        return free[min(len(free) - 1, int(self._random() * len(free)))]


class Weighted:
    """In proportion to the weights and evenly spread: each pick goes to whom most is owed.

    A weight of 0 gets requests only when nobody else can take them.
    """

    def __init__(self) -> None:
        self._owed: dict[str, float] = {}

    def pick(self, options: Sequence[Option], free: Sequence[int], session: str) -> int:
        """Return the free one that is owed most, and settle with it."""
        able = [index for index in free if options[index].weight > 0] or list(free)
        total = 0.0
        for index in able:
            option = options[index]
            weight = option.weight or 1.0
            total += weight
            self._owed[option.id] = self._owed.get(option.id, 0.0) + weight
        chosen = max(able, key=lambda index: self._owed[options[index].id])
        self._owed[options[chosen].id] -= total
        self._forget({option.id for option in options})
        return chosen

    def _forget(self, known: set[str]) -> None:
        if len(self._owed) > len(known):
            self._owed = {key: owed for key, owed in self._owed.items() if key in known}


class LeastUsed:
    """The one that has rested longest."""

    def pick(self, options: Sequence[Option], free: Sequence[int], session: str) -> int:
        """Return the least recently used one."""
        return min(free, key=lambda index: options[index].used)


class Sticky:
    """The same key for all requests of a session, which keeps the provider's prompt cache warm.

    Rendezvous hashing: when a key drops out, only its own sessions move, and they come back with it.
    """

    def __init__(self) -> None:
        self._others = RoundRobin()

    def pick(self, options: Sequence[Option], free: Sequence[int], session: str) -> int:
        """Return the free one that the session belongs to most; in turn if there is no session."""
        if not session:
            return self._others.pick(options, free, session)
        return max(free, key=lambda index: _affinity(session, options[index]))


def _affinity(session: str, option: Option) -> float:
    digest = hashlib.blake2b(f"{session}\0{option.id}".encode(), digest_size=8).digest()
    share = (int.from_bytes(digest) + 1) / (2**64 + 1)
    return (option.weight or 1e-9) / -math.log(share)


_PLAIN: Mapping[str, Callable[[], Strategy]] = {
    "round_robin": RoundRobin,
    "weighted": Weighted,
    "least_used": LeastUsed,
    "sticky": Sticky,
}


def make_strategy(name: str, random: Random) -> Strategy:
    """Return a fresh strategy by its name in the configuration."""
    return RandomChoice(random) if name == "random" else _PLAIN[name]()
