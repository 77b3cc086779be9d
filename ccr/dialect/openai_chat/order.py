"""The order of messages that strict vendors insist on, and the end and the marks of a conversation."""

from collections.abc import Iterable

from ccr.core.turns import without_user_after_tool
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
            last["content"] = joined(last["content"], message["content"])
        else:
            self._messages.append(message)
        self._aside = aside

    def close(self) -> list[Json]:
        """Return all messages, as the vendor takes them."""
        messages = self._messages
        if not self._vendor.user_after_tool:
            messages = list(without_user_after_tool(messages))
        if all(message["role"] == "system" for message in messages):
            messages.append({"role": "user", "content": GO_ON})
        last = messages[-1]
        if self._vendor.prefill and last["role"] == "assistant" and not last.get("tool_calls"):
            last[self._vendor.prefill] = True
        if self._vendor.cache_control:
            _limit_marks(messages)
        return messages


def _limit_marks(messages: Iterable[Json]) -> None:
    """Keep the last marks: each of them covers everything before it."""
    contents = (message.get("content") for message in messages)
    parts = [part for content in contents if isinstance(content, list) for part in content]
    for part in [part for part in parts if "cache_control" in part][:-MARKS]:
        del part["cache_control"]
