"""The blocks of an assistant turn in the order in which the model gave them."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any, Literal

from ccr.core.unified import Json
from ccr.dialect.content import parts_of

Kind = Literal["thinking", "part", "tool"]


def blocks_in_order(message: Json) -> Iterable[tuple[Kind, Json]]:
    """Return (kind, block) of a unified assistant message: thinking blocks, content parts and tool calls.

    The order is the `order` of the message as far as there are blocks for it; what an edit added comes after it, in the
    usual order.
    """
    waiting: dict[Kind, list[Json]] = {
        "thinking": thoughts_of(message),
        "part": parts_of(message.get("content")),
        "tool": [c for c in message.get("tool_calls") or () if isinstance(c, dict)],
    }
    for kind in message.get("order") or ():
        if waiting.get(kind):
            yield kind, waiting[kind].pop(0)
    for kind, blocks in waiting.items():
        yield from zip(repeat(kind), blocks, strict=False)


def thoughts_of(message: Json) -> list[Json]:
    """Return the thinking blocks of a message; one block stands for a thought that has none."""
    thinking: Any = message.get("thinking")
    if not isinstance(thinking, dict):
        return []
    if "blocks" in thinking:
        return [b for b in thinking["blocks"] or () if isinstance(b, dict)]
    text, signature = thinking.get("content"), thinking.get("signature")
    if not text and not signature:
        return []
    return [{"type": "thinking", "thinking": text or "", "signature": signature or ""}]
