"""A unified request to a Messages call. Anthropic gets back all that the client sent, imitators an allow-list."""

from collections.abc import Iterable, Iterator

from ccr.core.jsonio import dump
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.anthropic.block import marked, tool_name
from ccr.dialect.anthropic.claude import EFFORTS, Claude, is_claude, on_vertex, read_model
from ccr.dialect.anthropic.history import encode_system, encode_turns
from ccr.dialect.anthropic.thinking import may_think, own_thought, thinking_field
from ccr.dialect.base import Auth, Call, Target
from ccr.dialect.tools import function_tools
from ccr.dialect.turn import thoughts_of

VERSION = "2023-06-01"
"""https://docs.claude.com/en/api/versioning"""
DEFAULT_MAX_TOKENS = 8192
"""`max_tokens` is required here, but not everywhere where a request may come from."""
CACHE_MARKS = 4
"""https://docs.claude.com/en/docs/build-with-claude/prompt-caching"""

_HANDLED = frozenset({"thinking", "output_config", "output_format", "metadata", "betas"})
# Imitators that document `output_config.effort`: https://api-docs.deepseek.com/guides/anthropic_api
_EFFORT_TAKERS = ("deepseek", "kimi")
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def encode(request: Json, target: Target) -> Call:
    """Return the call for a unified request. `target.base_url` is the whole address."""
    headers = {"anthropic-version": VERSION}
    betas = (request.get("anthropic") or {}).get("betas")
    if isinstance(betas, list) and betas and is_claude(target):
        headers["anthropic-beta"] = ",".join(str(beta) for beta in betas)
    return Call(url=target.base_url, body=dump(messages_body(request, target)), auth=_auth(target), headers=headers)


def messages_body(request: Json, target: Target) -> Json:
    """Return the body. Vertex moves `model` into the address and adds `anthropic_version`."""
    model = read_model(target.model) if is_claude(target) else None
    given: Json = request.get("anthropic") or {}
    system, rest = encode_system(request["messages"])
    limit = request.get("max_tokens")
    max_tokens = limit if isinstance(limit, int) and limit > 0 else DEFAULT_MAX_TOKENS
    if target.vendor.max_output:
        max_tokens = min(max_tokens, target.vendor.max_output)
    body: Json = {"model": target.model, "max_tokens": max_tokens, "stream": bool(request.get("stream"))}
    _tools(request, body, target)
    thinking = thinking_field(request, max_tokens=max_tokens, model=model, target=target)
    pad = thinking is None or thinking["type"] != "disabled"
    turns = encode_turns(rest, _client_names(request), pad=pad, target=target)
    if thinking is not None and _usable(thinking, turns, body, request, target):
        body["thinking"] = thinking
    _sampling(request, body, model, target)
    _output_config(request, body, model, target)
    _identity(request, body, target)
    if is_claude(target) and not on_vertex(target):
        body.update({key: value for key, value in given.items() if key not in _HANDLED})
    if system:
        body["system"] = system
    # Last, so that the bytes of one turn begin with those of the turn before.
    body["messages"] = turns
    _limit_marks(body, target)
    return body


def _auth(target: Target) -> Auth:
    if target.options.get("UseBearer"):
        return "bearer"
    return "x-api-key" if target.vendor.name in ("unknown", "local") else target.vendor.auth


def _usable(thinking: Json, turns: list[Json], body: Json, request: Json, target: Target) -> bool:
    """Tell whether this request may think at all."""
    if not is_claude(target):
        return True
    if thinking["type"] == "enabled" and body.get("tool_choice", {}).get("type") in ("any", "tool"):
        # "Thinking may not be enabled when tool_choice forces tool use", unless it is adaptive.
        return False
    last: Json = next((m for m in reversed(request["messages"]) if m.get("role") == "assistant"), {})
    dropped = any(own_thought(block, target) is None for block in thoughts_of(last))
    return may_think(turns, thinking=thinking, dropped=dropped)


def _tools(request: Json, body: Json, target: Target) -> None:
    tools = list(_offered(request, target))
    if not tools:
        return
    body["tools"] = tools
    choice = _tool_choice(request, {str(t.get("name")) for t in tools}, target)
    if choice is not None:
        body["tool_choice"] = choice


def _offered(request: Json, target: Target) -> Iterator[Json]:
    tools = [t for t in request.get("tools") or () if isinstance(t, dict)]
    if is_claude(target) and not on_vertex(target):
        yield from (_with_all(tool, target) for tool in tools)
        return
    marks = {wire_name(str(t["function"].get("name"))): t for t in tools if isinstance(t.get("function"), dict)}
    for found in function_tools(tools, request["messages"]):
        name = found["function"]["name"]
        yield marked(_custom(found["function"], name), marks.get(name, {}))
    if on_vertex(target) or target.vendor.name in ("unknown", "local"):
        # Without it a search would be answered from memory; who does not know it says so.
        yield from (t for t in tools if str(t.get("type", "")).startswith("web_search"))


def _with_all(tool: Json, target: Target) -> Json:
    """Return a tool with all that the client said of it; server tools are theirs to know."""
    function = tool.get("function")
    if not isinstance(function, dict):
        return tool
    rest = {k: v for k, v in tool.items() if k not in ("type", "function")}
    return {**_custom(function, tool_name(str(function.get("name", "")), target)), **rest}


def _custom(function: Json, name: str) -> Json:
    schema = function.get("parameters")
    found: Json = {"name": name}
    if function.get("description"):
        found["description"] = function["description"]
    # "input_schema.type: Field required"
    found["input_schema"] = {"type": "object", **schema} if isinstance(schema, dict) else {"type": "object"}
    return found


def _tool_choice(request: Json, names: set[str], target: Target) -> Json | None:
    choice, found = request.get("tool_choice"), None
    if isinstance(choice, dict):
        name = tool_name(str((choice.get("function") or {}).get("name", "")), target)
        found = {"type": "tool", "name": name} if name in names else None
    elif isinstance(choice, str) and choice in _CHOICES:
        found = {"type": _CHOICES[choice]}
    if request.get("parallel_tool_calls") is False and (found is None or found["type"] != "none"):
        return {**(found or {"type": "auto"}), "disable_parallel_tool_use": True}
    return found


def _client_names(request: Json) -> frozenset[str]:
    holders = (t.get("function") or t for t in request.get("tools") or () if isinstance(t, dict))
    return frozenset(str(h.get("name", "")) for h in holders)


def _sampling(request: Json, body: Json, model: Claude | None, target: Target) -> None:
    """While Claude thinks, `temperature` and `top_k` are fixed; `temperature` and `top_p` exclude each other."""
    if request.get("stop"):
        body["stop_sequences"] = request["stop"]
    if not target.vendor.sampling or (model is not None and not model.takes_sampling):
        return
    thinks = is_claude(target) and body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    fields = () if thinks else ("temperature", "top_p", "top_k")
    for field in fields:
        if isinstance(request.get(field), (int, float)):
            body[field] = request[field]
    if is_claude(target) and "temperature" in body:
        body.pop("top_p", None)


def _output_config(request: Json, body: Json, model: Claude | None, target: Target) -> None:
    """Effort and the format of the answer, where they are known."""
    config: Json = {}
    effort = _effort(request, model, target)
    if effort:
        config["effort"] = effort
    wanted = request.get("response_format") or {}
    if is_claude(target) and wanted.get("type") == "json_schema" and (model is None or model.takes_format):
        config["format"] = {"type": "json_schema", "schema": (wanted.get("json_schema") or {}).get("schema") or {}}
    if config:
        body["output_config"] = config


def _effort(request: Json, model: Claude | None, target: Target) -> str | None:
    reasoning = request.get("reasoning")
    wanted = reasoning.get("effort") if isinstance(reasoning, dict) else None
    if wanted == "minimal":
        wanted = "low"
    if wanted not in EFFORTS:
        return None
    if not is_claude(target):
        return str(wanted) if target.vendor.name.startswith(_EFFORT_TAKERS) else None
    usable = EFFORTS if model is None else model.efforts
    weaker = [effort for effort in usable if EFFORTS.index(effort) <= EFFORTS.index(wanted)]
    return weaker[-1] if weaker else None


def _identity(request: Json, body: Json, target: Target) -> None:
    metadata = (request.get("anthropic") or {}).get("metadata")
    if is_claude(target) and isinstance(metadata, dict):
        body["metadata"] = metadata
    elif is_claude(target) and isinstance(request.get("user"), str):
        body["metadata"] = {"user_id": request["user"]}
    tier = request.get("service_tier")
    if tier in ("auto", "standard_only") and is_claude(target) and not on_vertex(target):
        body["service_tier"] = tier


def _limit_marks(body: Json, target: Target) -> None:
    """Keep the last cache marks, as many as there may be, and none for who does not know them."""
    blocks = list(_marked(body))
    kept = CACHE_MARKS if is_claude(target) or target.vendor.cache_control else 0
    for block in blocks[: max(0, len(blocks) - kept)]:
        del block["cache_control"]
    if on_vertex(target):
        for block in blocks[-kept:]:
            # `scope` needs a beta header.
            mark = block["cache_control"]
            block["cache_control"] = {k: mark[k] for k in ("type", "ttl") if k in mark}


def _marked(body: Json) -> Iterable[Json]:
    """Copy what may be changed, and return the blocks with a mark in the order in which they count."""
    for field in ("tools", "system"):
        if isinstance(body.get(field), list):
            body[field] = [dict(block) for block in body[field]]
            yield from (block for block in body[field] if "cache_control" in block)
    for turn in body["messages"]:
        turn["content"] = [_copied(block) for block in turn["content"]]
        for block in turn["content"]:
            inner = block.get("content") if block.get("type") == "tool_result" else None
            yield from (b for b in inner or () if isinstance(b, dict) and "cache_control" in b)
            if "cache_control" in block:
                yield block


def _copied(block: Json) -> Json:
    found = dict(block)
    if found.get("type") == "tool_result" and isinstance(found.get("content"), list):
        found["content"] = [dict(b) if isinstance(b, dict) else b for b in found["content"]]
    return found
