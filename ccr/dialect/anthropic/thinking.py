"""How much to think, and which earlier thoughts go back.

A thought is given back only to the provider and model that had it: signatures are checked, and another's is a 400.
https://docs.claude.com/en/docs/build-with-claude/extended-thinking
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.seal import owned, unseal
from ccr.core.unified import Json
from ccr.dialect.anthropic.claude import Claude, is_claude, on_vertex
from ccr.dialect.base import Target
from ccr.dialect.effort import effort_of

MIN_BUDGET = 1024
"""Least `budget_tokens`; they must also be fewer than `max_tokens`."""
BUDGETS = {"minimal": 1024, "low": 4096, "medium": 10_000}
"""Thinking budgets in tokens that stand for an effort; for a higher one or none it is `FULL_BUDGET`."""
FULL_BUDGET = 31_999
_PADDED = ("deepseek", "kimi")


def own_thought(block: Json, target: Target) -> Json | None:
    """Return a thinking block as the target gave it, or None for one that is not the target's.

    Sealed signatures name their owner; a signature without a seal came from Anthropic through an untouched reply.
    """
    if block.get("type") == "redacted_thinking":
        data = block.get("data")
        if unseal(data or "") is None:
            return block if is_claude(target) and data else None
        payload = owned(data or "", target.provider, target.model)
        return {**block, "data": payload} if payload else None
    signature = block.get("signature")
    if unseal(signature or "") is None:
        return block if is_claude(target) and signature else None
    payload = owned(signature or "", target.provider, target.model)
    # Vendors that imitate the API may give no signature; Anthropic takes none without.
    if payload is None or (is_claude(target) and not payload):
        return None
    return {**block, "signature": payload}


def pads_thoughts(target: Target) -> bool:
    """Tell whether every turn with calls needs a thinking block, empty if the model had none: DeepSeek and Kimi.

    "The content[].thinking in the thinking mode must be passed back": https://github.com/QwenLM/qwen-code/pull/3788
    """
    if is_claude(target):
        return False
    return target.vendor.name.startswith(_PADDED) or target.model.lower().startswith(_PADDED)


def thinking_field(request: Json, *, max_tokens: int, model: Claude | None, target: Target) -> Json | None:
    """Return the `thinking` field, or None to leave it out.

    The client's own field is kept as far as no edit contradicts it and the model takes it.
    """
    reasoning = request.get("reasoning")
    if not isinstance(reasoning, dict) or (model is not None and not model.thinks):
        return None
    given = (request.get("anthropic") or {}).get("thinking")
    given = given if isinstance(given, dict) else {}
    kind = _kind(reasoning, given)
    if kind == "disabled":
        return {"type": "disabled"} if model is None or model.can_stop_thinking else None
    if not is_claude(target):
        return _imitated(kind, reasoning, max_tokens, target)
    display = _display(given, target)
    if kind == "adaptive" and (model is None or model.takes_adaptive):
        return {"type": "adaptive", **display}
    if kind == "enabled" and model is not None and not model.takes_budget:
        return {"type": "adaptive", **display}
    if kind in ("adaptive", "enabled"):
        budget = _budget(reasoning, max_tokens)
        return {"type": "enabled", "budget_tokens": budget, **display} if budget else None
    return given or None


def _display(given: Json, target: Target) -> Json:
    """How thoughts are shown; the values that need a beta header don't exist on Vertex."""
    display = given.get("display")
    known = display in ("summarized", "omitted") or not on_vertex(target)
    return {"display": display} if display and known else {}


def _kind(reasoning: Json, given: Json) -> str:
    """Return the type of thinking wanted; empty if there is only an effort."""
    kind = given.get("type")
    if isinstance(kind, str) and kind not in ("enabled", "adaptive", "disabled"):
        return kind
    if not reasoning.get("enabled"):
        return "disabled"
    if isinstance(reasoning.get("max_tokens"), int):
        return "enabled"
    return "adaptive" if reasoning.get("adaptive") else str(kind or "")


def _imitated(kind: str, reasoning: Json, max_tokens: int, target: Target) -> Json | None:
    """A budget is what all imitators know: https://docs.ollama.com/api/anthropic-compatibility

    Kimi thinks as it likes and refuses the field in some versions: https://github.com/NousResearch/hermes-agent/pull/71691
    """
    if kind not in ("enabled", "adaptive") or target.vendor.name.startswith("kimi"):
        return None
    budget = _budget(reasoning, max_tokens)
    return {"type": "enabled", "budget_tokens": budget} if budget else None


def _budget(reasoning: Json, max_tokens: int) -> int | None:
    wanted = reasoning.get("max_tokens")
    if not isinstance(wanted, int):
        wanted = BUDGETS.get(effort_of(reasoning) or "", FULL_BUDGET)
    budget = min(max(wanted, MIN_BUDGET), max_tokens - 1)
    return budget if budget >= MIN_BUDGET else None


def may_think(messages: Iterable[Json], *, thinking: Json, dropped: bool) -> bool:
    """Tell whether the request may be sent with this `thinking` field, given the messages to send.

    While results of a turn are handed in, that turn must begin with thinking. A turn that another model wrote has none
    that can be sent, so thinking pauses for this request. Adaptive thinking tolerates a turn without thinking, since
    the model may have seen no need to. Only a turn of another model's is not relied on: its thoughts were left out
    (`dropped`), or its ids are not Anthropic's.
    https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
    """
    turns = [m for m in messages if m.get("role") != "system"]
    if thinking.get("type") not in ("enabled", "adaptive"):
        return True
    if not turns or turns[-1].get("role") == "assistant":
        # The beginning of an answer can't be given together with thinking.
        return thinking.get("type") == "adaptive"
    if not _hands_in(turns[-1]) or len(turns) < 2:
        return True
    content: Any = turns[-2].get("content")
    first = content[0] if content else {}
    if first.get("type") in ("thinking", "redacted_thinking"):
        return True
    ids = [str(b.get("id", "")) for b in content if b.get("type") == "tool_use"]
    return thinking.get("type") == "adaptive" and not dropped and all(i.startswith("toolu_") for i in ids)


def _hands_in(turn: Json) -> bool:
    return any(b.get("type") == "tool_result" for b in turn.get("content") or ())
