"""A unified request to a Responses call: an allow-list of fields; what grows with the conversation comes last."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ccr.core.jsonio import dump
from ccr.core.known import once
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.base import Call, Target
from ccr.dialect.effort import effort_of
from ccr.dialect.openai_responses.history import encode_history
from ccr.dialect.openai_responses.vendor import gives_encrypted_reasoning, may_be_openai, takes_cache_key
from ccr.dialect.schema import is_strict, tool_schema
from ccr.dialect.tools import offered
from ccr.dialect.vendor import Vendor, nearest_effort

MIN_OUTPUT = 16
"""Least `max_output_tokens`: https://platform.openai.com/docs/api-reference/responses/create"""
MAX_TOOLS = 128
"""Tools of one request."""
KEY_LIMIT = 64
"""Characters of `prompt_cache_key` and `safety_identifier`."""

_TIERS = {"auto": "auto", "standard_only": "default"}
"""Anthropic's service tiers in OpenAI's words."""


def encode(request: Json, target: Target) -> Call:
    """Return the call for a unified request. `target.base_url` is the whole address."""
    vendor = target.vendor
    instructions, items = encode_history(request["messages"], target)
    body: Json = {"model": target.model, "stream": bool(request.get("stream")), "store": False}
    _limits(request, body, vendor)
    body.update(_reasoning(request, vendor))
    _sampling(request, body, vendor)
    _tools(request, body, vendor)
    if text := _text_format(request.get("response_format")):
        body["text"] = text
    _identity(request, body, target)
    if instructions := "\n\n".join(filter(None, (instructions, _search_rule(request, vendor)))):
        body["instructions"] = instructions
    # Last, so that the bytes of one turn begin with those of the turn before.
    body["input"] = items
    return Call(url=target.base_url, body=dump(body), auth=vendor.auth)


def _limits(request: Json, body: Json, vendor: Vendor) -> None:
    limit = request.get("max_tokens", request.get("max_completion_tokens"))
    if isinstance(limit, int) and limit > 0:
        # Claude Code probes a model with one token, which is refused here.
        wanted = max(limit, MIN_OUTPUT, vendor.min_output)
        body["max_output_tokens"] = min(wanted, vendor.max_output or wanted)


def _reasoning(request: Json, vendor: Vendor) -> Json:
    """https://platform.openai.com/docs/guides/reasoning"""
    if vendor.reasoning == "none" or not isinstance(request.get("reasoning"), dict):
        return {}
    reasoning: Json = request["reasoning"]
    if not reasoning.get("enabled"):
        # Who can't switch it off thinks as little as it can.
        effort = nearest_effort(vendor, "none") or nearest_effort(vendor, "minimal")
        return {"reasoning": {"effort": effort}} if effort else {}
    wanted = effort_of(reasoning)
    effort = nearest_effort(vendor, wanted) if wanted else None
    if effort == "minimal" and _web_search(request):
        # https://platform.openai.com/docs/guides/tools-web-search#limitations
        effort = nearest_effort(vendor, "low")
    return {"reasoning": {"effort": effort, "summary": "auto"} if effort else {"summary": "auto"}}


def _sampling(request: Json, body: Json, vendor: Vendor) -> None:
    """Reasoning models take these only while they don't reason; `stop` is not in the API at all."""
    if vendor.sampling or body.get("reasoning") == {"effort": "none"}:
        for field in ("temperature", "top_p"):
            if isinstance(request.get(field), (int, float)):
                body[field] = request[field]


def _tools(request: Json, body: Json, vendor: Vendor) -> None:
    limit = MAX_TOOLS if vendor.max_tools is None else vendor.max_tools
    tools = [once(t["function"], "responses", _function) for t in offered(request, limit)]
    choice = _tool_choice(request.get("tool_choice"), tools)
    search = _web_search(request)
    if search is not None:
        tools, choice = _with_search(search, tools, choice, request=request, vendor=vendor)
        body.update(_search_fields(search, vendor))
    if include := list(_include(vendor, searches=search is not None)):
        body["include"] = include
    if not tools:
        return
    body["tools"] = tools
    if choice is not None:
        body["tool_choice"] = choice
    if request.get("parallel_tool_calls") is False:
        body["parallel_tool_calls"] = False


def _with_search(
    search: Json, tools: list[Json], choice: Any, *, request: Json, vendor: Vendor
) -> tuple[list[Json], Any]:
    """Return (tools, tool_choice) with the web search among the tools."""
    if vendor.search_fields.get("plugins"):
        return tools, choice
    wanted = request.get("tool_choice")
    if isinstance(wanted, dict) and (wanted.get("function") or {}).get("name") == search.get("name"):
        # The API has no choice of this tool among others, so the others stay out of a request that forces it.
        return [_search_tool(search, vendor)], "required"
    return [*tools, _search_tool(search, vendor)], choice


def _search_fields(search: Json, vendor: Vendor) -> Json:
    if plugins := vendor.search_fields.get("plugins"):
        return {"plugins": plugins}
    uses = search.get("max_uses")
    return {"max_tool_calls": uses} if may_be_openai(vendor) and isinstance(uses, int) and uses > 0 else {}


def _function(function: Json) -> Json:
    found: Json = {"type": "function", "name": function["name"]}
    if function.get("description"):
        found["description"] = function["description"]
    return {**found, "parameters": tool_schema(function.get("parameters")), "strict": False}


def _web_search(request: Json) -> Json | None:
    """Return the client's web search tool, a server tool of Anthropic's, or None."""
    tools = (t for t in request.get("tools") or () if isinstance(t, dict))
    return next((t for t in tools if str(t.get("type", "")).startswith("web_search")), None)


def _search_tool(search: Json, vendor: Vendor) -> Json:
    """https://platform.openai.com/docs/guides/tools-web-search and https://docs.x.ai/docs/guides/tools/search-tools"""
    found: Json = {"type": "web_search"}
    if search.get("allowed_domains"):
        found["filters"] = {"allowed_domains": search["allowed_domains"]}
    elif search.get("blocked_domains") and vendor.name == "xai":
        found["filters"] = {"excluded_domains": search["blocked_domains"]}
    place = search.get("user_location")
    if isinstance(place, dict):
        fields = ("city", "country", "region", "timezone")
        found["user_location"] = {"type": "approximate", **{k: place[k] for k in fields if place.get(k)}}
    return found


def _search_rule(request: Json, vendor: Vendor) -> str:
    """Return the words that exclude domains where the tool has no field for them."""
    search = _web_search(request)
    domains = [d for d in (search or {}).get("blocked_domains") or () if isinstance(d, str)]
    if not domains or vendor.name == "xai":
        return ""
    return f"Do not use web pages of these domains: {', '.join(domains)}."


def _include(vendor: Vendor, *, searches: bool) -> Iterable[str]:
    if gives_encrypted_reasoning(vendor):
        yield "reasoning.encrypted_content"
    if searches and vendor.name != "groq" and not vendor.search_fields.get("plugins"):
        yield "web_search_call.action.sources"


def _tool_choice(choice: Any, tools: list[Json]) -> Any:
    if isinstance(choice, str):
        return choice if choice in ("auto", "none", "required") else None
    if not isinstance(choice, dict):
        return None
    name = wire_name(str((choice.get("function") or {}).get("name", "")))
    return {"type": "function", "name": name} if any(t["name"] == name for t in tools) else None


def _text_format(wanted: Any) -> Json | None:
    """https://platform.openai.com/docs/guides/structured-outputs?api-mode=responses"""
    if not isinstance(wanted, dict):
        return None
    if wanted.get("type") == "json_object":
        return {"format": {"type": "json_object"}}
    given = wanted.get("json_schema")
    if wanted.get("type") != "json_schema" or not isinstance(given, dict) or not isinstance(given.get("schema"), dict):
        return None
    schema = {k: v for k, v in given["schema"].items() if k != "$schema"}
    strict = bool(given.get("strict")) and is_strict(schema)
    name = wire_name(str(given.get("name") or "output"))
    return {"format": {"type": "json_schema", "name": name, "schema": schema, "strict": strict}}


def _identity(request: Json, body: Json, target: Target) -> None:
    """Who asks, for the prompt cache and for OpenAI's abuse checks; never the client's own id in clear."""
    vendor = target.vendor
    if target.session and takes_cache_key(vendor):
        body["prompt_cache_key"] = target.session if len(target.session) <= KEY_LIMIT else _digest(target.session)
    if not may_be_openai(vendor):
        return
    metadata = (request.get("anthropic") or {}).get("metadata")
    user = request.get("user") or (metadata.get("user_id") if isinstance(metadata, dict) else None)
    if isinstance(user, str) and user:
        body["safety_identifier"] = _digest(user)
    tier = request.get("service_tier")
    if isinstance(tier, str):
        body["service_tier"] = _TIERS.get(tier, tier)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
