"""Tool mode: for models that talk about using tools instead of using them."""

import json
import re
from collections.abc import Iterable

from ccr.core.event import Event, Finish, Text, ToolArgs, ToolEnd, ToolStart
from ccr.core.jsonrepair import repair
from ccr.core.unified import Json
from ccr.transform.base import Context, Filter, Transformer
from ccr.transform.instruction import instruct

EXIT = "ExitTool"

INSTRUCTION = f"""Tool mode is on. Every reply of yours must call a tool: take the one that brings the task forward. \
When no other tool fits, because the task is done or you need the user, call `{EXIT}` with what you want to say. \
It is the only way to leave tool mode."""

EXIT_TOOL: Json = {
    "type": "function",
    "function": {
        "name": EXIT,
        "description": "Leaves tool mode. Call it only when the task is done, or when no other tool can help, to say "
        "something to the user. Make sure that the task is really done before.",
        "parameters": {
            "type": "object",
            "properties": {
                "response": {"type": "string", "description": "What the user gets to read, exactly as it stands here."}
            },
            "required": ["response"],
        },
    },
}

_OPENING = re.compile(r'\s*\{\s*"response"\s*:\s*"')
_OPENING_LIMIT = 200
"""Pieces within which the text must have begun, to be streamed."""
_HEX = "[0-9a-fA-F]"
_HALF = f"u[dD][89abAB]{_HEX}{{2}}"
_ESCAPES = (
    rf"{_HALF}\\u{_HEX}{{4}}",
    rf"{_HALF}(?=[^\\]|\\[^u])",  # the other half of the surrogate pair does not come
    rf"u(?![dD][89abAB]){_HEX}{{4}}",
    rf"u(?={_HEX}{{0,3}}[^0-9a-fA-F])",  # no escape at all
    "[^u]",
)
_PIECE = re.compile(rf'[^"\\]+|\\(?:{"|".join(_ESCAPES)})')


class ToolUse(Transformer):
    """Makes the model call a tool in every reply; an extra tool, whose argument becomes the answer, is its way out."""

    name = "tooluse"

    def edit(self, request: Json, context: Context) -> Json:
        """Require a tool, unless the client offers none or says itself which."""
        functions = any(tool.get("type") == "function" for tool in request.get("tools") or ())
        if functions and request.get("tool_choice", "auto") == "auto":
            request["tools"] = [*request["tools"], EXIT_TOOL]
            request["tool_choice"] = "required"
            if context.vendor.choice_without_thinking:
                request["reasoning"] = {"enabled": False}
            instruct(request, INSTRUCTION)
        return request

    def filter(self, context: Context) -> Filter:
        """Return the filter that turns the extra tool's argument into text."""
        return ExitFilter()


class ExitFilter:
    """Turns calls of the extra tool into text, while they stream."""

    def __init__(self) -> None:
        self._exits: dict[int, Response] = {}
        self._called = False

    def feed(self, event: Event) -> Iterable[Event]:
        """Swallow the calls, wherever among the others they stand."""
        if isinstance(event, ToolStart):
            if event.name != EXIT:
                self._called = True
                return [event]
            self._exits[event.key] = Response()
            return ()
        if isinstance(event, ToolArgs | ToolEnd) and event.key in self._exits:
            response = self._exits[event.key]
            text = response.feed(event.json) if isinstance(event, ToolArgs) else response.close()
            return [Text(text)] if text else ()
        if isinstance(event, Finish) and event.reason == "tool_use" and self._exits and not self._called:
            return [Finish("end_turn")]
        return [event]

    def close(self) -> Iterable[Event]:
        """Nothing is held: a call that never ended has already said what it could."""
        return ()


class Response:
    """Reads the text out of `{"response": "..."}` as its pieces come."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._raw = ""
        self._streams = False
        self._over = False

    def feed(self, piece: str) -> str:
        """Take more of the arguments, return the text that is certain by now."""
        if self._over:
            return ""
        if self._streams:
            self._raw += piece
            return self._decode()
        self._pieces.append(piece)
        if len(self._pieces) > _OPENING_LIMIT:
            return ""
        start = "".join(self._pieces)
        opening = _OPENING.match(start)
        if opening is None:
            return ""
        self._streams, self._raw = True, start[opening.end() :]
        return self._decode()

    def close(self) -> str:
        """The arguments are complete: return the text that was not read before."""
        if self._streams:
            return "" if self._over else self._raw
        text = "".join(self._pieces)
        repaired = repair(text)
        values = json.loads(repaired) if repaired is not None else text
        if not isinstance(values, dict):
            return text
        response = values.get("response")
        if isinstance(response, str) or not values:
            return response or ""
        # An argument under another name or of another type is better than an empty answer.
        return "\n".join(v for v in values.values() if isinstance(v, str)) or text

    def _decode(self) -> str:
        """Take whole characters and escapes off the raw text, up to the closing quote."""
        text, end = [], 0
        while piece := _PIECE.match(self._raw, end):
            text.append(_character(piece[0]))
            end = piece.end()
        self._raw = self._raw[end:]
        self._over = self._raw.startswith('"')
        return "".join(text)


def _character(piece: str) -> str:
    """Return what a piece stands for; an escape that JSON doesn't know was meant literally."""
    if not piece.startswith("\\"):
        return piece
    try:
        found = str(json.loads(f'"{piece}"', strict=False))
    except ValueError:
        return piece
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
