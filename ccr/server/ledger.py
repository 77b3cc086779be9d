"""What each session of Claude Code has done here, which the status line asks after every message, and all together."""

from typing import Any

import msgspec

from ccr.core.trail import Trail
from ccr.core.usage import Usage

SESSIONS = 500
"""Sessions that are remembered; the ones that have been silent for longest go first."""

BACKGROUND = "background"


class Tally(msgspec.Struct):
    """What some requests add up to."""

    requests: int = 0
    errors: int = 0
    usage: Usage = Usage()
    cost: float = 0.0
    """US dollars of the requests whose price is known."""
    unpriced: int = 0
    """Requests that used tokens whose price is not known."""
    last: Trail | None = None
    """The newest request that wasn't a small task in the background, if there was one."""

    def add(self, trail: Trail) -> None:
        """Add a request that is over."""
        self.requests += 1
        self.errors += trail.result == "error"
        self.usage = self.usage.plus(trail.usage)
        self.cost = round(self.cost + (trail.cost or 0.0), 9)
        self.unpriced += trail.cost is None and trail.usage is not None
        if trail.provider and (self.last is None or trail.scenario != BACKGROUND or self.last.scenario == BACKGROUND):
            self.last = trail

    def record(self) -> dict[str, Any]:
        """Return the sums as JSON."""
        return {
            "requests": self.requests,
            "errors": self.errors,
            "usage": msgspec.to_builtins(self.usage),
            "cost": self.cost,
            "unpriced": self.unpriced,
        }


class Ledger:
    """The sessions by their ids, and the requests that are under way."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self._running: dict[str, Trail] = {}
        self._total = Tally()
        self._models: dict[tuple[str, str], Tally] = {}

    @property
    def running(self) -> int:
        """How many requests are under way, those of presets among them."""
        return len(self._running)

    def begin(self, trail: Trail) -> None:
        """Note a request that has just come; its session is not known yet."""
        self._running[trail.id] = trail

    def drop(self, trail: Trail) -> None:
        """Forget that a request is under way."""
        self._running.pop(trail.id, None)

    def end(self, trail: Trail) -> None:
        """Note what became of it."""
        self.drop(trail)
        self._total.add(trail)
        if trail.provider:
            self._models.setdefault(trail.answered, Tally()).add(trail)
        if not trail.session:
            return
        # Put in again, so that the order is that of the last use.
        tally = self._tallies.pop(trail.session, None) or Tally()
        self._tallies[trail.session] = tally
        if len(self._tallies) > SESSIONS:
            del self._tallies[next(iter(self._tallies))]
        tally.add(trail)

    def record(self, session: str) -> dict[str, Any]:
        """Return a session as JSON; `requests` is 0 and `last` missing for one that is not known."""
        tally = self._tallies.get(session) or Tally()
        return {
            "id": session,
            **tally.record(),
            "active": sum(trail.session == session for trail in self._running.values()),
            **({"last": _last(tally.last)} if tally.last else {}),
        }

    def summary(self) -> dict[str, Any]:
        """Return as JSON what all requests add up to, and in `models` those of each model that answered."""
        models = [
            {"provider": provider, "model": model, **tally.record()}
            for (provider, model), tally in self._models.items()
        ]
        return {**self._total.record(), "models": models}


def _last(trail: Trail) -> dict[str, Any]:
    """Return a request with the provider and the model that really answered, and `instead_of` if a fallback did."""
    wanted, actual = (trail.provider, trail.model), trail.answered
    return {
        "asked": trail.asked,
        "provider": actual[0],
        "model": actual[1],
        "scenario": trail.scenario,
        "reason": trail.reason,
        "instead_of": ",".join(wanted) if actual != wanted else "",
        "attempts": len(trail.attempts),
        "status": trail.status,
        "result": trail.result,
        "usage": msgspec.to_builtins(trail.usage or Usage()),
        "cost": trail.cost,
        "ttft_ms": trail.ttft_ms,
        "ms": trail.ms,
        "tokens_per_second": _speed(trail),
    }


def _speed(trail: Trail) -> float:
    """Return how fast the reply came, once it had begun."""
    seconds = (trail.ms - trail.ttft_ms) / 1000
    return round(trail.usage.output / seconds, 1) if trail.usage and seconds > 0 else 0.0
