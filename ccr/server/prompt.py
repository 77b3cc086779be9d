"""The size of a prompt as its upstream will count it: told to the client, weighed against windows, learnt from."""

from collections.abc import Iterable, Mapping

from ccr.anthropic.request import Inbound
from ccr.anthropic.room import fit, wanted
from ccr.core.trail import Trail
from ccr.core.unified import Json
from ccr.server.state import State
from ccr.snapshot import Snapshot
from ccr.tokens.bound import certainly_below, rough
from ccr.tokens.calibration import SMALLEST
from ccr.tokens.counter import Counter
from ccr.upstream import Upstream

Counts = Mapping[Counter, int]

LESSONS = 3
"""Replies of a model from which is learnt even if their prompt has to be counted just for that."""
LESSON_BYTES = 1024 * 1024
"""Bytes of the largest request that is counted just for learning."""


class Prompt:
    """One request's prompt. `counts` are those made already, in tokens, by who counted."""

    def __init__(self, state: State, snapshot: Snapshot, inbound: Inbound, counts: Counts | None = None) -> None:
        self._state = state
        self._inbound = inbound
        self._rough = rough(inbound.raw, is_text=inbound.is_text)
        self._proxy_url = snapshot.config.proxy_url
        self._counts = dict(counts or {})
        self._upstreams: tuple[Upstream, ...] = ()

    async def measure(self, upstreams: Iterable[Upstream]) -> None:
        """Count the prompt if a rough guess would not do, or if an upstream's window may be too small."""
        self._upstreams = tuple(upstreams)
        if self._counts or self._rough is None or any(map(self._may_overflow, self._upstreams)):
            for upstream in self._upstreams:
                await self._count(upstream)

    def counted(self, upstream: Upstream) -> int | None:
        """Return our count for an upstream, None if there is none."""
        return self._counts.get(self._counter(upstream))

    def estimate(self, upstream: Upstream) -> int:
        """Return the tokens to expect of an upstream's own count."""
        counted = self.counted(upstream)
        if counted is None:
            return self._rough or 0
        return self._state.calibration.adjust(upstream.provider.name, upstream.model, counted)

    def fitted(self, body: Json, upstream: Upstream) -> Json:
        """Return the body with a limit of the reply that the upstream's window has room for."""
        if self.counted(upstream) is None or upstream.passes_through:
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
        name = (answered.provider, answered.model)
        upstream = next((u for u in self._upstreams if (u.provider.name, u.model) == name), None)
        if upstream is None:
            return
        if not self._counts and calibration.tried(*name) < LESSONS and self._is_telling(upstream):
            await self._count(upstream)
        counted = self.counted(upstream)
        if counted is not None:
            calibration.observe(*name, counted, reported)

    def _is_telling(self, upstream: Upstream) -> bool:
        """Tell whether something may be learnt from counting: of prompts that are too small, nothing is."""
        is_large = self._rough is not None and self._rough >= SMALLEST
        return self._counter(upstream).ready and is_large and len(self._inbound.raw) <= LESSON_BYTES

    async def _count(self, upstream: Upstream) -> None:
        counter = self._counter(upstream)
        if counter not in self._counts:
            self._counts[counter] = (await counter.count(self._inbound.body)).total

    def _counter(self, upstream: Upstream) -> Counter:
        return self._state.counters.of(upstream, proxy_url=self._proxy_url)

    def _may_overflow(self, upstream: Upstream) -> bool:
        window = upstream.facts.window
        if window is None or upstream.passes_through:
            return False
        return not certainly_below(self._inbound.raw, window - wanted(self._inbound.body))
