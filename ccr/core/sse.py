"""Server-sent events out of bytes, whatever the network cuts them into.

Splits by bytes, so characters may be cut anywhere and U+2028 is no line end. Kinder than the grammar where servers are
careless: a last event needs no blank line, JSON objects need none between them, and a bare JSON line counts as data.
Grammar: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from typing import NamedTuple

BOM = b"\xef\xbb\xbf"


class ServerEvent(NamedTuple):
    """One event: the joined `data:` lines and the `event:` name, empty if there was none."""

    data: bytes
    name: str


class Splitter:
    """Takes bytes as they come, gives the events that are complete."""

    def __init__(self) -> None:
        self.held = 0
        """Bytes of the event that is not complete yet. Whoever feeds must see to it that they don't fill the memory."""
        self._tail: list[bytes] = []
        self._data: list[bytes] = []
        self._name = ""
        self._late_name = ""
        self._first = True

    def feed(self, data: bytes) -> list[ServerEvent]:
        """Return the events that are complete now."""
        if data.startswith(b"data: ") and data.endswith(b"\n\n") and not (self._tail or self._data or self._name):
            # What nearly every read gives: whole events of one line each, without a name.
            self._first = False
            pieces = data[6:-2].split(b"\n\ndata: ")
            if data.count(b"\n") == 2 * len(pieces) and b"\r" not in data:
                return [ServerEvent(piece, "") for piece in pieces if piece]
        if self._tail and self._tail[-1].endswith(b"\r"):
            # A CR may be half of a CRLF: it waits for what follows.
            data = b"\r" + data
            self._tail[-1] = self._tail[-1][:-1]
        if b"\r" in data:
            held = data.endswith(b"\r")
            data = (data[:-1] if held else data).replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\r" * held
        head, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._tail.append(data)
            self.held += len(data)
            return []
        lines = b"".join((*self._tail, head)).split(b"\n")
        self._tail = [rest] if rest else []
        events: list[ServerEvent] = []
        for line in lines:
            self._line(line, events)
        self.held = len(rest) + sum(map(len, self._data))
        return events

    def close(self) -> list[ServerEvent]:
        """Return what the end of the body completes."""
        events: list[ServerEvent] = []
        rest = b"".join(self._tail).rstrip(b"\r")
        self._tail = []
        if rest:
            self._line(rest, events)
        self._dispatch(events)
        return events

    def _line(self, line: bytes, events: list[ServerEvent]) -> None:
        if self._first:
            self._first, line = False, line.removeprefix(BOM)
        if not line:
            self._dispatch(events)
        elif line.startswith(b"data:"):
            self._add(line[6:] if line[5:6] == b" " else line[5:], events)
        elif line.startswith(b"event:"):
            name = line[6:].strip().decode("ascii", "replace")
            # After data the name is either the same event's or the next one's, without a blank line between.
            if self._data:
                self._late_name = name
            else:
                self._name = name
        elif line.startswith(b"{"):
            self._add(line, events)
        elif line == b"data":
            self._add(b"", events)

    def _add(self, value: bytes, events: list[ServerEvent]) -> None:
        if self._data:
            is_next = value[:1] in (b"{", b"[") and self._data[-1][-1:] == b"}" and self._data[0][:1] == b"{"
            if is_next or self._late_name:
                name, self._late_name = self._late_name, ""
                self._dispatch(events)
                self._name = name
        self._data.append(value)

    def _dispatch(self, events: list[ServerEvent]) -> None:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        if data:
            events.append(ServerEvent(data, self._late_name or self._name))
        self._data = []
        self._name = self._late_name = ""
