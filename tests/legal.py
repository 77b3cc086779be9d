"""What a client may demand of a stream: `read_stream` parses server-sent events strictly and asserts the protocol.

https://docs.claude.com/en/docs/build-with-claude/streaming
"""

import json
from typing import Any

DELTAS = {
    "text": {"text_delta", "citations_delta"},
    "thinking": {"thinking_delta", "signature_delta"},
    "tool_use": {"input_json_delta"},
    "server_tool_use": {"input_json_delta"},
}
FIELDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
    "citations_delta": "citation",
}


def events(data: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Return (name, data) of each event; anything that is not exactly an event fails."""
    assert not data or data.endswith(b"\n\n")
    found = []
    for frame in data.decode().split("\n\n")[:-1]:
        name, payload = frame.split("\n")
        assert name.startswith("event: ")
        assert payload.startswith("data: ")
        value = json.loads(payload[6:])
        assert value["type"] == name[7:]
        found.append((name[7:], value))
    return found


def read_stream(data: bytes) -> dict[str, Any]:
    """Assert that the stream is legal and complete, or ends in one error event; return the message it adds up to.

    A broken stream's message has the error under `error`.
    """
    reading = Reading()
    for name, value in events(data):
        reading.take(name, value)
    assert reading.ended in ("message_stop", "error"), "the stream has no end"
    return {**reading.message, "content": reading.blocks}


class Reading:
    """A stream as far as it has been read."""

    def __init__(self) -> None:
        self.message: dict[str, Any] = {}
        self.blocks: list[dict[str, Any]] = []
        self.is_open = False
        self.ended = ""

    def take(self, name: str, value: dict[str, Any]) -> None:
        """Take one event. Anything that the protocol does not allow at this point fails."""
        may_follow = {"": True, "message_delta": name in ("message_stop", "error")}
        assert may_follow.get(self.ended, False), f"{name} after {self.ended}"
        assert self.message or name in ("message_start", "ping", "error"), f"{name} before message_start"
        getattr(self, f"on_{name}")(value)

    def on_ping(self, value: dict[str, Any]) -> None:
        """Nothing to do."""

    def on_error(self, value: dict[str, Any]) -> None:
        """The stream broke off."""
        assert set(value["error"]) == {"type", "message"}
        if self.is_open:
            _close(self.blocks[-1], cut=True)
        self.message["error"] = value["error"]
        self.ended = "error"

    def on_message_start(self, value: dict[str, Any]) -> None:
        """The message begins, once."""
        assert not self.message, "a second message_start"
        self.message = dict(value["message"])
        assert self.message["content"] == []
        assert isinstance(self.message["usage"]["input_tokens"], int)

    def on_content_block_start(self, value: dict[str, Any]) -> None:
        """A block begins after the one before has ended."""
        assert not self.is_open, "a block opens inside another"
        assert value["index"] == len(self.blocks)
        self.blocks.append({**value["content_block"], "_pieces": {}})
        self.is_open = True

    def on_content_block_delta(self, value: dict[str, Any]) -> None:
        """More of the open block."""
        _delta(value, self.blocks, is_open=self.is_open)

    def on_content_block_stop(self, value: dict[str, Any]) -> None:
        """The open block ends."""
        assert self.is_open
        assert value["index"] == len(self.blocks) - 1
        self.is_open = False
        _close(self.blocks[-1])

    def on_message_delta(self, value: dict[str, Any]) -> None:
        """The message says why it ends, once."""
        assert not self.is_open, "message_delta inside a block"
        assert value["delta"]["stop_reason"]
        beside = {name: found for name, found in value.items() if name not in ("type", "delta")}
        self.message.update(value["delta"], **beside)
        self.ended = "message_delta"

    def on_message_stop(self, value: dict[str, Any]) -> None:
        """The message is complete."""
        assert self.ended == "message_delta"
        self.ended = "message_stop"


def _delta(value: dict[str, Any], blocks: list[dict[str, Any]], *, is_open: bool) -> None:
    assert is_open, "a delta outside of a block"
    assert value["index"] == len(blocks) - 1
    delta, block = value["delta"], blocks[-1]
    if delta["type"] not in FIELDS:
        assert block["type"] not in DELTAS, f"{delta['type']} in a {block['type']} block"
        block.update({field: new for field, new in delta.items() if field != "type"})
        return
    allowed = DELTAS.get(block["type"], set(FIELDS))
    assert delta["type"] in allowed, f"{delta['type']} in a {block['type']} block"
    block["_pieces"].setdefault(delta["type"], []).append(delta[FIELDS[delta["type"]]])


def _close(block: dict[str, Any], *, cut: bool = False) -> None:
    pieces = block.pop("_pieces")
    if "input_json_delta" in pieces:
        text = "".join(pieces["input_json_delta"])
        try:
            # Anthropic's own stream has one empty piece where a call has no arguments.
            block["input"] = json.loads(text) if text else block["input"]
        except ValueError:
            block["input"] = {"_raw": text}
        if not isinstance(block["input"], dict):
            block["input"] = {"_raw": text}
    for kind, field in (("text_delta", "text"), ("thinking_delta", "thinking"), ("signature_delta", "signature")):
        if kind in pieces:
            block[field] = "".join(pieces[kind])
    if "citations_delta" in pieces:
        block["citations"] = pieces["citations_delta"]
    if block["type"] == "thinking" and not cut:
        assert block["signature"], "thinking without a signature"
