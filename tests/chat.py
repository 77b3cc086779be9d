"""Chat-completion replies for tests: chunks as Python values in, the upstream's bytes out."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ccr.anthropic.encoder import Heading
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.stream import StreamEncoder
from ccr.anthropic.unify import unify
from ccr.dialect.base import Target
from ccr.dialect.openai_chat import OpenAIChat
from ccr.dialect.vendor import Vendor
from ccr.reply import Reply

DONE = b"data: [DONE]\n\n"
TARGET = Target("p", "m", "http://127.0.0.1/v1/chat/completions", Vendor())


def request(**changes: Any) -> dict[str, Any]:
    """Return a Messages body with one tool."""
    body: dict[str, Any] = {
        "model": "claude-x",
        "max_tokens": 100,
        "stream": True,
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"name": "Bash", "input_schema": {"type": "object", "properties": {}}}],
    }
    return {**body, **changes}


def delta(*, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a chunk with one choice."""
    return {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def tool(
    index: int | None = 0, *, call: str | None = None, name: str | None = None, args: Any = None
) -> dict[str, Any]:
    """Return a chunk with a piece of one tool call; what is None is left out."""
    function = {k: v for k, v in (("name", name), ("arguments", args)) if v is not None}
    piece = {k: v for k, v in (("index", index), ("id", call)) if v is not None}
    return delta(tool_calls=[{**piece, "function": function}])


def usage(prompt: int = 10, completion: int = 5, cached: int = 0) -> dict[str, Any]:
    """Return a chunk that only tells the usage."""
    details = {"prompt_tokens_details": {"cached_tokens": cached}} if cached else {}
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion, **details}}


def sse(chunks: Iterable[dict[str, Any]], *, end: bytes = DONE) -> bytes:
    """Return the chunks as server-sent events."""
    return b"".join(b"data: " + json.dumps(c).encode() + b"\n\n" for c in chunks) + end


def reply(body: dict[str, Any] | None = None, *, stream: bool = True) -> Reply:
    """Return a fresh reply to a request."""
    unified = unify(body or request())
    heading = Heading(message_id="msg_1", model="claude-x", seal=lambda payload: f"sealed:{payload}")
    encoder = StreamEncoder(heading) if stream else MessageEncoder(heading)
    return Reply(OpenAIChat().decoder(unified, TARGET), [], encoder)


def through(pieces: Sequence[bytes], body: dict[str, Any] | None = None, *, stream: bool = True) -> bytes:
    """Return what the client gets when the upstream's bytes come in these pieces."""
    found = reply(body, stream=stream)
    return b"".join([*map(found.feed, pieces), found.close()])
