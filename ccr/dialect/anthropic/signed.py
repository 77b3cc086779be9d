"""The signatures in a reply that is passed on untouched, and whether those in a request may go to an upstream."""

from ccr.core.unified import Json

THOUGHTS = frozenset({"thinking", "redacted_thinking"})
MARKS = (b'"signature', b'"redacted_thinking"')
"""One of them stands in every event that has a signature in it, or a part of one."""


class Signatures:
    """Collects the signatures of one reply."""

    def __init__(self) -> None:
        self._found: dict[int, str] = {}

    @property
    def all(self) -> list[str]:
        """What has been seen so far."""
        return [signature for signature in self._found.values() if signature]

    def event(self, value: Json) -> None:
        """Take an event of a stream: a signature may come with its block or in pieces after it."""
        index, block, delta = value.get("index"), value.get("content_block"), value.get("delta")
        index = index if isinstance(index, int) else -1
        if isinstance(block, dict):
            self._found[index] = signature_of(block)
        elif isinstance(delta, dict) and isinstance(delta.get("signature"), str):
            self._found[index] = self._found.get(index, "") + delta["signature"]

    def message(self, message: Json) -> None:
        """Take a whole message."""
        content = message.get("content")
        for index, block in enumerate(content if isinstance(content, list) else ()):
            if isinstance(block, dict):
                self._found[index] = signature_of(block)


def signature_of(block: Json) -> str:
    """Return what proves where a thinking block comes from, empty for other blocks and where there is none."""
    field = {"thinking": "signature", "redacted_thinking": "data"}.get(str(block.get("type")), "")
    found = block.get(field)
    return found if isinstance(found, str) else ""
