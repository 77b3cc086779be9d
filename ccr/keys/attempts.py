"""Which upstream and key a request tries, in which order: a generator that yields tries and receives outcomes.

Claude Code itself repeats what fails with 429 or 5xx up to ten times, so nothing is repeated here that it will repeat:
a connection that failed is tried again, then come the provider's other keys, then the other models. Other clients may
ask for more. Pure: the clock comes in with each outcome, chance with a function.

    candidate in turn --+-- fit? keys? circuit closed? near enough? --no--> passed over: only if all others fail
                        +-- try --> answered, begun or the caller's fault: the end
                                --> key's fault: the next key, then the next candidate
                                --> no connection: again, then the next candidate
                                --> the server's fault: the next key, a repeat if asked for, then the next candidate
                                --> the model's fault: the next candidate
                --> not a word: once again, then the next candidate
"""

import math
from collections.abc import Generator, Sequence
from typing import Literal

from msgspec import Struct

from ccr.keys.circuit import Circuit
from ccr.keys.failure import Failure, busy
from ccr.keys.pool import Pool, Want
from ccr.keys.slot import PATIENCE_SECONDS
from ccr.keys.strategy import Random
from ccr.keys.verdict import Tried, Verdict, conclude

RECONNECTS = 2
RECONNECT_SECONDS = 0.25
"""The first pause before connecting again is anything up to this; the next doubles."""

BACKOFF_SECONDS = 1.0
"""The first pause before a repeat is anything up to this; the next doubles."""
LONGEST_PAUSE_SECONDS = 5.0
"""What an upstream asks to wait beyond this is told to the client instead of waited out for it."""

NEAR_SECONDS = 20.0
"""A wait up to this is better than another model; what is further away is passed over."""

REPAIRS = 8
"""How often the body of a request is mended for one candidate; vendors complain of one field at a time."""


class Candidate(Struct, frozen=True, eq=False):
    """A provider's model that may answer."""

    provider: str
    model: str
    pool: Pool
    circuit: Circuit
    window: int = 0
    """Tokens that prompt and reply may have together; 0 if unknown."""
    retries: bool = True
    """Whether anything at all is tried twice at this provider."""
    repeats: int = 0
    """How often a failure of the server, or a limit that ends soon, is waited out and tried again."""
    budget: float = 60.0
    """No pause ends later than so many seconds after the request came in."""
    relieves: bool = False
    """Whether it is only there for prompts that were too long for another one."""

    @property
    def name(self) -> str:
        """The candidate in messages."""
        return f"{self.provider}/{self.model}"


class Ask(Struct, frozen=True):
    """The request: its session (empty if unknown), its size in tokens (0 if unknown), and when it came in.

    `is_ready` tells that it can be sent as soon as there is a key.
    """

    since: float
    session: str = ""
    tokens: int = 0
    is_ready: bool = False


class Try(Struct, frozen=True):
    """Do this: pause so many seconds, get a key that meets `want` within `patience` seconds, send with it."""

    candidate: int
    want: Want
    pause: float = 0.0
    patience: float = PATIENCE_SECONDS


class Outcome(Struct, frozen=True):
    """How a try ended at the moment `now`. Without a failure it was answered.

    `key` is the id of the key, empty if none came free and nothing was sent; `sent` is when it was sent. `begun`:
    content has reached the client, so nothing else may be tried. `repaired`: the upstream named what is wrong with the
    body, and the next try will do without.
    """

    now: float
    failure: Failure | None = None
    key: str = ""
    sent: float = 0.0
    begun: bool = False
    repaired: bool = False


Step = Literal["again", "next", "end"]


class _Stay(Struct):
    """What has happened at the present candidate."""

    index: int
    candidate: Candidate
    desperate: bool
    tried: frozenset[str] = frozenset()
    reconnects: int = 0
    repeats: int = 0
    repairs: int = 0
    silences: int = 0
    pause: float = 0.0


def attempts(candidates: Sequence[Candidate], ask: Ask, *, random: Random) -> Generator[Try, Outcome, Verdict]:
    """Yield tries until one succeeds or nothing is left; return how it ended."""
    return _Course(candidates, ask, random).run()


class _Course:
    """One request's way through its candidates."""

    def __init__(self, candidates: Sequence[Candidate], ask: Ask, random: Random) -> None:
        self._candidates = candidates
        self._ask = ask
        self._random = random
        self._now = ask.since
        self._least_window = 0.0
        self._tries: list[Tried] = []
        self._passed_over: dict[int, Failure] = {}
        self._left = {index for index, candidate in enumerate(candidates) if not candidate.relieves}
        self._relief = set(range(len(candidates))) - self._left

    def run(self) -> Generator[Try, Outcome, Verdict]:
        """Go through the candidates, then through those that were passed over."""
        for desperate in (False, True):
            for index, candidate in enumerate(self._candidates):
                if index not in self._left | self._relief or not self._fits(candidate, desperate=desperate):
                    continue
                stay = _Stay(index, candidate, desperate)
                obstacle = self._obstacle(stay)
                if obstacle is not None:
                    self._passed_over[index] = obstacle
                    continue
                self._passed_over.pop(index, None)
                verdict = yield from self._serve(stay)
                if verdict is not None:
                    return verdict
        return self._conclude()

    def _conclude(self) -> Verdict:
        return conclude([*self._tries, *(Tried(i, f, sent=False) for i, f in self._passed_over.items())])

    def _fits(self, candidate: Candidate, *, desperate: bool) -> bool:
        """Tell whether the prompt may have room. Of windows that are not known, some are meant for long prompts; the
        others are tried when nothing else is left.
        """
        if not self._least_window:
            return not candidate.relieves
        if not candidate.window:
            return desperate or candidate.relieves
        return candidate.window > self._least_window

    def _obstacle(self, stay: _Stay) -> Failure | None:
        """Return why the candidate should rather not be tried."""
        candidate = stay.candidate
        if not stay.desperate and candidate.circuit.is_open(self._now):
            left = candidate.circuit.left(self._now)
            return Failure(
                "server", 503, f"it keeps failing and is left alone for {left:.0f} s", "circuit", left or None
            )
        wait = candidate.pool.wait(self._now, self._want(stay))
        if wait is None:
            return Failure("server", 503, "no key of it can be used now", "no_key")
        return busy(candidate.provider, wait) if self._is_long(wait, stay) else None

    def _is_long(self, wait: float, stay: _Stay) -> bool:
        """Tell whether a wait is too long; one that has no known end may be short."""
        return math.isfinite(wait) and wait > self._patience(stay)

    def _patience(self, stay: _Stay) -> float:
        """Return how long to wait for a key: long only if nothing else can be done and nothing was tried."""
        is_only = not self._left - {stay.index} and not any(tried.sent for tried in self._tries)
        return PATIENCE_SECONDS if is_only else NEAR_SECONDS

    def _want(self, stay: _Stay) -> Want:
        ask = self._ask
        return Want(stay.candidate.model, ask.session, ask.tokens, stay.tried, stay.desperate, ask.since)

    def _serve(self, stay: _Stay) -> Generator[Try, Outcome, Verdict | None]:
        """Try one candidate until it answers or has nothing left to try; then return None."""
        self._left.discard(stay.index)
        self._relief.discard(stay.index)
        while True:
            outcome = yield from self._try(stay)
            if outcome.failure is None or outcome.begun:
                return Verdict()
            step = self._after(stay, outcome, outcome.failure)
            if step == "end":
                return self._conclude()
            if step == "next" or not self._has_key(stay):
                return None

    def _try(self, stay: _Stay) -> Generator[Try, Outcome, Outcome]:
        circuit = stay.candidate.circuit
        is_probe = circuit.begin(self._now)
        try:
            outcome = yield Try(stay.index, self._want(stay), stay.pause, self._patience(stay))
            self._now = outcome.now
            _record(stay.candidate, outcome, is_probe=is_probe)
        finally:
            # The generator is closed here when the client leaves: then the next request is the probe.
            if is_probe:
                circuit.release()
        return outcome

    def _after(self, stay: _Stay, outcome: Outcome, failure: Failure) -> Step:
        stay.pause = 0.0
        if outcome.repaired and stay.repairs < REPAIRS:
            stay.repairs += 1
            return "again"
        self._tries.append(Tried(stay.index, failure, outcome.key, sent=failure.kind != "busy"))
        if failure.kind == "caller":
            return "end"
        if failure.kind == "overflow":
            self._least_window = stay.candidate.window or self._ask.tokens or math.inf
        if failure.kind in ("model", "overflow", "busy", "timeout") or not stay.candidate.retries:
            return "next"
        if failure.kind == "silent":
            stay.silences += 1
            return "again" if stay.silences == 1 else "next"
        if failure.kind == "network":
            return self._reconnect(stay, failure)
        if not outcome.key or outcome.key in stay.tried:
            return "next"
        stay.tried |= {outcome.key}
        return "again" if self._has_key(stay) else self._repeat(stay, failure)

    def _has_key(self, stay: _Stay) -> bool:
        wait = stay.candidate.pool.wait(self._now, self._want(stay))
        return wait is not None and not self._is_long(wait, stay)

    def _reconnect(self, stay: _Stay, failure: Failure) -> Step:
        pause = self._random() * RECONNECT_SECONDS * 2**stay.reconnects
        if stay.reconnects == RECONNECTS or not self._affords(pause, stay):
            return self._repeat(stay, failure)
        stay.reconnects += 1
        stay.pause = pause
        return "again"

    def _repeat(self, stay: _Stay, failure: Failure) -> Step:
        """Begin again with all keys, if that was asked for and may help."""
        if stay.repeats >= stay.candidate.repeats or not failure.heals:
            return "next"
        pause = failure.retry_after
        if pause is None:
            pause = self._random() * min(LONGEST_PAUSE_SECONDS, BACKOFF_SECONDS * 2**stay.repeats)
        if pause > LONGEST_PAUSE_SECONDS or not self._affords(pause, stay):
            return "next"
        stay.repeats += 1
        stay.tried, stay.desperate, stay.pause = frozenset(), True, pause
        return "again"

    def _affords(self, pause: float, stay: _Stay) -> bool:
        return self._now + pause - self._ask.since <= stay.candidate.budget


def _record(candidate: Candidate, outcome: Outcome, *, is_probe: bool) -> None:
    """Tell the key and the circuit how it went."""
    failure = outcome.failure
    if failure is None or failure.kind == "silent":
        candidate.circuit.succeed()
        candidate.pool.succeed(outcome.key, candidate.model, sent=outcome.sent)
        return
    if failure.is_providers:
        took = outcome.now - outcome.sent if outcome.sent else 0.0
        candidate.circuit.fail(outcome.now, is_probe=is_probe, took=took)
    candidate.pool.fail(outcome.key, candidate.model, failure, outcome.now)
