"""Gives a provider its own reasoning back, in the field where it wants it; another provider's is never sent."""

from collections.abc import Iterable

from ccr.core.seal import owned
from ccr.core.unified import Json
from ccr.dialect.base import Target
from ccr.dialect.openai_chat.state import State, unpack

SKIP = {"google": {"thought_signature": "skip_thought_signature_validator"}}
"""The documented stand-in for a signature that another model's call can't have.

https://ai.google.dev/gemini-api/docs/thought-signatures
"""


def replayed(message: Json, target: Target) -> Json:
    """Return the fields of an assistant message that bring back what the model thought.

    DeepSeek refuses a tool turn without `reasoning_content` while it thinks, so a turn that another model wrote gets
    an empty one: https://api-docs.deepseek.com/guides/thinking_mode
    """
    field = target.vendor.replay
    if field in ("none", "extra_content"):
        return {}
    blocks = list(_own(message, target))
    text = "\n".join(filter(None, (text for text, _ in blocks)))
    if field == "reasoning_details":
        details = unpack(payload for _, payload in blocks).details
        return {"reasoning_details": details} if details else {"reasoning": text} if text else {}
    needed = field == "reasoning_content" and message.get("tool_calls")
    return {field: text} if text or needed else {}


def signed(calls: list[Json], message: Json, target: Target) -> list[Json]:
    """Return the tool calls of an assistant message with the state that belongs to each of them."""
    if target.vendor.replay != "extra_content":
        return calls
    state: State = unpack(payload for _, payload in _own(message, target))
    for place, call in enumerate(calls):
        if extra := state.calls.get(str(place)):
            call["extra_content"] = extra
    if calls and not any("extra_content" in call for call in calls):
        # Of parallel calls only the first has a signature.
        calls[0]["extra_content"] = SKIP
    return calls


def _own(message: Json, target: Target) -> Iterable[tuple[str, str]]:
    """Return (text, payload) of the thinking blocks that the target itself wrote."""
    thinking = message.get("thinking")
    blocks = thinking.get("blocks") if isinstance(thinking, dict) else None
    for block in blocks or ():
        payload = owned(block.get("signature") or "", target.provider, target.model)
        if payload is not None:
            yield block.get("thinking") or "", payload
