"""What has been learnt from refusals: the fixes that worked, by provider and model. Bounded; the oldest go first."""

from collections import OrderedDict
from typing import Any, Literal

from ccr.keys.fix import Fix

PLACES = 256
"""Models and sessions for which fixes are kept."""
FIXES = 16
"""Fixes that are kept for each."""

Place = tuple[str, str, str]
"""Provider, model, and session: empty for what holds for all sessions."""


Way = Literal["auth", "url"]
"""What a provider's address may leave open: how the key travels, and where requests go."""


def told(kind: Way, value: str) -> str:
    """Return in words what is done for a provider."""
    return f"send the key as {value}" if kind == "auth" else f"send requests to {value}"


class Lessons:
    """The memory of one server."""

    def __init__(self) -> None:
        self._fixes: OrderedDict[Place, dict[tuple[str, tuple[str, ...]], tuple[Fix, str]]] = OrderedDict()
        self._ways: dict[tuple[str, Way], tuple[str, str]] = {}

    def fixes(self, provider: str, model: str, session: str) -> tuple[Fix, ...]:
        """Return what to change in a body before it is sent; usually nothing."""
        if not self._fixes:
            return ()
        places = [(provider, model, ""), *([(provider, model, session)] if session else [])]
        return tuple(fix for place in places for fix, _ in self._fixes.get(place, {}).values())

    def learn(self, fix: Fix, *, provider: str, model: str, session: str = "", why: str = "") -> None:
        """Keep a fix with which a request went through; `why` is the refusal that led to it."""
        if fix.span == "once" or (fix.span == "session" and not session):
            return
        place = (provider, model, session if fix.span == "session" else "")
        known = self._fixes.setdefault(place, {})
        self._fixes.move_to_end(place)
        known.pop((fix.op, fix.path), None)
        known[fix.op, fix.path] = (fix, why[:300])
        if len(known) > FIXES:
            del known[next(iter(known))]
        if len(self._fixes) > PLACES:
            self._fixes.popitem(last=False)

    def way(self, provider: str, kind: Way) -> str:
        """Return the way that a request went through to the provider, empty if nothing had to be tried."""
        return self._ways.get((provider, kind), ("", ""))[0]

    def take(self, provider: str, kind: Way, value: str, *, why: str = "") -> None:
        """Keep the way that a request went through; `why` is the refusal of the one before."""
        self._ways.pop((provider, kind), None)
        self._ways[provider, kind] = (value, why[:300])
        if len(self._ways) > PLACES:
            del self._ways[next(iter(self._ways))]

    def report(self) -> list[dict[str, Any]]:
        """Return the fixes for people to read, as JSON."""
        ways = [
            {"provider": provider, "model": "*", "for": "model", "fix": told(kind, value), "why": why}
            for (provider, kind), (value, why) in self._ways.items()
        ]
        return ways + [
            {"provider": provider, "model": model, "for": fix.span, "fix": str(fix), "why": why}
            for (provider, model, _), known in self._fixes.items()
            for fix, why in known.values()
        ]
