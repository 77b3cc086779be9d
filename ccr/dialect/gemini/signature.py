"""Thought signatures on their way through the client.

Gemini puts a signature on a part and wants it back on the same part. The client knows signatures of thinking blocks
only, so the payload says which part it belongs to. https://ai.google.dev/gemini-api/docs/thought-signatures
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from ccr.core.jsonio import dump_text
from ccr.core.seal import owned

SKIP = "skip_thought_signature_validator"
"""The documented stand-in for a call that has no signature: another model made it, or the client dropped it."""


class Signed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One signature and its place.

    `on`: `tool`, the call with the id `tool`; `thought`, the thinking it stands in; `text`, the text before it;
    `part`, a whole part that only Gemini understands and that goes back as it is.
    """

    on: Literal["tool", "thought", "text", "part"]
    signature: str = ""
    tool: str = ""
    part: dict[str, Any] | None = None


def pack(signed: Signed) -> str:
    """Return the payload of a `Signature` event."""
    return dump_text(signed)


def unpack(block: Mapping[str, Any], provider: str, model: str) -> Signed | None:
    """Return what a client's thinking block carries, None unless this provider and model issued it."""
    payload = owned(block.get("signature") or "", provider, model)
    if not payload:
        return None
    try:
        return msgspec.json.decode(payload, type=Signed)
    except msgspec.MsgspecError:
        return None
