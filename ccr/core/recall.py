"""Remembers the reasoning that led to each tool call, for clients that send the call back without it.

Providers that think between tool calls refuse a conversation in which their reasoning is missing. The client usually
returns it in `thinking` blocks; this is the safety net for those that drop them.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

import msgspec

from ccr.core.origin import Origins
from ccr.core.unified import Json

LIMIT_BYTES = 8 * 1024 * 1024
"""Characters of reasoning and signatures that are kept; the oldest go first."""


class Keepsake(msgspec.Struct, frozen=True):
    """What of a reply the requests after it may need: the ids of its tool calls with the thinking blocks before them,
    and the signatures that were passed on without a seal, with who made them.
    """

    tool_ids: Sequence[str] = ()
    thoughts: Sequence[Json] = ()
    maker: str = ""
    signatures: Sequence[str] = ()


class Recall:
    """Thinking blocks by tool-use id. All calls of one reply share its blocks."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self.origins = Origins()
        self._limit = limit
        self._size = 0
        self._found: OrderedDict[str, tuple[Json, ...]] = OrderedDict()

    def keep(self, keepsake: Keepsake) -> None:
        """Remember what is needed of a reply."""
        self.note(keepsake.tool_ids, keepsake.thoughts)
        self.origins.note(keepsake.maker, keepsake.signatures)

    def note(self, tool_ids: Iterable[str], blocks: Sequence[Json]) -> None:
        """Remember the blocks of a reply under the ids of its tool calls."""
        if not blocks:
            return
        for tool_id in tool_ids:
            self._forget(tool_id)
            self._found[tool_id] = tuple(blocks)
            self._size += _size(blocks)
        while self._size > self._limit and self._found:
            self._forget(next(iter(self._found)))

    def blocks(self, tool_id: str) -> tuple[Json, ...]:
        """Return the thinking blocks before a tool call; empty if they are not known."""
        return self._found.get(tool_id, ())

    def _forget(self, tool_id: str) -> None:
        gone = self._found.pop(tool_id, None)
        if gone is not None:
            self._size -= _size(gone)


def _size(blocks: Iterable[Json]) -> int:
    return sum(len(block.get("thinking", "")) + len(block.get("signature", "")) + 64 for block in blocks)
