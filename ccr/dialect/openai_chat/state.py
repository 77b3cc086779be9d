"""What an upstream wants back with its own turns, as the payload of a thinking block's signature."""

from collections.abc import Iterable
from typing import Any

import msgspec

from ccr.core.jsonio import dump_text


class State(msgspec.Struct, omit_defaults=True):
    """The state of one assistant turn, or a part of it.

    `details` are `reasoning_details`; `calls` has the `extra_content` of tool calls by their place in the turn. That is
    how Gemini's chat completions carry thought signatures: https://ai.google.dev/gemini-api/docs/thought-signatures
    """

    details: list[dict[str, Any]] = msgspec.field(default_factory=list)
    calls: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)


def pack(state: State) -> str:
    """Return the payload for a state."""
    return dump_text(state)


def unpack(payloads: Iterable[str]) -> State:
    """Return the state of a turn out of the payloads of its thinking blocks; what can't be read is left out."""
    found = State()
    for payload in filter(None, payloads):
        try:
            part = msgspec.json.decode(payload, type=State)
        except msgspec.MsgspecError:
            continue
        found.details += part.details
        found.calls |= part.calls
    return found
