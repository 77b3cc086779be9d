"""Who is behind an address: what the known providers accept and how they differ. One row a vendor.

A provider that is not in the table gets the cautious defaults. An explicit transformer chain in the user's
configuration wins over what stands here. Each row links the document that its facts come from.
"""

from typing import Literal

import msgspec

DialectName = Literal["openai_chat", "openai_responses", "gemini", "anthropic", "vertex"]


class Vendor(msgspec.Struct, frozen=True):
    """A provider's habits. The defaults suit an unknown OpenAI-compatible server."""

    name: str = "unknown"
    hosts: tuple[str, ...] = ()
    """Host names, or suffixes that begin with a dot; a path may follow (`api.deepseek.com/anthropic`)."""
    dialect: DialectName = "openai_chat"
    auth: Literal["bearer", "x-api-key", "x-goog-api-key", "api-key", "google", "none"] = "bearer"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    usage_option: bool = True
    """Takes `stream_options: {include_usage: true}`."""
    reasoning: Literal["none", "effort", "object", "enable_thinking", "thinking", "think"] = "none"
    """How thinking is asked for: `reasoning_effort`, a `reasoning` object, `enable_thinking`, a `thinking` object, `think`."""
    replay: Literal["none", "reasoning_content", "reasoning", "reasoning_details"] = "none"
    """The assistant field in which earlier reasoning goes back."""
    images: bool = True
    documents: bool = False
    """Takes PDF as a `file` part."""
    cache_control: bool = False
    tool_ids: Literal["any", "alnum9", "short40"] = "any"
    required_tool_choice: bool = True
    max_output: int | None = None
