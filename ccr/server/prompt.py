"""The size of a prompt as its upstream will count it: told to the client, weighed against windows, learnt from."""

from collections.abc import Iterable

from ccr.anthropic.request import Inbound
from ccr.anthropic.room import fit, wanted
from ccr.core.trail import Trail
from ccr.core.unified import Json
from ccr.server.state import State
from ccr.tokens.bound import certainly_below, rough
from ccr.tokens.calibration import SMALLEST
from ccr.upstream import Upstream

LESSONS = 3
"""Replies of a model from which is learnt even if their prompt has to be counted just for that."""
LESSON_BYTES = 1024 * 1024
"""Bytes of the largest request that is counted just for learning."""


class Prompt:
    """One request's prompt. `counted` is our count of it in tokens, None if nothing needed it."""

    def __init__(self, state: State, inbound: Inbound, counted: int | None) -> None:
        self._state = state
        self._inbound = inbound
        self.counted = counted
        self._rough = rough(inbound.raw)

    async def measure(self, upstreams: Iterable[Upstream]) -> None:
        """Count the prompt if a rough guess would not do, or if an upstream's window may be too small."""
        if self.counted is None and (self._rough is None or any(map(self._may_overflow, upstreams))):
            await self._count()

    def estimate(self, upstream: Upstream) -> int:
        """Return the tokens to expect of an upstream's own count."""
        if self.counted is None:
            return self._rough or 0
        return self._state.calibration.adjust(upstream.provider.name, upstream.model, self.counted)

    def fitted(self, body: Json, upstream: Upstream) -> Json:
        """Return the body with a limit of the reply that the upstream's window has room for."""
        if self.counted is None or upstream.passes_through:
            return body
        return fit(body, window=upstream.facts.window, prompt=self.estimate(upstream))

    async def learn(self, trail: Trail) -> None:
        """Compare our count with the usage that the upstream reported, if it was counted or little is known yet.

        Nothing is loaded just for that: where nothing has to be counted, nothing need be known. What has to be, is
        counted long before it comes to the limit that it is held against.
        """
        answered = next((attempt for attempt in trail.attempts if attempt.result == "ok"), None)
        reported = trail.usage.prompt if trail.usage else 0
        if answered is None or not reported:
            return
        calibration = self._state.calibration
        provider, model = answered.provider, answered.model
        if self.counted is None and calibration.tried(provider, model) < LESSONS:
            await self._learnable()
        if self.counted is not None:
            calibration.observe(provider, model, self.counted, reported)

    async def _learnable(self) -> None:
        # Of prompts that are too small nothing is learnt.
        is_telling = self._rough is not None and self._rough >= SMALLEST
        if self._state.counter.ready and is_telling and len(self._inbound.raw) <= LESSON_BYTES:
            await self._count()

    async def _count(self) -> None:
        self.counted = (await self._state.counter.count(self._inbound.body)).total

    def _may_overflow(self, upstream: Upstream) -> bool:
        window = upstream.facts.window
        if window is None or upstream.passes_through:
            return False
        return not certainly_below(self._inbound.raw, window - wanted(self._inbound.body))
