"""Blocks as one message, for clients that did not ask for a stream."""

from typing import Any

from ccr.anthropic.encoder import Delta, Encoder, Heading, Json
from ccr.core.event import Fault, StopReason
from ccr.core.jsonio import load


class MessageEncoder(Encoder):
    """Builds the whole message; `message` is there after `close()`."""

    def __init__(self, heading: Heading) -> None:
        super().__init__(heading)
        self.message: Json | None = None
        self._content: list[Json] = []
        self._pieces: dict[Delta, list[str]] = {}

    def _message_start(self) -> None:
        pass

    def _block_start(self, block: Json) -> None:
        self._content.append(dict(block))
        self._pieces = {}

    def _block_delta(self, kind: Delta, value: Any) -> None:
        if kind == "citations_delta":
            self._content[-1].setdefault("citations", []).append(value)
        else:
            self._pieces.setdefault(kind, []).append(value)

    def _raw_delta(self, delta: Json) -> None:
        """Deltas add to the field of their name; those of a call's input are JSON text."""
        for field, value in delta.items():
            if field == "partial_json":
                self._pieces.setdefault("input_json_delta", []).append(str(value))
            elif field != "type":
                old = self._content[-1].get(field)
                joins = isinstance(old, str) and isinstance(value, str)
                self._content[-1][field] = f"{old}{value}" if joins else value

    def _block_stop(self) -> None:
        block = self._content[-1]
        for kind, pieces in self._pieces.items():
            text = "".join(pieces)
            if kind == "input_json_delta":
                block["input"] = tool_input(text) if text else block.get("input", {})
            else:
                block[kind.removesuffix("_delta")] = text
        self._pieces = {}

    def _end(self, stop_reason: StopReason, stop_sequence: str | None) -> None:
        self.message = {
            "id": self.message_id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": self._content,
            "stop_reason": stop_reason,
            "stop_sequence": stop_sequence,
            "usage": self.usage_json(),
            **((self.finish and self.finish.more) or {}),
        }

    def _fail(self, fault: Fault) -> None:
        pass


def tool_input(text: str) -> Json:
    """Return a call's arguments as an object.

    Arguments that are no JSON object are handed over as {"_raw": text}: the tool refuses them and the model sees its
    mistake, where an empty object would hide it.
    """
    try:
        found = load(text)
    except ValueError:
        return {"_raw": text}
    return found if isinstance(found, dict) else {"_raw": text}
