"""The last requests as they came, for `ccr explain --last`: in memory only, and not many."""

from dataclasses import replace

from ccr.anthropic.request import Inbound, read_body

REQUESTS = 20
BYTES = 8 * 1024 * 1024
"""Of all of them together; the last one is kept whatever its size."""


class Kept:
    """The last requests by their id."""

    def __init__(self) -> None:
        self._requests: dict[str, Inbound] = {}
        self._size = 0

    def add(self, name: str, inbound: Inbound) -> None:
        """Keep a request, and forget the oldest ones for it."""
        # Without the parsed body, which takes more room than its bytes.
        self._requests[name] = replace(inbound, body={})
        self._size += len(inbound.raw)
        while len(self._requests) > 1 and (len(self._requests) > REQUESTS or self._size > BYTES):
            oldest = self._requests.pop(next(iter(self._requests)))
            self._size -= len(oldest.raw)

    def find(self, name: str = "") -> Inbound | None:
        """Return the request with an id, or the last one for an empty id; None if it is not there any more."""
        found = next(reversed(self._requests.values()), None) if not name else self._requests.get(name)
        return replace(found, body=read_body(found.raw)) if found else None
