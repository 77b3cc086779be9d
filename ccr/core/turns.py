"""The order of a chat's messages that strict chat templates insist on."""

from collections.abc import Iterable
from typing import Any

from ccr.core.unified import Json

UNDERSTOOD = "Understood."
"""Said by the assistant where what follows is refused without it."""


def without_user_after_tool(messages: Iterable[Json]) -> list[Json]:
    """Mistral refuses a user message directly after a tool result: the text joins the result it follows.

    https://docs.mistral.ai/capabilities/function_calling/, https://github.com/mistralai/mistral-common/issues/169
    """
    found: list[Json] = []
    for message in messages:
        content = message.get("content")
        if found and found[-1].get("role") == "tool" and message.get("role") == "user":
            if isinstance(content, str):
                found[-1] = {**found[-1], "content": _with_text(found[-1].get("content"), content)}
                continue
            found.append({"role": "assistant", "content": UNDERSTOOD})
        found.append(message)
    return found


def with_one_user(messages: Iterable[Json]) -> list[Json]:
    """Some templates take no two messages of the user, one after the other: they become one.

    https://github.com/vllm-project/vllm/issues/6862
    """
    found: list[Json] = []
    for message in messages:
        content = message.get("content")
        if found and found[-1].get("role") == message.get("role") == "user":
            before = found[-1].get("content")
            both = _with_text(before, content) if isinstance(content, str) else [*_parts(before), *_parts(content)]
            found[-1] = {**found[-1], "content": both}
        else:
            found.append(message)
    return found


def _parts(content: Any) -> list[Json]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def _with_text(content: Any, text: str) -> str | list[Json]:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": text}]
    return f"{content}\n\n{text}" if content else text
