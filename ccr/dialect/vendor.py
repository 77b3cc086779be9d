"""Who is behind an address: what the known providers accept and how they differ. One row a vendor.

A provider that is not in the table gets the cautious defaults. An explicit transformer chain in the user's
configuration wins over what stands here. Each row links the document that its facts come from.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

DialectName = Literal["openai_chat", "openai_responses", "gemini", "anthropic", "vertex"]
Auth = Literal["bearer", "x-api-key", "x-goog-api-key", "api-key", "basic", "google", "none"]
"""How the key travels: in which header, `basic` for a key that is `user:password`, or `google` for an access token that
is fetched with Google credentials."""


class Vendor(msgspec.Struct, frozen=True):
    """A provider's habits. The defaults suit an unknown OpenAI-compatible server."""

    name: str = "unknown"
    source: str = ""
    """The document that the row's facts come from."""
    hosts: tuple[str, ...] = ()
    """Host names, or suffixes that begin with a dot; a port or a path may follow (`api.deepseek.com/anthropic`)."""
    dialect: DialectName = "openai_chat"
    auth: Auth = "bearer"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    usage_option: bool = True
    """Takes `stream_options: {include_usage: true}`."""
    reasoning: Literal["none", "effort", "object", "enable_thinking", "thinking", "think"] = "none"
    """How thinking is asked for: `reasoning_effort`, a `reasoning` object, `enable_thinking`, a `thinking` object or
    `think`."""
    efforts: tuple[str, ...] = ()
    """The words of `reasoning_effort`, weakest first; `none` among them switches thinking off. Empty: takes no effort.
    With `reasoning="thinking"` the effort goes beside the object."""
    thinking_fields: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What a `thinking` object that switches thinking on has beside its type, or for one."""
    replay: Literal["none", "reasoning_content", "reasoning", "reasoning_details", "extra_content"] = "none"
    """The assistant field in which earlier reasoning goes back; `extra_content` stands on the tool calls."""
    prefill: Literal["", "prefix", "partial"] = ""
    """The field that marks an assistant message at the end as the beginning of the answer. Empty: there is none, and
    the message goes as it is."""
    images: bool = True
    documents: bool = False
    """Takes PDF as a `file` part."""
    cache_control: bool = False
    tool_ids: Literal["any", "alnum9", "short40"] = "any"
    required_tool_choice: bool = True
    """Takes `tool_choice: "required"` and a named function."""
    choice_without_thinking: bool = False
    """Takes a forced `tool_choice` only while thinking is switched off."""
    parallel_option: bool = True
    """Takes `parallel_tool_calls: false`."""
    text_tools: bool = False
    """May leave calls in the text that the model wrote there: what serves the model has no parser for its markup."""
    max_tools: int | None = None
    """How many function tools a request may offer; what is beyond is left out."""
    late_system: bool = False
    """Takes system messages in mid-conversation. Many chat templates refuse them: then they go as marked user text."""
    user_after_tool: bool = True
    """Takes a user message directly after a tool result."""
    sampling: bool = True
    """Takes `temperature` and `top_p`; reasoning models often don't."""
    top_k: bool = False
    stop: bool = True
    """Takes `stop`, up to four sequences."""
    json_schema: bool = True
    """Takes `response_format: {type: json_schema}`; else only `json_object`."""
    cache_key: bool = False
    """Takes `prompt_cache_key`, by which requests of one session find their cached prefix."""
    search_fields: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What a request gets when the client offers web search; `tools` in it are added to the tools."""
    fields: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What every request carries beside the usual."""
    min_output: int = 1
    """The least number of output tokens that may be asked for."""
    max_output: int | None = None


EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""All words of `reasoning_effort` that vendors know, weakest first."""


def nearest_effort(vendor: Vendor, wanted: str) -> str | None:
    """Return the vendor's word for the wanted effort: the same, else the next stronger, else the strongest it has.

    None if the vendor takes no effort or `wanted` is not in `EFFORTS`. `none` only ever stands for `none`.
    """
    if wanted not in EFFORTS:
        return None
    if wanted == "none":
        return "none" if "none" in vendor.efforts else None
    usable = [effort for effort in vendor.efforts if effort != "none"]
    stronger = (effort for effort in usable if _strength(effort) >= _strength(wanted))
    return next(stronger, usable[-1] if usable else None)


def _strength(effort: str) -> int:
    """Groq's Qwen knows only `none` and `default`: https://console.groq.com/docs/reasoning"""
    return EFFORTS.index("medium" if effort == "default" else effort)
