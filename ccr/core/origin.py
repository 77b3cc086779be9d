"""Remembers who made a signature, for those that reach the client without a seal of ours (see `ccr.core.seal`).

A reply that is passed on byte for byte keeps its signatures, and those of one provider look like those of another.
Whoever checks signatures refuses a conversation that holds another's.
"""

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b

LIMIT = 50_000
"""Signatures that are remembered, some 10 MB; the oldest go first."""


class Origins:
    """Makers by signature. Kept in memory only: of what an earlier process passed on nothing is known."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._makers: OrderedDict[bytes, str] = OrderedDict()

    def note(self, maker: str, signatures: Iterable[str]) -> None:
        """Remember whose signatures these are."""
        for signature in filter(None, signatures):
            digest = _digest(signature)
            self._makers.pop(digest, None)
            self._makers[digest] = maker
        while len(self._makers) > self._limit:
            self._makers.popitem(last=False)

    def maker(self, signature: str) -> str:
        """Return who made a signature, empty if that is not known."""
        return self._makers.get(_digest(signature), "")


def _digest(signature: str) -> bytes:
    return blake2b(signature.encode("utf-8", "replace"), digest_size=16).digest()
