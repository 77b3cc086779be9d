"""How much may be sent to a provider or with a key, and when the next request may start. Pure: `now` comes in.

A log of what started within the last minute, not a bucket: a bucket that refills while it is drained lets more through
within some minutes than the limit says, and vendors count just that.
"""

import math
from collections import deque

from msgspec import Struct

WINDOW = 61.0
"""Seconds that a start counts. One more than a minute, since two requests don't take equally long to arrive."""

LEARNT_SECONDS = 600.0
"""How long a limit that an upstream's refusals gave away is kept before more is tried again."""

LEAST_LEARNT = 10
"""Requests a minute below which refusals have other reasons, such as an overloaded model."""

_ROUNDING = 1e-6


class Limits(Struct, frozen=True):
    """What is allowed; None is unlimited. `rpm`, `tpm`: requests and tokens a minute. `concurrency`: at a time."""

    rpm: int | None = None
    tpm: int | None = None
    concurrency: int | None = None


UNLIMITED = Limits()


class Entry:
    """A request that was let through."""

    __slots__ = ("at", "is_forgotten", "is_refused", "is_running", "tokens")

    def __init__(self, at: float, tokens: int) -> None:
        self.at = at
        self.tokens = tokens
        self.is_running = True
        self.is_refused = False
        self.is_forgotten = False


class Meter:
    """Counts what goes through. `limits` may be replaced at any time."""

    def __init__(self, limits: Limits = UNLIMITED) -> None:
        self.limits = limits
        self.running = 0
        self._starts: deque[Entry] = deque()
        self._late: deque[tuple[float, int]] = deque()
        self._tokens = 0
        """The sum over both."""
        self._held = -math.inf
        self._learnt = 0
        self._learnt_at = -math.inf

    def wait(self, now: float, tokens: int = 0) -> float:
        """Return the seconds until a request of so many tokens may start; infinite if another has to end first."""
        if self.limits.concurrency is not None and self.running >= self.limits.concurrency:
            return math.inf
        self._forget(now)
        return max(0.0, self._held - now, self._until_request(now), self._until_tokens(now, tokens))

    def take(self, now: float, tokens: int = 0) -> Entry:
        """Let a request start, whether or not it should."""
        self._forget(now)
        entry = Entry(now, tokens)
        self.running += 1
        self._starts.append(entry)
        self._tokens += tokens
        return entry

    def settle(self, entry: Entry, now: float, tokens: int | None = None) -> None:
        """The request has ended; `tokens` is what it used in truth, None if that is not known. Once is enough."""
        if not entry.is_running:
            return
        entry.is_running = False
        self.running -= 1
        if tokens is None:
            return
        self._forget(now)
        if tokens > entry.tokens:
            # Vendors count a reply when it is made, which may be long after its prompt.
            self._late.append((now, tokens - entry.tokens))
            self._tokens += tokens - entry.tokens
        elif not entry.is_forgotten:
            self._tokens += tokens - entry.tokens
            entry.tokens = tokens

    def hold(self, until: float) -> None:
        """Let nothing start before the moment `until`."""
        self._held = max(self._held, until)

    def refuse(self, entry: Entry, now: float) -> None:
        """The upstream refused the request for too many in a minute: what it did take must be its limit."""
        entry.is_refused = True
        self._forget(now)
        taken = sum(not found.is_refused for found in self._starts)
        if taken >= LEAST_LEARNT:
            self._learnt, self._learnt_at = taken, now

    def rpm(self, now: float) -> int | None:
        """Return the limit of requests a minute in force, configured or learnt; None if there is none."""
        learnt = self._learnt if now - self._learnt_at < LEARNT_SECONDS else None
        known = [limit for limit in (self.limits.rpm, learnt) if limit is not None]
        return min(known, default=None)

    def requests(self, now: float) -> int:
        """Return how many requests started within the last minute."""
        self._forget(now)
        return len(self._starts)

    def tokens(self, now: float) -> int:
        """Return how many tokens count towards the minute."""
        self._forget(now)
        return self._tokens

    def _until_request(self, now: float) -> float:
        rpm = self.rpm(now)
        if rpm is None or len(self._starts) < rpm:
            return 0.0
        return self._starts[len(self._starts) - rpm].at + WINDOW - now

    def _until_tokens(self, now: float, tokens: int) -> float:
        tpm = self.limits.tpm
        if tpm is None:
            return 0.0
        # What is larger than the limit itself goes when nothing else counts, and lets the vendor decide.
        excess = self.tokens(now) + min(tokens, tpm) - tpm
        if excess <= 0:
            return 0.0
        spent = sorted([(entry.at, entry.tokens) for entry in self._starts] + list(self._late))
        for at, amount in spent:
            excess -= amount
            if excess <= 0:
                return at + WINDOW - now
        return 0.0

    def _forget(self, now: float) -> None:
        begin = now - WINDOW + _ROUNDING
        while self._starts and self._starts[0].at <= begin:
            entry = self._starts.popleft()
            entry.is_forgotten = True
            self._tokens -= entry.tokens
        while self._late and self._late[0][0] <= begin:
            self._tokens -= self._late.popleft()[1]
