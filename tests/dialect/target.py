"""Targets by address and model, as the router makes them, and unified requests from Messages bodies."""

import json
from typing import Any

from ccr.anthropic.unify import unify
from ccr.core.seal import seal
from ccr.dialect.base import Dialect, Target
from ccr.dialect.vendor_table import find, for_model

Json = dict[str, Any]
PROVIDER = "p"

HOSTS = {
    "openai": "https://api.openai.com/v1/responses",
    "local": "http://127.0.0.1:8000/v1/responses",
    "groq": "https://api.groq.com/openai/v1/responses",
    "xai": "https://api.x.ai/v1/responses",
    "openrouter": "https://openrouter.ai/api/v1/responses",
    "anthropic": "https://api.anthropic.com/v1/messages",
    "vertex": "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic",
    "deepseek": "https://api.deepseek.com/anthropic/v1/messages",
    "kimi": "https://api.moonshot.ai/anthropic/v1/messages",
    "glm": "https://api.z.ai/api/anthropic/v1/messages",
    "gateway": "https://gateway.example/v1/messages",
}


def target(host: str, model: str, **fields: Any) -> Target:
    """Return the target for a model at one of the `HOSTS`."""
    url = HOSTS[host]
    return Target(PROVIDER, model, url, for_model(find(url), model), **fields)


def body_of(dialect: Dialect, at: Target, request: Json) -> Json:
    """Return the body that is sent for a unified request."""
    found: Json = json.loads(dialect.encode(request, at).body)
    return found


def request(*messages: Json, **fields: Any) -> Json:
    """Return the unified request for messages of a client."""
    given = list(messages) or [user("hi")]
    return unify({"model": "claude-x", "max_tokens": 1000, "stream": True, "messages": given, **fields})


def user(*blocks: Any) -> Json:
    """Return a user's message; a string is text."""
    return {"role": "user", "content": [{"type": "text", "text": b} if isinstance(b, str) else b for b in blocks]}


def assistant(*blocks: Any) -> Json:
    """Return an assistant's message; a string is text."""
    return {**user(*blocks), "role": "assistant"}


def system(text: str) -> Json:
    """Return a system message within the conversation."""
    return {"role": "system", "content": text}


def use(call: str = "toolu_1", name: str = "Bash", **given: Any) -> Json:
    """Return a tool call."""
    return {"type": "tool_use", "id": call, "name": name, "input": given}


def result(call: str = "toolu_1", content: Any = "ok", **fields: Any) -> Json:
    """Return the result of a call."""
    return {"type": "tool_result", "tool_use_id": call, "content": content, **fields}


def thinking(signature: str, text: str = "hm") -> Json:
    """Return a thinking block."""
    return {"type": "thinking", "thinking": text, "signature": signature}


def sealed(payload: str, model: str, provider: str = PROVIDER) -> str:
    """Return a signature of the router's own."""
    return seal(provider, model, payload)


def tool(name: str = "Bash", **fields: Any) -> Json:
    """Return one of the client's tools."""
    schema = {"type": "object", "properties": {"command": {"type": "string"}}}
    return {"name": name, "description": "Runs.", "input_schema": schema, **fields}


def search(**fields: Any) -> Json:
    """Return Claude Code's web search."""
    return {"type": "web_search_20250305", "name": "web_search", **fields}


IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
PDF = {
    "type": "document",
    "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
    "title": "a.pdf",
}
