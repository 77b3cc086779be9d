"""What each session of Claude Code has done here: for the status line, which asks after every message."""

from typing import Any

import msgspec

from ccr.core.trail import Trail
from ccr.core.usage import Usage

SESSIONS = 500
"""Sessions that are remembered; the ones that have been silent for longest go first."""

BACKGROUND = "background"


class Tally(msgspec.Struct):
    """One session. `last` is its newest request that wasn't a small task in the background, if there was one."""

    requests: int = 0
    errors: int = 0
    usage: Usage = Usage()
    last: Trail | None = None


class Ledger:
    """The sessions by their ids, and the requests that are under way."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self._running: dict[str, Trail] = {}

    @property
    def running(self) -> int:
        """How many requests are under way, those of presets among them."""
        return len(self._running)

    def begin(self, trail: Trail) -> None:
        """Note a request that has just come; its session is not known yet."""
        self._running[trail.id] = trail

    def end(self, trail: Trail) -> None:
        """Note what became of it."""
        self._running.pop(trail.id, None)
        if not trail.session:
            return
        # Put in again, so that the order is that of the last use.
        tally = self._tallies.pop(trail.session, None) or Tally()
        self._tallies[trail.session] = tally
        if len(self._tallies) > SESSIONS:
            del self._tallies[next(iter(self._tallies))]
        tally.requests += 1
        tally.errors += trail.result == "error"
        tally.usage = tally.usage.plus(trail.usage)
        if trail.provider and (tally.last is None or trail.scenario != BACKGROUND or tally.last.scenario == BACKGROUND):
            tally.last = trail

    def record(self, session: str) -> dict[str, Any]:
        """Return a session as JSON; `requests` is 0 and `last` missing for one that is not known."""
        tally = self._tallies.get(session) or Tally()
        return {
            "id": session,
            "requests": tally.requests,
            "errors": tally.errors,
            "active": sum(trail.session == session for trail in self._running.values()),
            "usage": msgspec.to_builtins(tally.usage),
            **({"last": _last(tally.last)} if tally.last else {}),
        }


def _last(trail: Trail) -> dict[str, Any]:
    """Return a request with the provider and the model that really answered, and `instead_of` if a fallback did."""
    answered = next((attempt for attempt in reversed(trail.attempts) if attempt.result == "ok"), None)
    wanted = (trail.provider, trail.model)
    actual = (answered.provider, answered.model) if answered else wanted
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
        "ttft_ms": trail.ttft_ms,
        "ms": trail.ms,
        "tokens_per_second": _speed(trail),
    }


def _speed(trail: Trail) -> float:
    """Return how fast the reply came, once it had begun."""
    seconds = (trail.ms - trail.ttft_ms) / 1000
    return round(trail.usage.output / seconds, 1) if trail.usage and seconds > 0 else 0.0
