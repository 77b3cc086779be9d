"""Helpers for tests of the Gemini codec: targets, requests, and replies as the bytes that Google sends."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from ccr.anthropic.encoder import Heading
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.stream import StreamEncoder
from ccr.anthropic.unify import unify
from ccr.core.event import Event
from ccr.core.seal import seal
from ccr.dialect.base import Target
from ccr.dialect.gemini import Gemini
from ccr.dialect.gemini.decode import GeminiDecoder
from ccr.dialect.gemini.encode import encode_body
from ccr.dialect.gemini.model import Recipient, recipient
from ccr.dialect.vendor import Vendor
from ccr.reply import Reply

BASE = "https://generativelanguage.googleapis.com/v1beta/models/"
Json = dict[str, Any]


def target(model: str = "gemini-2.5-pro", **changes: Any) -> Target:
    """Return a target at Google."""
    return Target("google", model, changes.pop("base_url", BASE), changes.pop("vendor", Vendor("gemini")), **changes)


def to(model: str = "gemini-2.5-pro", *, vertex: bool = False, **changes: Any) -> Recipient:
    """Return a recipient: the target, with what its model can do."""
    return recipient(target(model, **changes), vertex=vertex)


def body(messages_body: Json, model: str = "gemini-2.5-pro", *, vertex: bool = False) -> Json:
    """Return what is sent for a Messages body."""
    return encode_body(unify({"max_tokens": 100_000, **messages_body}), to(model, vertex=vertex))


def contents(messages: list[Json], model: str = "gemini-2.5-pro", **more: Any) -> list[Json]:
    """Return the contents that are sent for a client's messages."""
    found: list[Json] = body({"messages": messages, **more}, model)["contents"]
    return found


def decode(chunks: Iterable[Any], request: Json | None = None) -> list[Event]:
    """Return the events of a stream of chunks."""
    decoder = GeminiDecoder(request or {})
    found = [event for chunk in chunks for event in decoder.event(json.dumps(chunk).encode(), "")]
    return [*found, *decoder.close()]


def chunk(*parts: Json, finish: str | None = None, **more: Any) -> Json:
    """Return a chunk with one candidate."""
    candidate: Json = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    candidate.update(more.pop("candidate", {}))
    return {"candidates": [candidate], "modelVersion": "gemini-3-pro", "responseId": "R1", **more}


def sse(chunks: Iterable[Any]) -> bytes:
    """Return chunks as Google streams them: with CRLF."""
    return b"".join(b"data: " + json.dumps(c).encode() + b"\r\n\r\n" for c in chunks)


def reply(model: str = "gemini-3-pro", *, stream: bool, request: Json | None = None) -> Reply:
    """Return a reply whose signatures are sealed for `target(model)`."""
    heading = Heading(message_id="msg_1", model="claude-x", seal=lambda payload: seal("google", model, payload))
    encoder = StreamEncoder(heading) if stream else MessageEncoder(heading)
    return Reply(Gemini().decoder(request or {}, target(model)), [], encoder)


def message(data: bytes, model: str = "gemini-3-pro", *, request: Json | None = None) -> Json:
    """Return the Messages reply that the upstream's bytes become."""
    found = reply(model, stream=False, request=request)
    out = found.feed(data) + found.close()
    value: Json = json.loads(out) if out else {"fault": msgspec.to_builtins(found.fault)}
    return value
