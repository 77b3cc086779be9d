"""Which upstream and key a request tries, in which order: a generator that yields tries and receives outcomes.

Claude Code itself repeats a request up to ten times, so nothing here repeats what the client will: a connection that
failed is tried once more, then comes the next key, then the next model.
"""

from collections.abc import Generator, Sequence

import msgspec

OTHER_KEY = frozenset({401, 402, 403, 429})
"""Statuses that another key of the same provider may not get."""

RECONNECT_SECONDS = 0.25


class Candidate(msgspec.Struct, frozen=True):
    """A provider's model that may answer, with the keys to use in order; no key at all is one empty key."""

    provider: str
    model: str
    keys: tuple[str, ...] = ("",)


class Try(msgspec.Struct, frozen=True):
    """Do this: wait so many seconds, then send to the candidate with the key."""

    candidate: int
    key: str
    wait: float = 0.0


class Outcome(msgspec.Struct, frozen=True):
    """How a try ended. `status` is 0 without an HTTP answer, 200 if the reply reached the client."""

    status: int
    code: str = ""
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the request is answered."""
        return self.status == 200

    @property
    def callers_fault(self) -> bool:
        """Whether every upstream would refuse this request: then nobody else is asked."""
        return self.status in (400, 413, 422)


def attempts(candidates: Sequence[Candidate]) -> Generator[Try, Outcome, None]:
    """Yield tries until one succeeds or nothing is left."""
    for index, candidate in enumerate(candidates):
        outcome = yield from _keys(index, candidate)
        if outcome.ok or outcome.callers_fault:
            return


def _keys(index: int, candidate: Candidate) -> Generator[Try, Outcome, Outcome]:
    outcome = Outcome(503)
    for key in candidate.keys or ("",):
        outcome = yield Try(index, key)
        if outcome.status == 0:
            outcome = yield Try(index, key, RECONNECT_SECONDS)
        if outcome.status not in OTHER_KEY:
            break
    return outcome
