"""What is sent to a vendor for a Messages body."""

import json
from typing import Any

from ccr.anthropic.unify import unify
from ccr.core.history import repaired
from ccr.core.seal import seal
from ccr.dialect.base import Target
from ccr.dialect.openai_chat import OpenAIChat
from ccr.dialect.vendor_table import find, for_model

Json = dict[str, Any]
PROVIDER = "p"

# One model a vendor, as users name them: what stands for the vendor where nothing else is said.
VENDORS: dict[str, tuple[str, str]] = {
    "openai": ("https://api.openai.com/v1/chat/completions", "gpt-4.1"),
    "azure": ("https://x.openai.azure.com/openai/deployments/d/chat/completions", "gpt-4.1"),
    "deepseek": ("https://api.deepseek.com/chat/completions", "deepseek-v4-pro"),
    "openrouter": ("https://openrouter.ai/api/v1/chat/completions", "anthropic/claude-sonnet-4.5"),
    "vercel": ("https://ai-gateway.vercel.sh/v1/chat/completions", "openai/gpt-4.1"),
    "groq": ("https://api.groq.com/openai/v1/chat/completions", "llama-3.3-70b-versatile"),
    "cerebras": ("https://api.cerebras.ai/v1/chat/completions", "qwen-3-coder-480b"),
    "mistral": ("https://api.mistral.ai/v1/chat/completions", "mistral-large-latest"),
    "xai": ("https://api.x.ai/v1/chat/completions", "grok-4"),
    "kimi": ("https://api.moonshot.ai/v1/chat/completions", "kimi-k2-thinking"),
    "glm": ("https://api.z.ai/api/paas/v4/chat/completions", "glm-4.6"),
    "qwen": ("https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions", "qwen3-max"),
    "modelscope": ("https://api-inference.modelscope.cn/v1/chat/completions", "Qwen/Qwen3-Coder-480B-A35B-Instruct"),
    "siliconflow": ("https://api.siliconflow.cn/v1/chat/completions", "moonshotai/Kimi-K2-Instruct"),
    "volcengine": ("https://ark.cn-beijing.volces.com/api/v3/chat/completions", "doubao-seed-1-6"),
    "together": ("https://api.together.xyz/v1/chat/completions", "Qwen/Qwen3-Coder"),
    "fireworks": ("https://api.fireworks.ai/inference/v1/chat/completions", "accounts/fireworks/models/glm-4p6"),
    "nvidia": ("https://integrate.api.nvidia.com/v1/chat/completions", "qwen/qwen3-coder"),
    "minimax": ("https://api.minimax.io/v1/chat/completions", "MiniMax-M2"),
    "perplexity": ("https://api.perplexity.ai/chat/completions", "sonar"),
    "huggingface": ("https://router.huggingface.co/v1/chat/completions", "Qwen/Qwen3-Coder"),
    "ollama": ("http://localhost:11434/v1/chat/completions", "qwen3"),
    "lmstudio": ("http://localhost:1234/v1/chat/completions", "qwen3"),
    "local": ("http://127.0.0.1:8000/v1/chat/completions", "qwen3"),
    "unknown": ("https://gateway.example/v1/chat/completions", "m"),
    "gemini": ("https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "gemini-3-pro-preview"),
}


def at(vendor: str = "unknown", model: str = "", **fields: Any) -> Target:
    """Return the target for a model of a vendor."""
    url, usual = VENDORS[vendor]
    return Target(PROVIDER, model or usual, url, for_model(find(url), model or usual), **fields)


def sent(target: Target, **body: Any) -> Json:
    """Return the body that is sent for a Messages body."""
    given = {"model": "x", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}], **body}
    request = unify(given)
    request["messages"] = repaired(request["messages"])
    found: Json = json.loads(OpenAIChat().encode(request, target).body)
    return found


def messages(target: Target, *given: Json, **body: Any) -> list[Json]:
    """Return the messages that are sent for a client's messages."""
    found: list[Json] = sent(target, messages=list(given), **body)["messages"]
    return found


def user(*content: Any) -> Json:
    """Return a user's message of one text or several blocks."""
    alone = len(content) == 1 and not isinstance(content[0], dict)
    return {"role": "user", "content": content[0] if alone else list(content)}


def assistant(*blocks: Json) -> Json:
    """Return an assistant's message of blocks."""
    return {"role": "assistant", "content": list(blocks)}


def text(value: str, **more: Any) -> Json:
    """Return a text block."""
    return {"type": "text", "text": value, **more}


def use(tool_id: str = "a", name: str = "Bash", **arguments: Any) -> Json:
    """Return a tool call's block."""
    return {"type": "tool_use", "id": tool_id, "name": name, "input": arguments}


def result(tool_id: str = "a", content: Any = "ok", **more: Any) -> Json:
    """Return a tool result's block."""
    return {"type": "tool_result", "tool_use_id": tool_id, "content": content, **more}


def thought(value: str, payload: str = "", *, target: Target | None = None) -> Json:
    """Return a thinking block as a target signed it, or Anthropic if there is none."""
    signature = seal(target.provider, target.model, payload) if target else "EqQBCkYIChgC"
    return {"type": "thinking", "thinking": value, "signature": signature}


def tool(name: str = "Bash", **more: Any) -> Json:
    """Return a tool in the client's form."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}
    return {"name": name, "description": f"{name} does.", "input_schema": schema, **more}


PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
PNG_PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
PDF = {
    "type": "document",
    "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
    "title": "a.pdf",
}
PDF_PART = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}}
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
MARKED = {"cache_control": {"type": "ephemeral"}}
