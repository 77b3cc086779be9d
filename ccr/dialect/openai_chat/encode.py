"""A unified request to a chat-completions call: an allow-list of fields, in the words of the vendor."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ccr.core.jsonio import dump
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.base import Call, Target
from ccr.dialect.openai_chat.messages import encode_messages
from ccr.dialect.vendor import Vendor, nearest_effort

STOP_LIMIT = 4
"""Stop sequences. https://platform.openai.com/docs/api-reference/chat/create#chat-create-stop"""
BUDGETS = ((1024, "low"), (8192, "medium"))
"""Thinking budgets in tokens up to which an effort stands for them; above is `high`."""
PLACEHOLDER = "DeferredToolPlaceholder"
"""A tool without a schema by which Claude Code marks tools that it has not loaded."""


def encode(request: Json, target: Target) -> Call:
    """Return the call for a unified request. `target.base_url` is the whole address."""
    vendor = target.vendor
    body: Json = {"model": target.model, "messages": encode_messages(request["messages"], target)}
    body["stream"] = bool(request.get("stream"))
    if body["stream"] and vendor.usage_option:
        body["stream_options"] = {"include_usage": True}
    _limits(request, body, vendor)
    _sampling(request, body, vendor)
    _tools(request, body, vendor)
    if request.get("response_format"):
        body["response_format"] = request["response_format"] if vendor.json_schema else {"type": "json_object"}
    body.update(reasoning_fields(request.get("reasoning"), vendor))
    if vendor.cache_key and target.session:
        body["prompt_cache_key"] = target.session
    body.update(vendor.fields)
    return Call(url=target.base_url, body=dump(body), auth=vendor.auth)


def _limits(request: Json, body: Json, vendor: Vendor) -> None:
    limit = request.get("max_tokens")
    if isinstance(limit, int) and limit > 0:
        # A probe of the client asks for one token, which several vendors refuse.
        wanted = max(limit, vendor.min_output)
        body[vendor.limit_field] = min(wanted, vendor.max_output) if vendor.max_output else wanted


def _sampling(request: Json, body: Json, vendor: Vendor) -> None:
    if vendor.sampling:
        for field in ("temperature", "top_p"):
            if isinstance(request.get(field), (int, float)):
                body[field] = request[field]
        if vendor.top_k and isinstance(request.get("top_k"), int):
            body["top_k"] = request["top_k"]
    if request.get("stop") and vendor.stop:
        body["stop"] = request["stop"][:STOP_LIMIT]


def _tools(request: Json, body: Json, vendor: Vendor) -> None:
    offered = list(request.get("tools") or ())
    functions = list(function_tools(offered, request["messages"]))[: vendor.max_tools]
    if any(str(t.get("type")).startswith("web_search") for t in offered):
        search = vendor.search_fields
        functions += [dict(t) for t in search.get("tools", ())]
        body.update({k: v for k, v in search.items() if k != "tools"})
    if not functions:
        return
    body["tools"] = functions
    choice = _tool_choice(request.get("tool_choice"), functions, vendor)
    thinks = (request.get("reasoning") or {}).get("enabled", True)
    if choice is not None and not (vendor.choice_without_thinking and thinks and choice not in ("auto", "none")):
        body["tool_choice"] = choice
    if request.get("parallel_tool_calls") is False and vendor.parallel_option:
        body["parallel_tool_calls"] = False


def function_tools(tools: Iterable[Json], messages: Iterable[Json]) -> Iterable[Json]:
    """Return the function tools to offer.

    Tools that the client defers are offered once something in the conversation refers to them, as Anthropic's tool
    search does: https://docs.claude.com/en/docs/agents-and-tools/tool-use/tool-search-tool
    """
    tools = [t for t in tools if t.get("type") == "function"]
    deferred = any(t.get("defer_loading") for t in tools)
    known = _referenced(messages) if deferred else set()
    for tool in tools:
        function: Json = tool.get("function") or {}
        name = str(function.get("name", ""))
        if name == PLACEHOLDER or (tool.get("defer_loading") and name not in known):
            continue
        schema = {k: v for k, v in (function.get("parameters") or {}).items() if k != "$schema"}
        sent: Json = {"name": wire_name(name)}
        if function.get("description"):
            sent["description"] = function["description"]
        sent["parameters"] = schema or {"type": "object", "properties": {}}
        yield {"type": "function", "function": sent}


def _referenced(messages: Iterable[Json]) -> set[str]:
    """Return the names of tools that tool references or calls in the conversation mention."""
    found: set[str] = set()
    for message in messages:
        found.update(str(c["function"]["name"]) for c in message.get("tool_calls") or () if c.get("function"))
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if part.get("type") == "tool_reference":
                found.add(str(part.get("tool_name", "")))
    return found


def _tool_choice(choice: Any, functions: list[Json], vendor: Vendor) -> Any:
    if isinstance(choice, dict):
        name = wire_name(str((choice.get("function") or {}).get("name", "")))
        if not any(f.get("function", {}).get("name") == name for f in functions):
            return None
        return {"type": "function", "function": {"name": name}} if vendor.required_tool_choice else None
    if choice == "required" and not vendor.required_tool_choice:
        return "auto"
    return choice


def reasoning_fields(reasoning: Json | None, vendor: Vendor) -> Json:
    """Return the vendor's fields for how much to think; empty where the client leaves it to the model.

    The styles are those of `Vendor.reasoning`.
    """
    if not reasoning:
        return {}
    style = _STYLES.get(vendor.reasoning)
    return style(reasoning, vendor) if style else {}


def effort_of(reasoning: Json) -> str:
    """Return the effort that is asked for, in OpenAI's words; empty if the client left it open."""
    if not reasoning.get("enabled"):
        return "none"
    if isinstance(reasoning.get("effort"), str):
        return str(reasoning["effort"])
    budget = reasoning.get("max_tokens")
    if not isinstance(budget, int):
        return ""
    return next((effort for limit, effort in BUDGETS if budget <= limit), "high")


def _effort(reasoning: Json, vendor: Vendor) -> Json:
    effort = nearest_effort(vendor, effort_of(reasoning))
    return {"reasoning_effort": effort} if effort else {}


def _object(reasoning: Json, vendor: Vendor) -> Json:
    """https://openrouter.ai/docs/use-cases/reasoning-tokens"""
    effort = nearest_effort(vendor, effort_of(reasoning))
    if not reasoning.get("enabled"):
        return {"reasoning": {"enabled": False}}
    if isinstance(reasoning.get("max_tokens"), int):
        return {"reasoning": {"max_tokens": reasoning["max_tokens"]}}
    return {"reasoning": {"effort": effort} if effort else {"enabled": True}}


def _switch(reasoning: Json, vendor: Vendor) -> Json:
    """https://help.aliyun.com/zh/model-studio/deep-thinking"""
    if reasoning.get("adaptive"):
        return {}
    found: Json = {"enable_thinking": bool(reasoning.get("enabled"))}
    if found["enable_thinking"] and isinstance(reasoning.get("max_tokens"), int):
        found["thinking_budget"] = reasoning["max_tokens"]
    return found


def _thinking(reasoning: Json, vendor: Vendor) -> Json:
    """DeepSeek, GLM, Kimi and Doubao: https://api-docs.deepseek.com/guides/thinking_mode"""
    if reasoning.get("adaptive"):
        return {}
    kind = "enabled" if reasoning.get("enabled") else "disabled"
    return {"thinking": {"type": kind}, **(_effort(reasoning, vendor) if kind == "enabled" else {})}


def _think(reasoning: Json, vendor: Vendor) -> Json:
    return {} if reasoning.get("adaptive") else {"think": bool(reasoning.get("enabled"))}


_STYLES: Mapping[str, Callable[[Json, Vendor], Json]] = {
    "effort": _effort,
    "object": _object,
    "enable_thinking": _switch,
    "thinking": _thinking,
    "think": _think,
}
