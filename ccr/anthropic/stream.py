"""Blocks as server-sent events, from templates: one `take()` gives all that came since the last one."""

from typing import Any

import msgspec

from ccr.anthropic.encoder import Delta, Encoder, Heading, Json
from ccr.anthropic.error import error_body
from ccr.core.event import Fault, StopReason

PING = b'event: ping\ndata: {"type":"ping"}\n\n'

_FIELDS: dict[Delta, bytes] = {
    "text_delta": b"text",
    "thinking_delta": b"thinking",
    "signature_delta": b"signature",
    "input_json_delta": b"partial_json",
    "citations_delta": b"citation",
}
_BESIDE = frozenset({"context_management"})
"""What the end of a message tells beside its delta."""
_MERGED: frozenset[Delta] = frozenset({"text_delta", "thinking_delta", "input_json_delta"})

_encode = msgspec.json.encode


def frame(name: str, data: Any) -> bytes:
    """Return one event; the data's `type` and the event's name are the same word in this protocol."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), _encode(data))


def error_frame(fault: Fault) -> bytes:
    """Return the `error` event that ends a broken stream."""
    return frame("error", error_body(fault.kind, fault.message))


class StreamEncoder(Encoder):
    """Writes the reply as server-sent events. Deltas of one kind that arrive between two `take()` calls are joined."""

    def __init__(self, heading: Heading) -> None:
        super().__init__(heading)
        self._out: list[bytes] = []
        self._index = -1
        self._kind: Delta | None = None
        self._pieces: list[str] = []

    def take(self) -> bytes:
        """Return the bytes to send now, and forget them."""
        self._flush()
        if not self._out:
            return b""
        found = b"".join(self._out)
        self._out.clear()
        return found

    def _flush(self) -> None:
        if self._kind is not None:
            kind, self._kind = self._kind, None
            self._write(kind, "".join(self._pieces))
            self._pieces.clear()

    def _write(self, kind: Delta, value: Any) -> None:
        self._out.append(
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
            b'"delta":{"type":"%s","%s":%s}}\n\n' % (self._index, kind.encode(), _FIELDS[kind], _encode(value))
        )

    def _message_start(self) -> None:
        message: Json = {
            "id": self.message_id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self.usage_json(),
        }
        self._out.append(frame("message_start", {"type": "message_start", "message": message}))

    def _block_start(self, block: Json) -> None:
        self._index += 1
        start = {"type": "content_block_start", "index": self._index, "content_block": block}
        self._out.append(frame("content_block_start", start))

    def _block_delta(self, kind: Delta, value: Any) -> None:
        if kind != self._kind:
            self._flush()
        if kind in _MERGED:
            self._kind = kind
            self._pieces.append(value)
        else:
            self._write(kind, value)

    def _raw_delta(self, delta: Json) -> None:
        value = {"type": "content_block_delta", "index": self._index, "delta": delta}
        self._out.append(frame("content_block_delta", value))

    def _block_stop(self) -> None:
        self._flush()
        self._out.append(b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n' % self._index)

    def _end(self, stop_reason: StopReason, stop_sequence: str | None) -> None:
        more = (self.finish and self.finish.more) or {}
        delta = {"stop_reason": stop_reason, "stop_sequence": stop_sequence}
        delta |= {name: value for name, value in more.items() if name not in _BESIDE}
        end = {"type": "message_delta", "delta": delta, "usage": self.usage_json()}
        end |= {name: value for name, value in more.items() if name in _BESIDE}
        self._out.append(frame("message_delta", end))
        self._out.append(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')

    def _fail(self, fault: Fault) -> None:
        # Before the first block there is still an HTTP status to tell it with: whoever drives the reply does that.
        if self.started:
            self._flush()
            self._out.append(error_frame(fault))
