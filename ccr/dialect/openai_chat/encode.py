"""A unified request to a chat-completions call: an allow-list of fields, in the words of the vendor."""

from collections.abc import Callable, Mapping
from typing import Any

from ccr.core.jsonio import dump, dump_text
from ccr.core.known import once, packed
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.base import Call, Target
from ccr.dialect.effort import effort_of
from ccr.dialect.openai_chat.messages import encode_messages
from ccr.dialect.openai_chat.search import searches
from ccr.dialect.schema import is_strict, tool_schema
from ccr.dialect.tools import offered
from ccr.dialect.vendor import Vendor, nearest_effort

STOP_LIMIT = 4
"""Stop sequences. https://platform.openai.com/docs/api-reference/chat/create#chat-create-stop"""
ANTHROPIC_TIERS = ("auto", "standard_only")
"""Values of `service_tier` that mean nothing here."""


def encode(request: Json, target: Target) -> Call:
    """Return the call for a unified request. `target.base_url` is the whole address."""
    vendor = target.vendor
    wanted = _response_format(request.get("response_format"), vendor)
    messages = _with_system(request["messages"], _in_words(request, wanted))
    body: Json = {"model": target.model, "messages": list(map(packed, encode_messages(messages, target)))}
    body["stream"] = bool(request.get("stream"))
    if body["stream"] and vendor.usage_option:
        body["stream_options"] = {"include_usage": True}
    _limits(request, body, vendor)
    _sampling(request, body, vendor)
    _tools(request, body, vendor)
    if wanted:
        body["response_format"] = wanted
    body.update(reasoning_fields(_reasoning(request, body, vendor), vendor))
    _identity(request, body, target)
    body.update(vendor.fields)
    return Call(url=target.base_url, body=dump(body), auth=vendor.auth)


def _limits(request: Json, body: Json, vendor: Vendor) -> None:
    limit = request.get("max_tokens")
    if isinstance(limit, int) and limit > 0:
        # A probe of the client asks for one token, which several vendors refuse.
        wanted = max(limit, vendor.min_output)
        body[vendor.limit_field] = min(wanted, vendor.max_output or wanted)


def _sampling(request: Json, body: Json, vendor: Vendor) -> None:
    if vendor.sampling:
        for field in ("temperature", "top_p"):
            if isinstance(request.get(field), (int, float)):
                body[field] = request[field]
        if vendor.top_k and isinstance(request.get("top_k"), int):
            body["top_k"] = request["top_k"]
    stops = request.get("stop")
    stops = [stops] if isinstance(stops, str) else stops
    if stops and vendor.stop:
        body["stop"] = stops[:STOP_LIMIT]


def _tools(request: Json, body: Json, vendor: Vendor) -> None:
    tools = [once(tool["function"], "chat", _function) for tool in offered(request, vendor.max_tools)]
    if any(searches(tool) for tool in request.get("tools") or ()):
        search = vendor.search_fields
        tools += [dict(t) for t in search.get("tools", ())]
        body.update({k: v for k, v in search.items() if k != "tools"})
    if not tools:
        return
    body["tools"] = tools
    choice = _tool_choice(request.get("tool_choice"), tools, vendor)
    thinks = vendor.reasoning != "none" and (request.get("reasoning") or {}).get("enabled")
    if choice is not None and not (vendor.choice_without_thinking and thinks and choice not in ("auto", "none")):
        body["tool_choice"] = choice
    if request.get("parallel_tool_calls") is False and vendor.parallel_option:
        body["parallel_tool_calls"] = False


def _reasoning(request: Json, body: Json, vendor: Vendor) -> Json | None:
    """Return how much to think: not at all for a forced choice that goes only without, unless the client says more."""
    is_forced = body.get("tool_choice", "auto") not in ("auto", "none")
    wanted: Json | None = request.get("reasoning")
    return {"enabled": False} if wanted is None and is_forced and vendor.choice_without_thinking else wanted


def _function(function: Json) -> Json:
    return {"type": "function", "function": {**function, "parameters": tool_schema(function.get("parameters"))}}


def _tool_choice(choice: Any, tools: list[Json], vendor: Vendor) -> Any:
    if isinstance(choice, dict):
        name = wire_name(str((choice.get("function") or {}).get("name", "")))
        # A server tool that was left out can't be forced.
        known = any(tool.get("function", {}).get("name") == name for tool in tools)
        return {"type": "function", "function": {"name": name}} if known and vendor.required_tool_choice else None
    if choice == "required" and not vendor.required_tool_choice:
        return "auto"
    return choice if choice in ("auto", "none", "required") else None


def _response_format(wanted: Any, vendor: Vendor) -> Json | None:
    """https://platform.openai.com/docs/guides/structured-outputs?api-mode=chat"""
    if not isinstance(wanted, dict):
        return None
    given = wanted.get("json_schema")
    if wanted.get("type") != "json_schema" or not isinstance(given, dict) or not vendor.json_schema:
        return {"type": "json_object"}
    schema = {k: v for k, v in (given.get("schema") or {}).items() if k != "$schema"}
    strict = bool(given.get("strict")) and is_strict(schema)
    name = wire_name(str(given.get("name") or "output"))
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}


def _in_words(request: Json, sent: Json | None) -> str:
    """Return what the model must be told because the request has no field for it."""
    if sent != {"type": "json_object"}:
        return ""
    # OpenAI, DeepSeek and others refuse `json_object` unless the word JSON stands in the prompt.
    schema = (request["response_format"].get("json_schema") or {}).get("schema")
    return f"Answer with a JSON object{f' that fits this JSON Schema: {dump_text(schema)}' if schema else '.'}"


def _with_system(messages: list[Json], text: str) -> list[Json]:
    """Return the messages with a text behind the system prompt."""
    if not text:
        return messages
    place = next((n for n, m in enumerate(messages) if m.get("role") != "system"), len(messages))
    return [*messages[:place], {"role": "system", "content": text}, *messages[place:]]


def _identity(request: Json, body: Json, target: Target) -> None:
    """Fields that only the user's own configuration sets; the client's `metadata` never leaves."""
    if target.vendor.cache_key and target.session:
        body["prompt_cache_key"] = target.session
    if isinstance(request.get("user"), str):
        body["user"] = request["user"]
    if isinstance(request.get("service_tier"), str) and request["service_tier"] not in ANTHROPIC_TIERS:
        body["service_tier"] = request["service_tier"]


def reasoning_fields(reasoning: Json | None, vendor: Vendor) -> Json:
    """Return the vendor's fields for how much to think; empty where the client leaves it to the model.

    The styles are those of `Vendor.reasoning`.
    """
    style = _STYLES.get(vendor.reasoning) if reasoning else None
    return style(reasoning, vendor) if reasoning and style else {}


def _effort(reasoning: Json, vendor: Vendor) -> Json:
    effort = _wanted_effort(reasoning, vendor)
    return {"reasoning_effort": effort} if effort else {}


def _wanted_effort(reasoning: Json, vendor: Vendor) -> str | None:
    """Who can't switch thinking off thinks as little as it can."""
    wanted = effort_of(reasoning)
    return nearest_effort(vendor, wanted) or (nearest_effort(vendor, "minimal") if wanted == "none" else None)


def _object(reasoning: Json, vendor: Vendor) -> Json:
    """https://openrouter.ai/docs/use-cases/reasoning-tokens"""
    effort = _wanted_effort(reasoning, vendor)
    if effort == "none":
        return {"reasoning": {"enabled": False}}
    if reasoning.get("enabled") and isinstance(reasoning.get("max_tokens"), int):
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
    if not reasoning.get("enabled"):
        return {"thinking": {"type": "disabled"}}
    kind = {} if reasoning.get("adaptive") else {"type": "enabled"}
    thinking = {**kind, **vendor.thinking_fields}
    return {**({"thinking": thinking} if thinking else {}), **_effort(reasoning, vendor)}


def _think(reasoning: Json, vendor: Vendor) -> Json:
    return {} if reasoning.get("adaptive") else {"think": bool(reasoning.get("enabled"))}


_STYLES: Mapping[str, Callable[[Json, Vendor], Json]] = {
    "effort": _effort,
    "object": _object,
    "enable_thinking": _switch,
    "thinking": _thinking,
    "think": _think,
}
