"""Conversations as providers demand them: each tool call has exactly one result, directly after it.

Interrupted sessions and clients that drop blocks leave calls without results and results without calls.
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.known import once
from ccr.core.unified import Json

NO_RESULT = "[No result: this tool call was interrupted.]"
NO_SIGHT = "[An image was left out here: this model can't see images.]"
ORPHAN = "[Result of an earlier tool call that is no longer in this conversation]"


def repaired(messages: Iterable[Json]) -> list[Json]:
    """Return unified messages in which calls and results match; messages that need no repair stay the same objects.

    What came between a call and its result follows the results.
    """
    found: list[Json] = []
    calls: list[str] = []
    between: list[Json] = []
    for message in messages:
        if message.get("role") == "assistant":
            found += _matched(calls, between)
            found.append(message)
            calls, between = once(message, "ids", _ids), []
        else:
            between.append(message)
    return [*found, *_matched(calls, between)]


def _matched(calls: list[str], messages: list[Json]) -> Iterable[Json]:
    """Return what follows an assistant message with these calls: one result each, then everything else."""
    answered = [message.get("tool_call_id") for message in messages if message.get("role") == "tool"]
    if answered == calls and all(message.get("role") == "tool" for message in messages[: len(calls)]):
        return messages
    results: dict[str, Json] = {}
    others: list[Json] = []
    for message in messages:
        call_id = str(message.get("tool_call_id", "")) if message.get("role") == "tool" else None
        if call_id is None:
            others.append(message)
        elif call_id in calls and call_id not in results:
            results[call_id] = message
        else:
            others.append(_as_user(message))
    missing = (_missing(call_id) for call_id in calls if call_id not in results)
    return [*results.values(), *missing, *others]


def _ids(message: Json) -> list[str]:
    """Return the ids of an assistant's calls, each once."""
    calls = message.get("tool_calls") or ()
    return list(dict.fromkeys(str(call.get("id", "")) for call in calls if isinstance(call, dict)))


def _missing(call_id: str) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": NO_RESULT}


def _as_user(message: Json) -> Json:
    content: Any = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())
    return {"role": "user", "content": [{"type": "text", "text": ORPHAN}, *parts]}
