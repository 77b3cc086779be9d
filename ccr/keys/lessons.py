"""What has been learnt from refusals: the fixes that worked, by provider and model. Bounded; the oldest go first."""

from collections import OrderedDict
from typing import Any

from ccr.keys.fix import Fix

PLACES = 256
"""Models and sessions for which fixes are kept."""
FIXES = 16
"""Fixes that are kept for each."""

Place = tuple[str, str, str]
"""Provider, model, and session: empty for what holds for all sessions."""


class Lessons:
    """The memory of one server."""

    def __init__(self) -> None:
        self._fixes: OrderedDict[Place, dict[tuple[str, tuple[str, ...]], tuple[Fix, str]]] = OrderedDict()
        self._turned: dict[str, tuple[str, str]] = {}

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

    def turned(self, provider: str) -> bool:
        """Tell whether the provider's key goes in the other header than is usual."""
        return provider in self._turned

    def turn(self, provider: str, *, auth: str, why: str = "") -> None:
        """Let the provider's key go in the other header, or in the usual one again."""
        if self._turned.pop(provider, None) is None:
            self._turned[provider] = (auth, why[:300])

    def report(self) -> list[dict[str, Any]]:
        """Return the fixes for people to read, as JSON."""
        turned = [
            {"provider": provider, "model": "*", "for": "model", "fix": f"send the key as {auth}", "why": why}
            for provider, (auth, why) in self._turned.items()
        ]
        return turned + [
            {"provider": provider, "model": model, "for": fix.span, "fix": str(fix), "why": why}
            for (provider, model, _), known in self._fixes.items()
            for fix, why in known.values()
        ]
