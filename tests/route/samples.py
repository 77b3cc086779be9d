"""What the tests of routing share: a catalog, routes, small bodies, and captures of the real client.

`captures.json` holds requests of Claude Code 1.0.128, 2.0.77 and 2.1.197 as a recording server got them, with long
texts cut short, tools left out after the second, and ids and paths replaced.
"""

import json
from pathlib import Path
from typing import Any

from ccr.route.catalog import Catalog, Model
from ccr.route.routes import Route, Routes

CAPTURES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("captures.json").read_text("utf-8"))

CATALOG = Catalog(
    {
        "Main": {"big": Model(window=200_000), "small": Model(window=32_000), "Thinker": Model()},
        "openrouter": {"anthropic/claude-3.5-sonnet": Model(), "huge": Model(window=1_000_000), "shared": Model()},
        "local": {"blind": Model(images=False), "eye": Model(images=True), "qwen:7b": Model(), "shared": Model()},
    }
)

ROUTES = Routes(
    rules={
        "default": Route("main,big"),
        "background": Route("local,qwen:7b"),
        "think": Route("main,thinker"),
        "longContext": Route("openrouter,huge"),
        "webSearch": Route("openrouter,shared"),
        "image": Route("local,eye"),
        "subagent": Route("local,shared"),
    },
    aliases={"opus": Route("openrouter,anthropic/claude-3.5-sonnet"), "fast": Route("local,blind")},
)

TITLE_FORMAT = {"type": "json_schema", "schema": {"type": "object", "properties": {"title": {"type": "string"}}}}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


def body(model: str = "claude-sonnet-5", said: Any = "hi", **more: Any) -> dict[str, Any]:
    """Return a Messages body like today's client sends: adaptive thinking, the usual effort, a tool."""
    return {
        "model": model,
        "max_tokens": 64_000,
        "system": [{"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.197.0df;"}],
        "messages": [{"role": "user", "content": said}],
        "tools": [{"name": "Bash", "input_schema": {"type": "object"}}],
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"},
        **more,
    }


def user(*content: Any) -> dict[str, Any]:
    """Return a user message of blocks; strings become text blocks."""
    return {"role": "user", "content": [{"type": "text", "text": c} if isinstance(c, str) else c for c in content]}


def result(content: Any) -> dict[str, Any]:
    """Return the result of a tool."""
    return {"type": "tool_result", "tool_use_id": "toolu_1", "content": content}


def system(text: str) -> dict[str, Any]:
    """Return a notice that the client put among the messages."""
    return {"role": "system", "content": text}
