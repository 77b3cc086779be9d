"""Why Gemini stopped: https://ai.google.dev/api/generate-content#FinishReason and #BlockReason."""

from ccr.core.event import Fault, StopReason
from ccr.core.unified import Json
from ccr.dialect.fault import make_fault

FINISHES: dict[str, StopReason] = {
    "STOP": "end_turn",
    "MAX_TOKENS": "max_tokens",
    "CONTINUATION": "max_tokens",
    "SAFETY": "refusal",
    "RECITATION": "refusal",
    "LANGUAGE": "refusal",
    "BLOCKLIST": "refusal",
    "PROHIBITED_CONTENT": "refusal",
    "SPII": "refusal",
    "IMAGE_SAFETY": "refusal",
    "IMAGE_PROHIBITED_CONTENT": "refusal",
    "IMAGE_RECITATION": "refusal",
    "MODEL_ARMOR": "refusal",
    "ESCALATION": "refusal",
}
"""What is not here ends the turn, as `OTHER` does; a reply that says nothing at all then counts as a refusal."""

BROKEN: dict[str, int] = {
    "MALFORMED_FUNCTION_CALL": 502,
    "UNEXPECTED_TOOL_CALL": 502,
    "TOO_MANY_TOOL_CALLS": 502,
    "MALFORMED_RESPONSE": 502,
    "MISSING_THOUGHT_SIGNATURE": 400,
    "PUP_LIMITED_DISABLED": 403,
}
"""Failures, with the status that fits.

A call that could not be parsed is an accident of sampling: the same request usually succeeds when it is sent again.
The router and the client do that for a 502, while a normal end would stop the agent in the middle of its work.
"""


def broken(reason: str, candidate: Json) -> Fault | None:
    """Return the fault that a finish reason stands for, None for one that ends a reply."""
    status = BROKEN.get(reason)
    if status is None:
        return None
    return make_fault(status, f"Gemini stopped with {reason}{_detail(candidate, 'finishMessage')}", code=reason.lower())


def refusal_text(reason: str, source: Json, field: str) -> str:
    """Return the words for the user; `field` of `source` holds Google's own, if any."""
    return f"[Gemini refused to answer: {reason or 'no reason given'}{_detail(source, field)}. Try to rephrase.]"


def _detail(source: Json, field: str) -> str:
    words = source.get(field)
    return f" ({words.strip().rstrip('.')})" if isinstance(words, str) and words.strip() else ""
