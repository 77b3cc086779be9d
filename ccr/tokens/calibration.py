"""Learns how a provider's own token counts differ from ours, per model."""

from typing import NamedTuple

LIMIT = 256
SMALLEST = 500
LOWEST, HIGHEST = 0.5, 2.0
_WEIGHT = 0.2
_PLAUSIBLE = (0.25, 4.0)


class _Learnt(NamedTuple):
    ratio: float = 1.0
    seen: int = 0
    tried: int = 0


class Calibration:
    """Ratios of reported to counted prompt tokens for at most `limit` (provider, model) pairs.

    The mean of the first few observations, then an exponential moving average, kept within `LOWEST` and `HIGHEST`.
    Small prompts are not learnt from (the frame round them outweighs the text), nor is what can't be the same
    prompt: some providers leave the cached part out of the usage. The pair not observed for longest is forgotten.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._learnt: dict[tuple[str, str], _Learnt] = {}

    def ratio(self, provider: str, model: str) -> float:
        """Return what our counts have to be multiplied by for this model; 1.0 while nothing is known."""
        learnt = self._learnt.get((provider, model))
        return learnt.ratio if learnt else 1.0

    def tried(self, provider: str, model: str) -> int:
        """Return from how many replies of this model was learnt, or would have been if they had been plausible."""
        learnt = self._learnt.get((provider, model))
        return learnt.tried if learnt else 0

    def adjust(self, provider: str, model: str, tokens: int) -> int:
        """Return the count to expect from the provider for `tokens` of ours; 0 only for 0."""
        return max(round(tokens * self.ratio(provider, model)), min(tokens, 1))

    def observe(self, provider: str, model: str, counted: int, reported: int) -> None:
        """Learn from one reply: `counted` is our count of the request, `reported` the provider's whole prompt
        (`Usage.prompt`: with cached tokens)."""
        if counted < SMALLEST:
            return
        old = self._learnt.pop((provider, model), _Learnt())
        while len(self._learnt) >= self._limit:
            del self._learnt[next(iter(self._learnt))]
        self._learnt[provider, model] = _after(old, reported / counted)


def _after(old: _Learnt, told: float) -> _Learnt:
    """Return what is known after one more reply."""
    if not _PLAUSIBLE[0] <= told <= _PLAUSIBLE[1]:
        return old._replace(tried=old.tried + 1)
    sample = min(max(told, LOWEST), HIGHEST)
    weight = max(1 / (old.seen + 1), _WEIGHT)
    return _Learnt(old.ratio + (sample - old.ratio) * weight, old.seen + 1, old.tried + 1)
