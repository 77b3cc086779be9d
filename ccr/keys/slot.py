"""One key: what it may do, what has become of it, and when it may be used again.

A key is left out by a *block*: for one model (its rate limit is reached; vendors count models apart) or for all (the
key is wrong, its account is empty). A block that the upstream told the end of is *binding*: nothing is sent before. One
that is only our own caution gives way when no other key and no other model is left.
"""

import hashlib
import math
from typing import Literal

from msgspec import Struct

from ccr.keys.failure import Failure
from ccr.keys.limit import Entry, Limits, Meter

State = Literal["active", "cooling", "parked", "disabled"]

GRAVITY: dict[State, int] = {"active": 0, "cooling": 1, "parked": 2, "disabled": 3}

COOLDOWN_SECONDS = 60.0
"""For how long a key is left out whose limit is reached, if neither the upstream nor the configuration says."""
PARK_SECONDS = 3600.0
"""For how long a key is left out whose account is empty, if the upstream does not say."""
PATIENCE_SECONDS = 300.0
"""A reset further away binds no more: a request is rather refused by the upstream than held so long."""
MODELS = 64
"""Models whose pace is remembered for a key."""

ALL_MODELS = ""


Taken = tuple[Meter, Entry]
"""A request that was let through, with who counts it."""


class KeySpec(Struct, frozen=True):
    """A key as configured: see `ccr.config.schema.Key`. An empty `key` stands for none at all."""

    key: str
    weight: float = 1.0
    max_failures: int | None = None
    cooldown_ms: int | None = None
    rpm: int | None = None
    tpm: int | None = None


class Block(Struct, frozen=True):
    """Why and until when a key is left out. Moments are on the clock of whoever calls."""

    state: State
    until: float
    since: float
    reason: str
    is_told: bool = False
    """The upstream itself said when it ends."""

    def binds(self, now: float) -> bool:
        """Tell whether it must be waited for."""
        return self.is_told and self.until - now <= PATIENCE_SECONDS


class Slot:
    """The state of one key."""

    def __init__(self, spec: KeySpec) -> None:
        self.id = key_id(spec.key)
        self.blocks: dict[str, Block] = {}
        self.meter = Meter()
        self.failures = 0
        """Failures in a row."""
        self.used = 0
        self.requests = 0
        self.failed = 0
        self.last_used: float | None = None
        self.last_failed: float | None = None
        self._paces: dict[str, Meter] = {}
        self.configure(spec)

    def configure(self, spec: KeySpec) -> None:
        """Take what the configuration says now; what has become of the key stays."""
        self.spec = spec
        self.meter.limits = Limits(spec.rpm, spec.tpm)

    @property
    def running(self) -> int:
        """How many requests use the key now."""
        return self.meter.running

    def block(self, now: float, model: str = ALL_MODELS) -> Block | None:
        """Return the gravest block for a model, or for all models alone."""
        found = [b for name in {ALL_MODELS, model} if (b := self.blocks.get(name)) and b.until > now]
        return max(found, key=lambda b: (GRAVITY[b.state], b.until), default=None)

    def wait(self, now: float, model: str, tokens: int, *, desperate: bool = False) -> float | None:
        """Return the seconds until the key may be used, None if it is left out.

        `desperate` overrides the blocks that do not bind.
        """
        block = self.block(now, model)
        left = 0.0
        if block is not None:
            if block.binds(now):
                left = block.until - now
            elif not desperate:
                return None
        return max(left, self.meter.wait(now, tokens), self.pace(model).wait(now))

    def pace(self, model: str) -> Meter:
        """Return what has been learnt of the upstream's limits for the key and a model."""
        found = self._paces.get(model)
        if found is None:
            if len(self._paces) >= MODELS:
                del self._paces[next(iter(self._paces))]
            found = self._paces[model] = Meter()
        return found

    def take(self, now: float, model: str, tokens: int) -> tuple[Taken, Taken]:
        """Use the key; returns what counts it: the key's own meter, then what is learnt of its limits."""
        self.last_used = now
        self.requests += 1
        pace = self.pace(model)
        return (self.meter, self.meter.take(now, tokens)), (pace, pace.take(now))

    def succeed(self, model: str, *, sent: float) -> None:
        """A request that was sent at `sent` was answered: what kept the key out before no longer does."""
        self.failures = 0
        for name in (ALL_MODELS, model):
            block = self.blocks.get(name)
            if block is not None and block.since <= sent:
                del self.blocks[name]

    def fail(self, model: str, failure: Failure, now: float) -> None:
        """A request failed; what is not the key's fault changes nothing."""
        block = self._verdict(failure, now)
        if failure.kind in ("auth", "quota", "rate") or (failure.kind == "server" and self.spec.max_failures):
            self.failures += 1
            self.failed += 1
            self.last_failed = now
        if block is None and failure.kind == "server" and self.failures >= (self.spec.max_failures or math.inf):
            block = Block("cooling", now + self._cooldown(), now, f"{self.failures} failures in a row")
        if block is not None:
            self._put(model if failure.kind == "rate" else ALL_MODELS, block)

    def reset(self) -> None:
        """Forget every failure."""
        self.blocks.clear()
        self.failures = 0

    def _verdict(self, failure: Failure, now: float) -> Block | None:
        told = failure.retry_after
        reason = f"{failure.status} {failure.kind}"
        if failure.kind == "auth":
            return Block("disabled", math.inf, now, reason)
        if failure.kind == "quota":
            return Block("parked", now + (PARK_SECONDS if told is None else told), now, reason, told is not None)
        if failure.kind == "rate":
            return Block("cooling", now + (self._cooldown() if told is None else told), now, reason, told is not None)
        return None

    def _put(self, model: str, block: Block) -> None:
        """Set a block unless one stands that is graver, or better known, or longer."""
        old = self.blocks.get(model)
        if old is not None and old.until > block.since and _rank(old) > _rank(block):
            return
        self.blocks.pop(model, None)
        if len(self.blocks) >= MODELS:
            del self.blocks[next(iter(self.blocks))]
        self.blocks[model] = block

    def _cooldown(self) -> float:
        given = self.spec.cooldown_ms
        return COOLDOWN_SECONDS if given is None else given / 1000


def _rank(block: Block) -> tuple[int, bool, float]:
    return GRAVITY[block.state], block.is_told, block.until


def key_id(key: str) -> str:
    """Return a name for a key that says nothing about it; it may be written to files."""
    return hashlib.sha256(f"ccr key {key}".encode()).hexdigest()[:16]
