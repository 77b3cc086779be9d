"""Reads a Messages body of any shape without trusting it: what isn't as documented is not there."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

OPEN = "<system-reminder>"
CLOSE = "</system-reminder>"
"""Claude Code wraps what it adds to the user's text by itself in these, one pair for each addition."""


def items(value: Any) -> list[Any]:
    """Return `value` if it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the JSON objects of a list; empty if it is none."""
    return [item for item in items(value) if isinstance(item, dict)]


def member(value: Any, key: str) -> Any:
    """Return `value[key]` of a JSON object; None if it has no such key or is no object."""
    return value.get(key) if isinstance(value, dict) else None


def blocks(content: Any) -> list[dict[str, Any]]:
    """Return the content blocks of a message or of the system prompt; a string is one text block."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else objects(content)


def text(block: Json) -> str:
    """Return the text of a text block; empty for any other."""
    found = block.get("text") if block.get("type") == "text" else None
    return found if isinstance(found, str) else ""


def result_text(block: Json) -> str:
    """Return the text of a `tool_result` block."""
    return "\n".join(filter(None, map(text, blocks(block.get("content")))))


def tools(body: Json) -> list[dict[str, Any]]:
    """Return the tools that the request brings."""
    return objects(body.get("tools"))


def backwards(body: Json, role: str) -> Iterator[dict[str, Any]]:
    """Yield the messages of a role, the last first."""
    messages = items(body.get("messages"))
    return (message for message in reversed(messages) if member(message, "role") == role)


def reminders(said: str) -> list[str]:
    """Return what stands inside each pair of reminder tags, in order."""
    return [part.partition(CLOSE)[0].strip() for part in said.split(OPEN)[1:]]


def own_words(said: str) -> str:
    """Return the text without the reminders: what the user wrote."""
    first, *rest = said.split(OPEN)
    return first + "".join(part.partition(CLOSE)[2] for part in rest)


def last_words(body: Json) -> str:
    """Return what the user wrote last, also when only tool results came since then."""
    for message in backwards(body, "user"):
        words = "\n".join(own_words(text(block)) for block in blocks(message.get("content"))).strip()
        if words:
            return words
    return ""
