"""A turn through the router and back: what a client makes of a reply, as the next request's history."""

import json
from collections.abc import Iterable
from typing import Any

from ccr.anthropic.encoder import Heading
from ccr.anthropic.stream import StreamEncoder
from ccr.core.seal import seal
from ccr.dialect.base import Dialect, Target
from ccr.reply import Reply
from tests.legal import read_stream

Json = dict[str, Any]


def answer(dialect: Dialect, at: Target, request: Json, events: Iterable[Json]) -> Json:
    """Return the assistant's message that a client keeps of a streamed reply."""
    heading = Heading(message_id="msg_1", model="m", seal=lambda payload: seal(at.provider, at.model, payload))
    reply = Reply(dialect.decoder(request, at), [], StreamEncoder(heading))
    out = b"".join(reply.feed(b"data: " + json.dumps(event).encode() + b"\n\n") for event in events) + reply.close()
    return {"role": "assistant", "content": read_stream(out)["content"]}
