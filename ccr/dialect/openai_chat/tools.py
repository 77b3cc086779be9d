"""Tool calls out of chat-completion deltas, one after the other.

Vendors disagree on everything here: `index` is missing or always 0, ids come once, never, or new with every delta, the
name comes late or twice, arguments come in pieces, whole, cumulative, as an object, or again in full at the end, and
parallel calls interleave. `Calls` sorts deltas into slots and releases one slot at a time; the others wait.
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import Event, ToolArgs, ToolEnd, ToolStart
from ccr.core.jsonio import dump_text, is_complete


class Slot:
    """One call as far as it is known. `sent` counts the pieces that have been released."""

    def __init__(self, key: int) -> None:
        self.key = key
        self.id = ""
        self.name = ""
        self.pieces: list[str] = []
        self.sent = 0
        self.started = False
        self.placeholder = False
        self._cumulative = False

    @property
    def text(self) -> str:
        """The arguments so far."""
        return "".join(self.pieces)

    @property
    def whole(self) -> bool:
        """Whether the arguments so far are one JSON value, or the vendor said that there are none."""
        return is_complete(self.text) if self.pieces else self.placeholder

    def add(self, piece: str) -> None:
        """Take more arguments: a delta, the whole so far (cumulative), or a repetition of the whole."""
        if not self.pieces and piece.strip() == "{}":
            # Either no arguments, or what some vendors send before the real ones.
            self.placeholder = True
        elif not self.pieces or not piece.lstrip().startswith("{"):
            self.pieces.append(piece)
        else:
            self._add_object(piece)

    def _add_object(self, piece: str) -> None:
        known = self.text
        # Where a value may begin, a piece that repeats the start may also be an object inside.
        if piece.startswith(known) and (self._cumulative or not known.rstrip().endswith((":", "[", ","))):
            self._cumulative = True
            self.pieces.append(piece[len(known) :])
        elif not is_complete(known):
            self.pieces.append(piece)


class Calls:
    """The calls of one reply."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []
        self._by_index: dict[int, Slot] = {}
        self._active = 0

    def feed(self, deltas: Any) -> Iterable[Event]:
        """Take the `tool_calls` of one delta or message; return what can be released."""
        if isinstance(deltas, dict):
            deltas = [deltas]
        if not isinstance(deltas, list):
            return
        for delta in deltas:
            if isinstance(delta, dict):
                self._take(delta)
        yield from self._release(ended=False)

    def end(self) -> Iterable[Event]:
        """No more of these calls will come: release everything."""
        yield from self._release(ended=True)

    def _take(self, delta: dict[str, Any]) -> None:
        function = delta.get("function")
        function = function if isinstance(function, dict) else delta
        name, piece = _string(function.get("name")), _arguments(function.get("arguments"))
        call_id, index = _string(delta.get("id")), delta.get("index")
        if not (name or piece or call_id):
            return
        slot = self._find(index if isinstance(index, int) else None, call_id, name=name, piece=piece)
        slot.id = slot.id or call_id
        if name and not slot.started:
            slot.name = name
        if piece:
            slot.add(piece)

    def _find(self, index: int | None, call_id: str, *, name: str, piece: str) -> Slot:
        slot = self._by_index.get(index) if index is not None else None
        if slot is None and not (index is not None and name):
            slot = self._by_id(call_id, name=name)
        if slot is None or _is_other(slot, call_id, name=name, piece=piece):
            slot = Slot(len(self._slots))
            self._slots.append(slot)
        if index is not None:
            self._by_index[index] = slot
        return slot

    def _by_id(self, call_id: str, *, name: str) -> Slot | None:
        if call_id:
            found = next((s for s in self._slots if s.id == call_id), None)
            if found or name:
                return found
        return self._slots[-1] if self._slots else None

    @property
    def settled(self) -> bool:
        """Whether text may come between: no call is waiting for the rest of its arguments."""
        return all(slot.whole for slot in self._slots[self._active :])

    def _release(self, *, ended: bool) -> Iterable[Event]:
        while self._active < len(self._slots):
            slot = self._slots[self._active]
            last = self._active == len(self._slots) - 1
            yield from _advance(slot, ended=ended or (slot.whole and not last))
            if not ended and (last or not slot.whole):
                return
            yield ToolEnd(slot.key)
            self._active += 1


def _advance(slot: Slot, *, ended: bool) -> Iterable[Event]:
    """Release what the slot holds. It starts with its first arguments, since id and name may come just before them."""
    if not slot.started:
        if not ended and not (slot.name and slot.pieces):
            return
        slot.started = True
        yield ToolStart(slot.key, slot.id, slot.name or "unknown_tool")
    if slot.sent < len(slot.pieces):
        fresh = "".join(slot.pieces[slot.sent :])
        slot.sent = len(slot.pieces)
        if fresh:
            yield ToolArgs(slot.key, fresh)


def _is_other(slot: Slot, call_id: str, *, name: str, piece: str) -> bool:
    """Tell whether a delta that would go into the slot belongs to another call, since vendors reuse `index`."""
    if not name or not slot.name:
        return False
    if call_id and slot.id:
        if call_id == slot.id:
            return name != slot.name and slot.whole
        return name != slot.name or slot.whole or not slot.pieces
    # Without ids, other arguments after whole ones or another name are another call; the same again is an echo.
    echo = piece == slot.text or not piece
    return name != slot.name or (slot.whole and not echo)


def _arguments(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return dump_text(value)
    return ""


def _string(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
