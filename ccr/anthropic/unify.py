"""Messages body -> unified request, without loss: what only Anthropic knows stays on the parts or in `anthropic`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccr.core.jsonio import dump_text
from ccr.core.known import akin, once
from ccr.core.unified import Json

_COPIED = ("model", "max_tokens", "temperature", "top_p", "top_k", "service_tier")
_KNOWN = frozenset((*_COPIED, "messages", "system", "tools", "tool_choice", "stop_sequences", "stream"))

EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max")


def unify(body: Mapping[str, Any]) -> Json:
    """Return the unified request (`ccr.core.unified.Unified`) for a Messages body. The body is not changed.

    Messages and tools that are known stay so: what is in `messages` and `tools` is not to be changed.
    """
    request: Json = {key: body[key] for key in _COPIED if body.get(key) is not None}
    request["stream"] = body.get("stream") in (True, "true", "True")
    request["messages"] = [*_system(body.get("system")), *_messages(_list(body.get("messages")))]
    if stops := [s for s in _list(body.get("stop_sequences")) if isinstance(s, str) and s]:
        request["stop"] = stops
    if tools := [once(t, "unified", _tool) for t in _list(body.get("tools")) if isinstance(t, dict)]:
        request["tools"] = tools
    _tool_choice(body.get("tool_choice"), request)
    _thinking(body, request)
    if extra := {key: value for key, value in body.items() if key not in _KNOWN}:
        request["anthropic"] = extra
    return request


def _system(system: Any) -> Iterable[Json]:
    if isinstance(system, str) and system:
        yield {"role": "system", "content": system}
    elif isinstance(system, list) and (parts := [_part(p) for p in _blocks(system)]):
        yield {"role": "system", "content": parts}


def _messages(messages: Iterable[Any]) -> Iterable[Json]:
    for message in messages:
        if isinstance(message, dict):
            yield from once(message, "unified", _message)


def _message(message: Json) -> list[Json]:
    role, content = message.get("role"), message.get("content")
    content = [content] if isinstance(content, dict) else content
    if role == "assistant":
        found = [_assistant(content)]
    elif role == "system":
        found = [{"role": "system", "content": content if isinstance(content, str) else _parts(content)}]
    elif isinstance(content, list):
        found = list(_user(content))
    else:
        found = [{"role": "user", "content": content if isinstance(content, str) else ""}]
    return [akin(one, message) for one in found]


def _user(content: list[Any]) -> Iterable[Json]:
    blocks = _blocks(content)
    yield from (_tool_result(b) for b in blocks if b.get("type") == "tool_result")
    rest = [_part(b) for b in blocks if b.get("type") != "tool_result"]
    if rest or not blocks:
        yield {"role": "user", "content": rest}


def _tool_result(block: Json) -> Json:
    content = block.get("content")
    message: Json = {
        "role": "tool",
        "tool_call_id": str(block.get("tool_use_id", "")),
        "content": content if isinstance(content, str) else _parts(content),
    }
    if block.get("is_error"):
        message["is_error"] = True
    if block.get("cache_control"):
        message["cache_control"] = block["cache_control"]
    return message


def _assistant(content: Any) -> Json:
    if not isinstance(content, list):
        return {"role": "assistant", "content": content if isinstance(content, str) else ""}
    found: dict[str, list[Json]] = {"thinking": [], "part": [], "tool": []}
    order: list[str] = []
    for block in _blocks(content):
        kind = _kind(block)
        order.append(kind)
        found[kind].append(block)
    message: Json = {"role": "assistant", "content": [_part(b) for b in found["part"]]}
    if calls := [_tool_call(b) for b in found["tool"]]:
        message["tool_calls"] = calls
    if found["thinking"]:
        message["thinking"] = thought(found["thinking"])
    if order != [kind for kind, blocks in found.items() for _ in blocks]:
        message["order"] = order
    return message


def _kind(block: Json) -> str:
    kind = block.get("type")
    if kind in ("thinking", "redacted_thinking"):
        return "thinking"
    return "tool" if kind == "tool_use" else "part"


def thought(blocks: Sequence[Json]) -> Json:
    """Return the `thinking` of a unified message for an assistant turn's thinking blocks."""
    texts = [b["thinking"] for b in blocks if isinstance(b.get("thinking"), str)]
    signatures = [b["signature"] for b in blocks if isinstance(b.get("signature"), str)]
    return {"content": "\n".join(filter(None, texts)), "signature": (signatures or [""])[-1], "blocks": list(blocks)}


def _tool_call(block: Json) -> Json:
    given = block.get("input")
    call: Json = {
        "id": str(block.get("id", "")),
        "type": "function",
        "function": {
            "name": str(block.get("name", "")),
            "arguments": given if isinstance(given, str) else dump_text({} if given is None else given),
        },
    }
    call.update({field: block[field] for field in ("cache_control", "caller") if block.get(field)})
    return call


def _parts(content: Any) -> list[Json]:
    return [_part(b) for b in _blocks(content)]


def _blocks(content: Any) -> list[Json]:
    """Return content blocks as dicts; a bare string in a list is text, anything else is passed over."""
    blocks = _list(content)
    return [{"type": "text", "text": b} if isinstance(b, str) else b for b in blocks if isinstance(b, (dict, str))]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _part(block: Json) -> Json:
    """An image becomes an OpenAI image part; every other block is a part as it is."""
    source = block.get("source")
    if block.get("type") != "image" or not isinstance(source, dict):
        return block
    if source.get("type") == "base64":
        media_type, data = str(source.get("media_type") or "image/png"), str(source.get("data") or "")
        # Some clients put a whole data URL where only its data belongs.
        url = data if data.startswith("data:") else f"data:{media_type};base64,{data}"
        part: Json = {"type": "image_url", "image_url": {"url": url}, "media_type": media_type}
    elif source.get("type") == "url":
        part = {"type": "image_url", "image_url": {"url": str(source.get("url") or "")}}
    else:
        return block
    if block.get("cache_control"):
        part["cache_control"] = block["cache_control"]
    return part


def _tool(tool: Json) -> Json:
    kind = tool.get("type")
    if kind not in (None, "custom") and "input_schema" not in tool:
        return tool
    schema = tool.get("input_schema")
    function: Json = {"name": str(tool.get("name", ""))}
    if isinstance(tool.get("description"), str):
        function["description"] = tool["description"]
    function["parameters"] = schema if isinstance(schema, dict) and schema else {"type": "object", "properties": {}}
    rest = {k: v for k, v in tool.items() if k not in ("type", "name", "description", "input_schema")}
    return {"type": "function", "function": akin(function, tool), **rest}


def _tool_choice(choice: Any, request: Json) -> None:
    if not isinstance(choice, dict):
        return
    kind = choice.get("type")
    if kind == "tool":
        request["tool_choice"] = {"type": "function", "function": {"name": str(choice.get("name", ""))}}
    elif kind in ("auto", "any", "none"):
        request["tool_choice"] = "required" if kind == "any" else kind
    if choice.get("disable_parallel_tool_use"):
        request["parallel_tool_calls"] = False


def _thinking(body: Mapping[str, Any], request: Json) -> None:
    """`thinking` and `output_config` -> `reasoning` and `response_format`."""
    thinking, output = body.get("thinking"), body.get("output_config")
    reasoning: Json = {}
    if isinstance(thinking, dict):
        reasoning["enabled"] = thinking.get("type") in ("enabled", "adaptive")
        if thinking.get("type") == "adaptive":
            reasoning["adaptive"] = True
        budget = thinking.get("budget_tokens")
        if isinstance(budget, int) and not isinstance(budget, bool) and budget > 0:
            reasoning["max_tokens"] = budget
    if isinstance(output, dict):
        if output.get("effort") in EFFORTS:
            reasoning.setdefault("enabled", True)
            reasoning["effort"] = output["effort"]
        _output_format(output.get("format"), request)
    _output_format(body.get("output_format"), request)
    if reasoning:
        request["reasoning"] = reasoning


def _output_format(wanted: Any, request: Json) -> None:
    if isinstance(wanted, dict) and wanted.get("type") == "json_schema" and isinstance(wanted.get("schema"), dict):
        schema = {"name": str(wanted.get("name") or "output"), "schema": wanted["schema"], "strict": True}
        request["response_format"] = {"type": "json_schema", "json_schema": schema}
