"""The tag by which a prompt chooses a subagent's model, `<CCR-SUBAGENT-MODEL>provider,model</CCR-SUBAGENT-MODEL>`.

It is for the router alone, so it is always taken out, whichever rule wins.
"""

import re
from typing import Any

from ccr.route.body import items, member

_OPEN = "<CCR-SUBAGENT-MODEL>"
# A name is short; the limit keeps the search linear when opening tags are never closed.
_TAG = re.compile(re.escape(_OPEN) + r"([^<]{0,500})</CCR-SUBAGENT-MODEL>")

_USER_MESSAGES = 2
"""How many user messages to look at: the prompt of a subagent is in its first one."""

Json = dict[str, Any]


def take_tag(body: Json) -> tuple[str, Json]:
    """Return the name in the first tag (empty if there is none) and the body without any tag.

    Looks at the system blocks and the first two user messages. The body itself comes back when it has no tag;
    otherwise only what leads to a changed text is copied and the given body stays as it is.
    """
    found: list[str] = []
    changed: Json = {}
    system = _content(body.get("system"), found)
    if system is not body.get("system"):
        changed["system"] = system
    messages = _messages(body.get("messages"), found)
    if messages is not body.get("messages"):
        changed["messages"] = messages
    name = next(filter(None, found), "")
    return name, {**body, **changed} if changed else body


def _messages(messages: Any, found: list[str]) -> Any:
    """Return the messages without tags; the list itself if there are none."""
    from_user = (index for index, message in enumerate(items(messages)) if member(message, "role") == "user")
    changed = {}
    for index, _ in zip(from_user, range(_USER_MESSAGES), strict=False):
        message = messages[index]
        content = _content(message.get("content"), found)
        if content is not message.get("content"):
            changed[index] = {**message, "content": content}
    return [changed.get(index, message) for index, message in enumerate(messages)] if changed else messages


def _content(content: Any, found: list[str]) -> Any:
    """Return a system prompt or a message's content without tags; the very object if there are none."""
    if isinstance(content, str):
        return _strip(content, found)
    stripped = [_block(block, found) for block in items(content)]
    if all(new is old for new, old in zip(stripped, items(content), strict=True)):
        return content
    # Anthropic refuses empty text blocks, so one that held nothing but the tag goes.
    kept = [new for new, old in zip(stripped, content, strict=True) if new is old or new["text"].strip()]
    return kept or stripped


def _block(block: Any, found: list[str]) -> Any:
    said = member(block, "text")
    if not isinstance(said, str):
        return block
    stripped = _strip(said, found)
    return block if stripped is said else {**block, "text": stripped}


def _strip(said: str, found: list[str]) -> str:
    if _OPEN not in said:
        return said
    found += (match[1].strip() for match in _TAG.finditer(said))
    stripped = _TAG.sub("", said)
    return said if stripped == said else stripped
