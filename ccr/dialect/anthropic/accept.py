"""Whether a Messages body can go to an upstream as the client wrote it.

Claude Code shapes a request for the model that it believes to talk to, and a conversation may hold turns of other
providers or be cut off in its middle. What the upstream would refuse has to be encoded anew.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ccr.core.unified import Json
from ccr.dialect.anthropic.claude import Claude, read_model
from ccr.dialect.anthropic.thinking import may_think

_LEGAL_ID = re.compile(r"[a-zA-Z0-9_-]+")


def is_sound(body: Mapping[str, Any], *, takes: Callable[[Json], bool]) -> bool:
    """Tell whether a conversation is one that every endpoint of this kind takes.

    There are no blank texts, each call has its one result in the next turn, ids are legal and unique. `takes` tells of
    the other blocks, whose rules depend on who made them, whether the endpoint takes them.
    """
    waiting: set[str] = set()
    seen: set[str] = set()
    for message in _messages(body):
        blocks = _blocks(message)
        results = [block.get("tool_use_id") for block in blocks if block.get("type") == "tool_result"]
        first = [block.get("type") for block in blocks[: len(results)]]
        if set(results) != waiting or len(results) != len(waiting) or set(first) - {"tool_result"}:
            return False
        calls = [str(block.get("id")) for block in blocks if block.get("type") == "tool_use"]
        if not blocks or seen.intersection(calls) or not all(_is_fine(b, takes) for b in blocks):
            return False
        waiting = set(calls)
        seen |= waiting
    return not waiting


def suits_claude(body: Mapping[str, Any], name: str) -> bool:
    """Tell whether a request is one that the Claude model of this name takes; one that tells no version takes all."""
    model = read_model(name)
    messages = list(_messages(body))
    thinking = body.get("thinking")
    thinking = thinking if isinstance(thinking, dict) else {}
    turns = [{**message, "content": _blocks(message)} for message in messages]
    if not may_think(turns, thinking=thinking, dropped=False):
        return False
    return model is None or _fits(body, messages, thinking=thinking, model=model)


def _fits(body: Mapping[str, Any], messages: list[Json], *, thinking: Json, model: Claude) -> bool:
    kind, config = thinking.get("type"), body.get("output_config")
    effort = config.get("effort") if isinstance(config, dict) else None
    if (kind == "adaptive" and not model.takes_adaptive) or (kind == "enabled" and not model.takes_budget):
        return False
    if any(message.get("role") == "system" for message in messages) and not model.takes_late_system:
        return False
    if messages and messages[-1].get("role") == "assistant" and not model.takes_prefill:
        return False
    samples = any(body.get(field) is not None for field in ("temperature", "top_p", "top_k"))
    return (effort is None or effort in model.efforts) and (model.takes_sampling or not samples)


def _is_fine(block: Json, takes: Callable[[Json], bool]) -> bool:
    kind = block.get("type")
    if kind == "text":
        return bool(str(block.get("text") or "").strip())
    if kind == "tool_use":
        return _LEGAL_ID.fullmatch(str(block.get("id"))) is not None
    return takes(block)


def _messages(body: Mapping[str, Any]) -> Iterable[Json]:
    messages = body.get("messages")
    return (m for m in messages if isinstance(m, dict)) if isinstance(messages, list) else ()


def _blocks(message: Json) -> list[Json]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
