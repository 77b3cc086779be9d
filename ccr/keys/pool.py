"""The keys of one provider: which may be used, which one a request gets, what its result means for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ccr.keys.failure import Failure
from ccr.keys.limit import UNLIMITED, Limits, Meter
from ccr.keys.slot import ALL_MODELS, GRAVITY, Block, KeySpec, Slot, Taken
from ccr.keys.strategy import Option, Random, Strategy, make_strategy

NO_KEY = KeySpec("")


class PoolSpec(Struct, frozen=True):
    """What the configuration says of a provider's keys. Without `rotates` only the first key is used."""

    provider: str
    keys: tuple[KeySpec, ...] = ()
    strategy: str = "round_robin"
    rotates: bool = True
    limits: Limits = UNLIMITED


class Want(Struct, frozen=True):
    """What a request needs of a pool."""

    model: str
    session: str = ""
    tokens: int = 0
    """Estimate of the whole request, for limits of tokens a minute."""
    without: frozenset[str] = frozenset()
    """Ids of keys that it has tried in vain."""
    desperate: bool = False
    """Take a key that is left out rather than none: see `ccr.keys.slot`."""
    since: float = 0.0
    """When the request came in; the earliest is served first."""


class Lease:
    """A key in use by one request."""

    __slots__ = ("_pace", "_taken", "id", "key", "model")

    def __init__(self, slot: Slot, model: str, taken: Sequence[Taken], pace: Taken) -> None:
        self.id = slot.id
        self.key = slot.spec.key
        self.model = model
        self._taken = taken
        self._pace = pace

    def release(self, now: float, tokens: int | None = None) -> None:
        """The request has ended, however; `tokens` is what it used, None if unknown. Once is enough."""
        for meter, entry in (*self._taken, self._pace):
            meter.settle(entry, now, tokens)

    def refuse(self, now: float) -> None:
        """The upstream refused it for too many requests in a minute: learn how many it takes."""
        meter, entry = self._pace
        meter.refuse(entry, now)

    def hold(self, until: float) -> None:
        """The upstream has said that it takes no more requests before the moment `until`."""
        self._pace[0].hold(until)


class Pool:
    """The keys of one provider. Times are in seconds, on any one clock."""

    def __init__(self, spec: PoolSpec, random: Random) -> None:
        self.spec = spec
        self.meter = Meter(spec.limits)
        self.slots: tuple[Slot, ...] = tuple(Slot(key) for key in self._specs())
        self._strategy: Strategy = make_strategy(spec.strategy, random)
        self._turns = 0

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.spec.provider

    def adopt(self, old: "Pool") -> None:
        """Go on where the pool of an older configuration stands: the same key keeps its state."""
        known = {slot.id: slot for slot in old.slots}
        self.slots = tuple(known.get(slot.id, slot) for slot in self.slots)
        for slot, spec in zip(self.slots, self._specs(), strict=True):
            slot.configure(spec)
        self.meter = old.meter
        self.meter.limits = self.spec.limits
        self._turns = old._turns
        if old.spec.strategy == self.spec.strategy:
            self._strategy = old._strategy

    def wait(self, now: float, want: Want) -> float | None:
        """Return the seconds until a key may be used: infinite if a request has to end first, None if none may."""
        waits = [wait for wait in self._waits(now, want).values() if wait is not None]
        return max(self.meter.wait(now, want.tokens), min(waits)) if waits else None

    def waits_for_model(self, now: float, want: Want) -> bool:
        """Tell whether only the model's own limits keep a request waiting, so that those for other models may pass."""
        if self.meter.wait(now, want.tokens) or not self.wait(now, want):
            return False
        usable = (slot for slot in self.slots if slot.id not in want.without)
        return any(slot.wait(now, ALL_MODELS, want.tokens, desperate=want.desperate) == 0 for slot in usable)

    def take(self, now: float, want: Want) -> Lease:
        """Return a key that may be used now, reserved for the caller. Only right after `wait` said 0."""
        waits = self._waits(now, want)
        free = [index for index, slot in enumerate(self.slots) if waits.get(slot.id) == 0]
        slot = self.slots[self._choose(now, want, free)]
        self._turns += 1
        slot.used = self._turns
        own, pace = slot.take(now, want.model, want.tokens)
        return Lease(slot, want.model, ((self.meter, self.meter.take(now, want.tokens)), own), pace)

    def succeed(self, key: str, model: str, *, sent: float) -> None:
        """The request that was sent at `sent` with the key of this id was answered."""
        for slot in self._named(key):
            slot.succeed(model, sent=sent)

    def fail(self, key: str, model: str, failure: Failure, now: float) -> None:
        """The request with the key of this id failed."""
        for slot in self._named(key):
            slot.fail(model, failure, now)

    def reset(self) -> None:
        """Forget every failure of every key."""
        for slot in self.slots:
            slot.reset()

    def dump(self, now: float, wall: float) -> dict[str, Any]:
        """Return as JSON which keys are left out until when, by id; `wall` is the time of day that belongs to `now`.

        A disabled key is not among them: a restart is how its owner says that he has mended it.
        """
        found = {slot.id: _dumped(slot, now, wall) for slot in self.slots}
        return {id_: blocks for id_, blocks in found.items() if blocks}

    def restore(self, data: Any, now: float, wall: float) -> None:
        """Take up what `dump` returned in another life; what can't be read is passed over."""
        for slot in self.slots:
            blocks = data.get(slot.id) if isinstance(data, dict) else None
            for model, block in blocks.items() if isinstance(blocks, dict) else ():
                found = _restored(block, now, wall)
                if found is not None and found.until > now:
                    slot.blocks[model] = found

    def report(self, now: float, label: Callable[[str], str]) -> dict[str, Any]:
        """Return the state for people to read, as JSON; `label` makes a name of a key that gives nothing away."""
        return {
            "provider": self.provider,
            "strategy": self.spec.strategy if self.spec.rotates else "off",
            "total": len(self.slots),
            "available": sum(slot.block(now) is None for slot in self.slots),
            "running": self.meter.running,
            "requests_last_minute": self.meter.requests(now),
            "tokens_last_minute": self.meter.tokens(now),
            "rpm": self.spec.limits.rpm,
            "tpm": self.spec.limits.tpm,
            "max_concurrency": self.spec.limits.concurrency,
            "keys": [_reported(slot, now, label(slot.spec.key)) for slot in self.slots],
        }

    def _specs(self) -> Sequence[KeySpec]:
        keys = self.spec.keys or (NO_KEY,)
        return keys if self.spec.rotates else keys[:1]

    def _waits(self, now: float, want: Want) -> dict[str, float | None]:
        return {
            slot.id: slot.wait(now, want.model, want.tokens, desperate=want.desperate)
            for slot in self.slots
            if slot.id not in want.without
        }

    def _choose(self, now: float, want: Want, free: Sequence[int]) -> int:
        if len(free) == 1:
            return free[0]
        if want.desperate:
            return min(free, key=lambda index: _badness(self.slots[index].block(now, want.model)))
        options = [Option(slot.id, slot.spec.weight, slot.used) for slot in self.slots]
        return self._strategy.pick(options, free, want.session)

    def _named(self, key: str) -> Sequence[Slot]:
        return [slot for slot in self.slots if slot.id == key]


def _badness(block: Block | None) -> tuple[int, float]:
    return (GRAVITY[block.state], block.until) if block else (0, 0.0)


def _dumped(slot: Slot, now: float, wall: float) -> dict[str, Any]:
    return {
        model: {"state": b.state, "until": wall + b.until - now, "told": b.is_told, "reason": b.reason}
        for model, b in slot.blocks.items()
        if b.until > now and b.state != "disabled"
    }


def _restored(data: Any, now: float, wall: float) -> Block | None:
    if not isinstance(data, Mapping) or data.get("state") not in ("cooling", "parked"):
        return None
    until = data.get("until")
    if not isinstance(until, int | float):
        return None
    return Block(data["state"], now + until - wall, now, str(data.get("reason", "")), bool(data.get("told")))


def _reported(slot: Slot, now: float, label: str) -> dict[str, Any]:
    block = slot.block(now)
    models = {
        model: {"state": b.state, "left": round(b.until - now), "reason": b.reason}
        for model, b in slot.blocks.items()
        if model and b.until > now
    }
    return {
        "key": label,
        "state": block.state if block else "active",
        "left": round(block.until - now) if block and block.state != "disabled" else None,
        "reason": block.reason if block else "",
        "models": models,
        "failures": slot.failures,
        "running": slot.running,
        "requests": slot.requests,
        "failed": slot.failed,
        "used_ago": _ago(slot.last_used, now),
        "failed_ago": _ago(slot.last_failed, now),
        "requests_last_minute": slot.meter.requests(now),
        "rpm": slot.meter.rpm(now),
        "tpm": slot.spec.tpm,
    }


def _ago(moment: float | None, now: float) -> int | None:
    return None if moment is None else round(now - moment)
