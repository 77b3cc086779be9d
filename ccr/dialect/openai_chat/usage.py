"""Usage in chat completions: where each vendor puts it and what it calls cached tokens."""

from collections.abc import Mapping
from typing import Any

from ccr.core.usage import Usage, split_prompt


def find_usage(chunk: Mapping[str, Any]) -> Usage | None:
    """Return the usage that a chunk or a whole reply tells, wherever the vendor put it, or None."""
    groq = chunk.get("x_groq")
    choices = chunk.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    # Groq: x_groq.usage in the last chunk. Kimi: choices[0].usage.
    for holder in (chunk, groq, first):
        if isinstance(holder, dict) and isinstance(holder.get("usage"), dict):
            return read_usage(holder["usage"])
    return None


def read_usage(usage: Mapping[str, Any]) -> Usage:
    """Return OpenAI's figures in Anthropic's sense. Missing ones are 0.

    Cached tokens: prompt_tokens_details.cached_tokens (OpenAI), prompt_cache_hit_tokens (DeepSeek), cached_tokens
    (Kimi), cache_read_input_tokens (proxies in front of Claude).
    """
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    details = details if isinstance(details, dict) else {}
    out = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    out = out if isinstance(out, dict) else {}
    cached = _first(
        details.get("cached_tokens"),
        usage.get("prompt_cache_hit_tokens"),
        usage.get("cached_tokens"),
        usage.get("cache_read_input_tokens"),
    )
    written = _first(details.get("cache_write_tokens"), usage.get("cache_creation_input_tokens"))
    prompt = _first(usage.get("prompt_tokens"), usage.get("input_tokens"))
    fresh, read, write = split_prompt(prompt, cached, written)
    reasoning = _first(out.get("reasoning_tokens"), usage.get("reasoning_tokens"))
    output = _first(usage.get("completion_tokens"), usage.get("output_tokens"))
    if prompt and not output:
        output = max(0, _first(usage.get("total_tokens")) - prompt)
    return Usage(input=fresh, output=output, cache_read=read, cache_write=write, reasoning=reasoning)


def _first(*values: Any) -> int:
    """Return the first positive number, else 0."""
    return next((int(v) for v in values if isinstance(v, (int, float)) and v > 0), 0)
