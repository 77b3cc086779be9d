"""What a request that nobody answered comes to: which status, which words, and whether the client should repeat it."""

from collections.abc import Sequence

from msgspec import Struct

from ccr.keys.failure import Failure

WORDS = 300
"""Characters of each try's message in a list of several."""

NOTHING_TRIED = Failure("server", 503, "no upstream could be tried", "none")


class Tried(Struct, frozen=True):
    """One step of a request's story. `candidate` is an index; `key` an id, empty if none was used.

    Without `sent` the candidate was passed over, and `failure` tells why.
    """

    candidate: int
    failure: Failure
    key: str = ""
    sent: bool = True


class Verdict(Struct, frozen=True):
    """How a request ended. `failure` is None if it was answered, or else what the client is told."""

    failure: Failure | None = None
    tries: tuple[Tried, ...] = ()
    should_retry: bool | None = None
    """What `x-should-retry` says: False for what cannot heal by itself, None where the client knows best."""

    def message(self, names: Sequence[str]) -> str:
        """Return what to tell the client; `names` are those of the candidates."""
        failure = self.failure or NOTHING_TRIED
        # Claude Code looks for its own words at the start of a message about the size of a prompt.
        if failure.kind == "overflow" or not self.tries:
            return failure.message
        if len(self.tries) == 1:
            return f"[{names[self.tries[0].candidate]}] {failure.message}"
        story = "; ".join(_line(tried, names) for tried in _folded(self.tries))
        return f"no upstream could answer: {story}"


def conclude(tries: Sequence[Tried]) -> Verdict:
    """Return the verdict over a request that was not answered.

    What heals comes first, and of that what heals soonest: then the client's own repeating is of use. What can't heal
    is told as it came from the first candidate, which is the one that the user wanted.
    """
    failures = [tried.failure for tried in tries if tried.sent] or [tried.failure for tried in tries]
    healing = [failure for failure in failures if failure.heals]
    if healing:
        chosen = min(healing, key=lambda failure: failure.retry_after or 0.0)
        return Verdict(chosen, tuple(tries))
    told = next((f for kind in ("overflow", "caller") for f in failures if f.kind == kind), None)
    if told is not None:
        return Verdict(told, tuple(tries))
    return Verdict(failures[0] if failures else NOTHING_TRIED, tuple(tries), should_retry=False if failures else None)


def _folded(tries: Sequence[Tried]) -> list[tuple[Tried, int]]:
    """Return the tries with how often each came in a row, so that a repeated error is told once."""
    found: list[tuple[Tried, int]] = []
    for tried in tries:
        same = found and (found[-1][0].candidate, found[-1][0].failure) == (tried.candidate, tried.failure)
        if same:
            found[-1] = (tried, found[-1][1] + 1)
        else:
            found.append((tried, 1))
    return found


def _line(folded: tuple[Tried, int], names: Sequence[str]) -> str:
    tried, times = folded
    status = f"{tried.failure.status} " if tried.sent else "not tried, "
    count = f" ({times} times)" if times > 1 else ""
    return f"[{names[tried.candidate]}] {status}{tried.failure.message[:WORDS]}{count}"
