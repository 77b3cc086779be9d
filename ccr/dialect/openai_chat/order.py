"""The order of messages that strict vendors insist on, and the end and the marks of a conversation."""

from ccr.core.turns import with_few_calls, without_user_after_tool
from ccr.core.unified import Json
from ccr.dialect.openai_chat.part import joined
from ccr.dialect.vendor import Vendor

MARKS = 4
"""Cache marks of one request: https://docs.claude.com/en/docs/build-with-claude/prompt-caching"""
GO_ON = "Continue."
"""Said by the user where nobody says anything."""


class Conversation:
    """The messages to send, in their order."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._messages: list[Json] = []
        self._aside = False

    @property
    def at_start(self) -> bool:
        """Whether there is nothing yet but the system prompt."""
        return not self._messages or self._messages[-1]["role"] == "system"

    def add(self, message: Json, *, aside: bool = False) -> None:
        """Take the next message. An `aside` is no turn of its own: it joins the user's turn that it stands in, because
        many chat templates want user and assistant to take turns.
        """
        joins = aside or self._aside or message["role"] == "system"
        last = self._messages[-1] if self._messages else {}
        if joins and message["role"] == last.get("role") and not self._vendor.late_system:
            self._messages[-1] = {**last, "content": joined(last["content"], message["content"])}
        else:
            self._messages.append(message)
        self._aside = aside

    def close(self) -> list[Json]:
        """Return all messages, as the vendor takes them."""
        messages = with_few_calls(self._messages)
        if not self._vendor.user_after_tool:
            messages = without_user_after_tool(messages)
        if all(message["role"] == "system" for message in messages):
            messages.append({"role": "user", "content": GO_ON})
        last = messages[-1]
        if self._vendor.prefill and last["role"] == "assistant" and not last.get("tool_calls"):
            messages[-1] = {**last, self._vendor.prefill: True}
        return _with_few_marks(messages) if self._vendor.cache_control else messages


def _with_few_marks(messages: list[Json]) -> list[Json]:
    """Keep the last marks: each of them covers everything before it."""
    surplus = sum(map(_marks, messages)) - MARKS
    if surplus <= 0:
        return messages
    found: list[Json] = []
    for message in messages:
        count = _marks(message) if surplus > 0 else 0
        found.append(_unmarked(message, min(count, surplus)) if count else message)
        surplus -= count
    return found


def _marks(message: Json) -> int:
    content = message.get("content")
    return sum("cache_control" in part for part in content) if isinstance(content, list) else 0


def _unmarked(message: Json, count: int) -> Json:
    """Return the message without its first marks."""
    content: list[Json] = []
    for part in message["content"]:
        is_surplus = count > 0 and "cache_control" in part
        content.append({k: v for k, v in part.items() if k != "cache_control"} if is_surplus else part)
        count -= is_surplus
    return {**message, "content": content}
