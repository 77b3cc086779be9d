"""Conversations as providers demand them: each tool call has exactly one result, directly after it.

Interrupted sessions and clients that drop blocks leave calls without results and results without calls.
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.unified import Json

NO_RESULT = "[No result: this tool call was interrupted.]"
ORPHAN = "[Result of an earlier tool call that is no longer in this conversation]"


def repaired(messages: Iterable[Json]) -> list[Json]:
    """Return unified messages in which calls and results match; messages that need no repair stay the same objects."""
    found: list[Json] = []
    waiting: list[str] = []
    for message in messages:
        if message.get("role") == "tool":
            call_id = message.get("tool_call_id")
            if call_id in waiting:
                waiting.remove(call_id)
                found.append(message)
            else:
                found.append(_as_user(message))
            continue
        found.extend(map(_missing, waiting))
        found.append(message)
        waiting = list(dict.fromkeys(_ids(message)))
    found.extend(map(_missing, waiting))
    return found


def _ids(message: Json) -> Iterable[str]:
    return (str(call.get("id", "")) for call in message.get("tool_calls") or ())


def _missing(call_id: str) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": NO_RESULT}


def _as_user(message: Json) -> Json:
    content: Any = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())
    return {"role": "user", "content": [{"type": "text", "text": ORPHAN}, *parts]}
