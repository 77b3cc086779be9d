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
    message: dict[str, Any] = {}
    blocks: list[dict[str, Any]] = []
    is_open = False
    ended = ""
    for name, value in events(data):
        assert not ended or ended == "message_delta", f"{name} after {ended}"
        if name == "ping":
            continue
        if name == "error":
            assert set(value["error"]) == {"type", "message"}
            if is_open:
                _close(blocks[-1], cut=True)
            return {**message, "content": blocks, "error": value["error"]}
        if name == "message_start":
            assert not message, "a second message_start"
            message = dict(value["message"])
            assert message["content"] == []
            assert isinstance(message["usage"]["input_tokens"], int)
            continue
        assert message, f"{name} before message_start"
        if name == "content_block_start":
            assert not is_open, "a block opens inside another"
            assert value["index"] == len(blocks)
            blocks.append({**value["content_block"], "_pieces": {}})
            is_open = True
        elif name == "content_block_delta":
            _delta(value, blocks, is_open=is_open)
        elif name == "content_block_stop":
            assert is_open
            assert value["index"] == len(blocks) - 1
            is_open = False
            _close(blocks[-1])
        elif name == "message_delta":
            assert not is_open, "message_delta inside a block"
            assert not ended, "a second message_delta"
            assert value["delta"]["stop_reason"]
            message.update(value["delta"], usage=value["usage"])
            ended = name
        elif name == "message_stop":
            assert ended == "message_delta"
            ended = name
        else:
            raise AssertionError(f"unknown event {name}")
    assert ended == "message_stop", "the stream has no end"
    return {**message, "content": blocks}


def _delta(value: dict[str, Any], blocks: list[dict[str, Any]], *, is_open: bool) -> None:
    assert is_open, "a delta outside of a block"
    assert value["index"] == len(blocks) - 1
    delta, block = value["delta"], blocks[-1]
    assert delta["type"] in DELTAS[block["type"]], f"{delta['type']} in a {block['type']} block"
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
