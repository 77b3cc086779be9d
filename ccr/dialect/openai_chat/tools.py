"""Tool calls out of chat-completion deltas, one after the other.

Vendors disagree on everything here: `index` is missing or always 0, ids come once, never, or new with every delta, the
name comes late or twice, arguments come in pieces, whole, cumulative, as an object, or again in full at the end, and
parallel calls interleave. `Calls` sorts deltas into slots and releases one slot at a time; the others wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccr.core.event import Event, Signature, ToolArgs, ToolEnd, ToolStart
from ccr.core.jsonio import dump_text
from ccr.core.jsonscan import Scanner
from ccr.core.unified import Json
from ccr.dialect.openai_chat.state import State, pack

SNAPSHOT = 16
"""Characters that repeated arguments must have to be the start again for certain, and no object inside."""
NO_NAME = "unknown_tool"
"""Stands for a name that the upstream never told, so that the call is refused instead of lost."""
NO_ID = ("null", "None", "undefined")
"""What some send for no id: https://github.com/langchain-ai/langchainjs/pull/11373"""


class Slot:
    """One call as far as it is known. `preface` is what has to stand before it."""

    def __init__(self, key: int, name: str = "") -> None:
        self.key = key
        self.id = ""
        self.name = name
        self.started = False
        self.preface: list[Event] = []
        self._scanner = Scanner()
        self._pieces: list[str] = []
        self._length = 0
        self._sent = 0
        self._placeholder = False
        self._cumulative = False
        self._doubtful = ""
        """A piece that is held because it may be an object inside, or the whole so far."""

    @property
    def has_arguments(self) -> bool:
        """Whether any arguments have come."""
        return bool(self._pieces)

    @property
    def whole(self) -> bool:
        """Whether the arguments so far are one object, or the vendor said that there are none."""
        ended = self._scanner.ended or (bool(self._doubtful) and _is_whole(self._doubtful))
        return ended if self._pieces else self._placeholder

    def echoes(self, piece: str) -> bool:
        """Tell whether the piece says nothing that is not known."""
        if self._placeholder and not self._pieces:
            return piece.strip() in ("", "{}")
        if self._doubtful and piece == self._doubtful:
            return True
        return not piece or (len(piece) == self._length and piece == "".join(self._pieces))

    def add(self, piece: str) -> str:
        """Take more arguments: a delta, the whole so far (cumulative), or a repetition of the whole.

        Returns what belongs to another call, because it begins an object after the end of this one.
        """
        if not self._pieces and piece.strip() == "{}":
            # Either no arguments, or what some vendors send before the real ones.
            self._placeholder = True
            return ""
        if self._doubtful and piece:
            self._settle(is_start=piece.startswith(self._doubtful))
        if self._pieces and piece.lstrip().startswith("{"):
            return self._add_object(piece)
        return self._append(piece)

    def release(self, *, over: bool) -> Iterable[Event]:
        """Release what is held. A call starts with its first arguments, since id and name may come just before them."""
        if over and self._doubtful:
            self._settle(is_start=_is_whole(self._doubtful))
        if not self.started:
            if not over and not (self.name and self._pieces):
                return
            self.started = True
            yield from self.preface
            yield ToolStart(self.key, self.id, self.name or NO_NAME)
        fresh = "".join(self._pieces[self._sent :])
        self._sent = len(self._pieces)
        if fresh:
            yield ToolArgs(self.key, fresh)
        if over:
            yield ToolEnd(self.key)

    def _add_object(self, piece: str) -> str:
        if self._scanner.ended:
            return "" if self._repeats(piece) else piece
        known = "".join(self._pieces) if self._length <= len(piece) else ""
        if known and piece.startswith(known):
            if not self._cumulative and self._may_hold_object(known):
                if _may_grow(known + piece) and not Scanner.of(piece).broken:
                    self._doubtful = piece
                    return ""
                return self._append(piece)
            self._cumulative = True
            piece = piece[len(known) :]
        return self._append(piece)

    def _settle(self, *, is_start: bool) -> None:
        """What was held is the whole so far, or an object inside."""
        piece, self._doubtful = self._doubtful, ""
        self._cumulative = is_start
        self._append(piece[self._length :] if is_start else piece)

    def _may_hold_object(self, known: str) -> bool:
        """Tell whether a piece that repeats the start may be an object inside: a short one, where a value may begin."""
        return len(known) < SNAPSHOT and known.rstrip().endswith((":", "[", ","))

    def _repeats(self, piece: str) -> bool:
        known = "".join(self._pieces).strip()
        return piece.strip() in (known, "{}") or (self._cumulative and known.startswith(piece.strip()))

    def _append(self, piece: str) -> str:
        sound = self._scanner.feed(piece)
        rest = piece[sound:]
        if self._scanner.ended and rest.startswith("{"):
            piece = piece[:sound]
        else:
            rest = ""
        self._pieces.append(piece)
        self._length += len(piece)
        return "" if rest and self._repeats(rest) else rest


class Calls:
    """The calls of one reply."""

    def __init__(self) -> None:
        self.taken = 0
        """How many pieces of calls have come."""
        self._slots: list[Slot] = []
        self._by_index: dict[int, Slot] = {}
        self._row: list[Slot | None] = []
        """The calls that the last delta of several had pieces of, ..."""
        self._indexes: list[int | None] = []
        """... and what it gave for their indexes."""
        self._active = 0
        self._preface: list[Event] = []

    @property
    def settled(self) -> bool:
        """Whether something else may come between: no call is waiting for the rest of its arguments."""
        return all(slot.whole for slot in self._slots[self._active :])

    @property
    def open(self) -> bool:
        """Whether a call has been released in part."""
        return self._active < len(self._slots) and self._slots[self._active].started

    def feed(self, pieces: Sequence[Json], preface: Sequence[Event] = ()) -> list[Event]:
        """Take the pieces of one delta or message, as `pieces_in` found them; return what can be released.

        `preface` belongs directly before the first call that begins here or later.
        """
        self._preface += preface
        indexes = [_index(piece.get("index")) for piece in pieces]
        several = len(pieces) > 1
        known = several and indexes == self._indexes
        places = [self._row[at] if known and _is_vague(indexes, at) else None for at in range(len(pieces))]
        taken = [self._take(piece, index, place) for piece, index, place in zip(pieces, indexes, places, strict=True)]
        if several:
            self._row, self._indexes = taken, indexes
        return self._release(ended=False)

    def end(self) -> list[Event]:
        """No more of these calls will come: release everything."""
        preface, self._preface = self._preface, []
        return [*self._release(ended=True), *preface]

    def _take(self, delta: Json, index: int | None, place: Slot | None) -> Slot | None:
        """Take one piece, and return the call that it was of. `place` is the one that its place in the list suggests,
        which is all there is of some pieces: https://github.com/SamSaffron/term-llm/pull/314
        """
        call_id, name, piece = _said(delta)
        if not (name or piece or call_id):
            return place
        self.taken += 1
        slot = self._find(index, call_id, name=name, piece=piece) if place is None or name or call_id else place
        slot.id = slot.id or call_id
        if name and not slot.started:
            slot.name = name
        if isinstance(delta.get("extra_content"), dict):
            slot.preface.append(Signature(pack(State(calls={str(slot.key): delta["extra_content"]}))))
        found = slot
        while piece and (piece := slot.add(piece)):
            slot = self._open(slot.name, index)
        return found

    def _find(self, index: int | None, call_id: str, *, name: str, piece: str) -> Slot:
        slot = self._by_index.get(index) if index is not None else None
        if slot is None:
            slot = self._known(index, call_id, name=name)
        if slot is None or _is_other(slot, call_id, name=name, piece=piece):
            return self._open("", index)
        if index is not None:
            self._by_index[index] = slot
        return slot

    def _known(self, index: int | None, call_id: str, *, name: str) -> Slot | None:
        """Return the call that a delta with an unknown index, or none, goes on with."""
        if index is not None and name:
            return None
        found = next((s for s in self._slots if s.id == call_id), None) if call_id else None
        if found or not self._slots or (call_id and name):
            return found
        last = self._slots[-1]
        return last if index is None or not last.whole else None

    def _open(self, name: str, index: int | None) -> Slot:
        slot = Slot(len(self._slots), name)
        slot.preface, self._preface = self._preface, []
        self._slots.append(slot)
        if index is not None:
            self._by_index[index] = slot
        return slot

    def _release(self, *, ended: bool) -> list[Event]:
        found: list[Event] = []
        while self._active < len(self._slots):
            slot = self._slots[self._active]
            over = ended or (slot.whole and self._active < len(self._slots) - 1)
            found += slot.release(over=over)
            if not over:
                break
            self._active += 1
        return found


def pieces_in(message: Mapping[str, Any]) -> list[Json]:
    """Return the pieces of calls in a delta or a message, in their places; none if no piece says anything.

    `function_call` is what the field was called before a model could make several calls at once; some vendors send it
    along without anything in it.
    """
    for field in ("tool_calls", "function_call"):
        value = message.get(field)
        pieces = [piece for piece in (value if isinstance(value, list) else [value]) if isinstance(piece, dict)]
        if any(any(_said(piece)) for piece in pieces):
            return pieces
    return []


def _said(piece: Json) -> tuple[str, str, str]:
    """Return the id, the name and the arguments in one piece of a call."""
    function = piece.get("function")
    function = function if isinstance(function, dict) else piece
    call_id = _string(piece.get("id"))
    name, arguments = _string(function.get("name")), _arguments(function.get("arguments"))
    return "" if call_id in NO_ID else call_id, name, arguments


def _is_vague(indexes: Sequence[int | None], place: int) -> bool:
    """Tell whether a piece's index does not say which of a delta's calls it belongs to."""
    index = indexes[place]
    return index is None or indexes.count(index) > 1


def _is_other(slot: Slot, call_id: str, *, name: str, piece: str) -> bool:
    """Tell whether a delta that would go into the slot belongs to another call, since vendors reuse `index`."""
    if not name or not slot.name:
        return False
    if call_id and slot.id:
        if call_id == slot.id:
            return name != slot.name and slot.whole
        return name != slot.name or slot.whole or not slot.has_arguments
    # Without ids, other arguments after whole ones or another name are another call; the same again is an echo.
    return name != slot.name or (slot.whole and not slot.echoes(piece))


def _arguments(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return dump_text(value)
    return ""


def _is_whole(text: str) -> bool:
    return Scanner.of(text).complete


def _may_grow(text: str) -> bool:
    """Tell whether a text may be the beginning of an object, and is none yet."""
    scanner = Scanner.of(text)
    return not (scanner.broken or scanner.ended)


def _string(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _index(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) else None
