"""Blocks of one kind in a Messages body, also inside tool results: found, and replaced."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from ccr.core.jsonio import dump
from ccr.core.unified import Json


def find(body: Json, kind: str) -> Iterator[Json]:
    """Yield the blocks of a kind, the oldest first. Foreign JSON is passed over."""
    for message in body.get("messages") or ():
        if isinstance(message, dict):
            yield from _find(message.get("content"), kind)


def replaced(body: Json, kind: str, swap: Callable[[Json], Json]) -> Json:
    """Return the body with `swap(block)` in the place of every block of a kind. The body is not changed."""
    messages = [
        {**message, "content": _replaced(message["content"], kind, swap)}
        if isinstance(message, dict) and "content" in message
        else message
        for message in body.get("messages") or ()
    ]
    return {**body, "messages": messages}


def name_of(block: Json) -> str:
    """Return a short name for a block by the content of its source, the same in every request."""
    return sha256(dump(block.get("source"))).hexdigest()[:16]


def _find(content: Any, kind: str) -> Iterator[Json]:
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict):
            if block.get("type") == kind:
                yield block
            elif block.get("type") == "tool_result":
                yield from _find(block.get("content"), kind)


def _replaced(content: Any, kind: str, swap: Callable[[Json], Json]) -> Any:
    if not isinstance(content, list):
        return content
    return [_block(block, kind, swap) for block in content]


def _block(block: Any, kind: str, swap: Callable[[Json], Json]) -> Any:
    found = block.get("type") if isinstance(block, dict) else None
    if found == "tool_result":
        return {**block, "content": _replaced(block.get("content"), kind, swap)}
    return swap(block) if found == kind else block
