"""Function calls out of parts: whole ones, and on Vertex also arguments that are streamed value by value."""

import re
from collections.abc import Iterable
from typing import Any

from ccr.core.event import Event, ToolArgs, ToolEnd, ToolStart
from ccr.core.jsonio import dump_text, load
from ccr.core.unified import Json

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,4})\]|\[(?:'([^']*)'|\"([^\"]*)\")\]")
_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]")


class Calls:
    """The function calls of one reply. Ids that are missing are made from the reply's own and a running number."""

    def __init__(self, known: Iterable[str]) -> None:
        self._used = set(known)
        self._seen: set[str] = set()
        self._open: _Partial | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def unfinished(self) -> bool:
        """Whether a call's arguments are still streamed."""
        return self._open is not None

    def take(self, call: Json, reply_id: str) -> tuple[str, str, Json] | None:
        """Return (id, name, arguments) if a call is complete with this part, else None.

        A call that comes with the same id and arguments again is the same call.
        https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc
        """
        if self._open is not None or call.get("willContinue") is True or "partialArgs" in call:
            return self._continue(call, reply_id)
        name, call_id = _string(call.get("name")), _string(call.get("id"))
        if not name:
            return None
        args = arguments(call.get("args"))
        if call_id:
            once = dump_text([call_id, name, args])
            if once in self._seen:
                return None
            self._seen.add(once)
        return call_id or self._fresh_id(reply_id), name, args

    def events(self, call: tuple[str, str, Json]) -> Iterable[Event]:
        """Return the events of a complete call."""
        key, self._count = self._count, self._count + 1
        call_id, name, args = call
        return ToolStart(key, call_id, name), ToolArgs(key, dump_text(args)), ToolEnd(key)

    def _continue(self, call: Json, reply_id: str) -> tuple[str, str, Json] | None:
        if self._open is None:
            self._open = _Partial(_string(call.get("id")), _string(call.get("name")))
        partial = self._open
        pieces = call.get("partialArgs")
        for piece in pieces if isinstance(pieces, list) else ():
            if isinstance(piece, dict):
                partial.add(piece)
        return None if call.get("willContinue") is True else self.settle(call, reply_id)

    def settle(self, call: Json, reply_id: str) -> tuple[str, str, Json] | None:
        """End the call whose arguments are being streamed with this part, or where the reply ended without one."""
        partial, self._open = self._open, None
        if partial is None or not partial.name:
            return None
        return partial.id or self._fresh_id(reply_id), partial.name, partial.args or arguments(call.get("args"))

    def _fresh_id(self, reply_id: str) -> str:
        stem = _ILLEGAL.sub("_", reply_id) if reply_id else "gemini"
        number = self._count
        while (found := f"call_{stem}_{number}") in self._used:
            number += 1
        self._used.add(found)
        return found


class _Partial:
    """A call whose arguments come as (JSON path, value) pairs; a string may come in several pieces."""

    def __init__(self, call_id: str, name: str) -> None:
        self.id = call_id
        self.name = name
        self.args: Json = {}

    def add(self, piece: Json) -> None:
        """Put one piece in its place; what has no place is passed over."""
        path = _path(piece.get("jsonPath"))
        if path:
            _put(self.args, path, _value(piece))


def arguments(given: Any) -> Json:
    """Return a call's arguments as an object, whatever they came as."""
    if isinstance(given, str):
        try:
            given = load(given)
        except (ValueError, RecursionError):
            return {"arguments": given} if given else {}
    if given is None:
        return {}
    return given if isinstance(given, dict) else {"arguments": given}


def _path(path: Any) -> list[str | int]:
    """Return the steps of `$.a.b[0]`; the RFC 9535 forms that name one place."""
    if not isinstance(path, str) or not path.startswith("$"):
        return []
    steps = (m.groups() for m in _STEP.finditer(path, 1))
    return [int(i) if i is not None else (a or b or c or "") for a, i, b, c in steps]


def _value(piece: Json) -> Any:
    for field in ("stringValue", "numberValue", "boolValue"):
        if field in piece:
            return piece[field]
    return None


def _put(root: Json, path: list[str | int], value: Any) -> None:
    """Put a value where the path leads, making what is missing on the way; a path against what is there is ignored."""
    place: Any = root
    step: Any
    for step, following in zip(path, [*path[1:], None], strict=True):
        if not _holds(place, step):
            return
        if isinstance(step, int):
            place.extend([None] * (step + 1 - len(place)))
        old = place[step] if isinstance(step, int) else place.get(step)
        if following is None:
            place[step] = old + value if isinstance(old, str) and isinstance(value, str) else value
        elif old is None:
            place[step] = old = [] if isinstance(following, int) else {}
        place = old


def _holds(place: Any, step: str | int) -> bool:
    return isinstance(place, list if isinstance(step, int) else dict)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
