"""Usage in chat completions: where each vendor puts it and what it calls cached tokens."""

from collections.abc import Iterable, Mapping
from typing import Any

from ccr.core.event import UsageSeen
from ccr.core.usage import Usage, latest, split_prompt


class UsageWatch:
    """Reads the usage, and tells whether it came as the sum at the end of a stream."""

    def __init__(self) -> None:
        self.summed_up = False
        """The last chunk that said anything told the usage and nothing else, for the first time."""
        self._seen: Usage | None = None
        self._told: Usage | None = None
        self._running = False

    def read(self, chunk: Mapping[str, Any], *, content: bool) -> None:
        """Look for the usage in a chunk. `content` says whether the chunk had any."""
        usage = find_usage(chunk)
        if usage is not None:
            self._running = self._running or content
            self.summed_up = usage.output > 0 and not self._running
            self._seen = latest(self._seen, usage)
        elif content:
            self.summed_up = False

    def news(self) -> Iterable[UsageSeen]:
        """Return the latest usage unless it has been told."""
        if self._seen is None or self._seen == self._told:
            return ()
        self._told = self._seen
        return [UsageSeen(self._seen)]


def find_usage(chunk: Mapping[str, Any]) -> Usage | None:
    """Return the usage that a chunk or a whole reply tells, wherever the vendor put it, or None."""
    usage = next((found for found in _places(chunk) if found and isinstance(found, dict)), None)
    if usage is not None:
        return read_usage(usage)
    timings = chunk.get("timings")
    return _timed(timings) if isinstance(timings, dict) else None


def read_usage(usage: Mapping[str, Any]) -> Usage:
    """Return OpenAI's figures in Anthropic's sense. Missing ones are 0.

    Cached tokens: prompt_tokens_details.cached_tokens (OpenAI), prompt_cache_hit_tokens (DeepSeek), cached_tokens
    (Kimi, Together), num_cached_tokens (Mistral), cache_read_input_tokens (proxies in front of Claude). Stored ones:
    cache_write_tokens (OpenRouter), cache_creation_input_tokens (DashScope), cache_creation_tokens (LiteLLM).
    """
    details = _inner(usage, "prompt_tokens_details", "input_tokens_details", "prompt_token_details")
    cached = _first(
        details.get("cached_tokens"),
        usage.get("prompt_cache_hit_tokens"),
        usage.get("cached_tokens"),
        usage.get("num_cached_tokens"),
        usage.get("cache_read_input_tokens"),
    )
    written = _first(
        details.get("cache_write_tokens"),
        details.get("cache_creation_input_tokens"),
        details.get("cache_creation_tokens"),
        usage.get("cache_creation_input_tokens"),
    )
    hit_and_miss = _first(usage.get("prompt_cache_hit_tokens")) + _first(usage.get("prompt_cache_miss_tokens"))
    prompt = _first(usage.get("prompt_tokens"), usage.get("input_tokens"), hit_and_miss)
    fresh, read, write = split_prompt(prompt, cached, written)
    out = _inner(usage, "completion_tokens_details", "output_tokens_details")
    reasoning = _first(out.get("reasoning_tokens"), usage.get("reasoning_tokens"))
    return Usage(
        input=fresh,
        output=_output(usage, prompt, reasoning),
        cache_read=read,
        cache_write=write,
        reasoning=reasoning,
        searches=_searches(usage),
        cost=_cost(usage),
    )


def _places(chunk: Mapping[str, Any]) -> Iterable[Any]:
    """Groq: x_groq.usage in the last chunk. Kimi: choices[0].usage."""
    yield chunk.get("usage")
    groq = chunk.get("x_groq")
    if isinstance(groq, dict):
        yield groq.get("usage")
    choices = chunk.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            yield choice.get("usage")


def _output(usage: Mapping[str, Any], prompt: int, reasoning: int) -> int:
    """Return the completion tokens with the reasoning in them, which xAI counts only in the total.

    https://docs.x.ai/docs/key-information/consumption-and-rate-limits
    """
    output = _first(usage.get("completion_tokens"), usage.get("output_tokens"))
    missing = _first(usage.get("total_tokens")) - prompt - output
    if missing > 0 and (missing == reasoning or not output):
        return output + missing
    return output


def _searches(usage: Mapping[str, Any]) -> int:
    """Searches that the vendor ran: OpenRouter, Anthropic's own field, Perplexity."""
    details = _inner(usage, "server_tool_use_details", "server_tool_use")
    return _first(details.get("web_search_requests"), usage.get("num_search_queries"))


def _cost(usage: Mapping[str, Any]) -> float:
    """What OpenRouter charged; with a key of the user's own at a vendor, what that vendor charged comes on top.

    https://openrouter.ai/docs/use-cases/usage-accounting
    """
    details = _inner(usage, "cost_details")
    upstream = details.get("upstream_inference_cost") if usage.get("is_byok") is True else 0
    return _dollars(usage.get("cost")) + _dollars(upstream)


def _dollars(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < float("inf") else 0.0


def _timed(timings: Mapping[str, Any]) -> Usage | None:
    """llama.cpp tells its counts beside the time they took, also without `stream_options`.

    https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    """
    cached = _first(timings.get("cache_n"))
    fresh, output = _first(timings.get("prompt_n")), _first(timings.get("predicted_n"))
    return Usage(input=fresh, output=output, cache_read=cached) if fresh or cached else None


def _inner(usage: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    return next((found for name in names if isinstance(found := usage.get(name), Mapping)), {})


def _first(*values: Any) -> int:
    """Return the first positive number, else 0."""
    return next((int(v) for v in values if isinstance(v, (int, float)) and 0 < v < 1e15 and v is not True), 0)
