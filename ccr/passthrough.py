"""A reply that already is what the client wants: its bytes go on untouched, with a tap beside them. Sans-io.

The tap reads the usage and the signatures, notices errors and broken streams. Nothing is held back but what comes
before the first content, because after an error there somebody else can still answer. The first event names the model:
where the router asked for another than the client did, it gets the client's name for it, since Claude Code 2.1.197
gives thinking back only to the model that it believes to talk to, and Anthropic refuses a turn without its thinking.
Events without names, by which clients go, are given them.
"""

import re
from collections.abc import Callable
from typing import Any

from ccr.anthropic.stream import error_frame, frame
from ccr.core.event import Fault
from ccr.core.jsonio import dump, load
from ccr.core.recall import Keepsake
from ccr.core.sse import BOM, ServerEvent, Splitter
from ccr.core.unified import Json
from ccr.core.usage import Usage, latest
from ccr.dialect.anthropic.decode import read_usage
from ccr.dialect.anthropic.signed import MARKS, Signatures
from ccr.dialect.fault import error_in
from ccr.reply import CUT, EMPTY, LARGE, WHOLE_LIMIT, Reply

_BEFORE = frozenset({"message_start", "ping", "error"})
"""What says nothing yet."""

_READ = frozenset({"message_start", "message_delta", "message_stop", "error"})


class Passthrough:
    """Passes one Anthropic reply on. `convert` makes the full translation for an upstream that sends JSON where a
    stream was asked for, or the reverse. `maker` is whose signatures the reply has, `model` what the client calls the
    model if the upstream was asked for another name.
    """

    def __init__(self, *, stream: bool, convert: Callable[[], Reply], maker: str = "", model: str = "") -> None:
        self.begun = self.silent = False
        self.fault: Fault | None = None
        self.usage: Usage | None = None
        self.stop_reason = ""
        self._stream = stream
        self._maker = maker
        self._model = model
        self._told_model: Any = None
        self._signatures = Signatures()
        self._convert = convert
        self._other: Reply | None = None
        self._splitter = Splitter()
        self._held: list[bytes] = []
        self._size = 0
        self._start = b""
        self._sniffed = False
        self._whole = False
        self._seen = self._nameless = False
        self._complete = False

    @property
    def stopped(self) -> bool:
        """Whether the upstream has said why it stops."""
        return bool(self.stop_reason) if self._other is None else self._other.stopped

    @property
    def ended(self) -> bool:
        """Whether the upstream has said its last word."""
        return self._complete or (self._other is not None and self._other.ended)

    @property
    def keepsake(self) -> Keepsake:
        """The signatures only: the client gives the blocks back as they are."""
        if self._other is not None:
            return self._other.keepsake
        return Keepsake(maker=self._maker, signatures=self._signatures.all)

    def feed(self, data: bytes) -> bytes:
        """Take what one network read gave, return what to send to the client now."""
        if self._other is not None:
            return self._from_other(self._other.feed(data))
        if self.fault is not None:
            return b""
        self._size += len(data)
        if not self._sniffed:
            self._sniff(data)
        return self._collect(data) if self._whole else self._pass(data)

    def close(self, cut: Fault | None = None) -> bytes:
        """The upstream's body has ended, or broke off as `cut` says."""
        if self._other is not None:
            return self._from_other(self._other.close(cut))
        if self.fault is not None:
            return b""
        if self._whole:
            return self._close_whole(cut)
        last = self._splitter.close()
        self._tap(last)
        rest = b"".join(map(_named, last)) if self._nameless else b""
        if self._complete or self.fault is not None:
            return rest
        if self.stop_reason and cut is None:
            return rest + frame("message_stop", {"type": "message_stop"})
        return self.fail(cut or (CUT if self._size else EMPTY))

    def fail(self, fault: Fault) -> bytes:
        """Break the reply off from our side."""
        self.fault = fault
        # The upstream may have stopped in the middle of an event; a blank line ends it.
        return b"\n\n" + error_frame(fault) if self.begun else b""

    def _sniff(self, data: bytes) -> None:
        self._start += data
        start = self._start.removeprefix(BOM).lstrip()
        self._sniffed = bool(start) and not BOM.startswith(self._start)
        is_json = start[:1] in (b"{", b"[", b"<")
        if self._sniffed and is_json == self._stream:
            self._other = self._convert()
        self._whole = is_json

    def _from_other(self, out: bytes) -> bytes:
        other = self._other
        if other is not None:
            self.begun, self.fault, self.usage = other.begun, other.fault, other.usage
            self.stop_reason, self.silent = other.stop_reason, other.silent
        return out

    def _pass(self, data: bytes) -> bytes:
        if self._other is not None:
            first = b"".join((*self._held, data))
            self._held = []
            return self._from_other(self._other.feed(first))
        events = self._splitter.feed(data)
        if events and not self._seen and _is_nameless(events[0]):
            self._nameless, self._held = True, []
        self._seen = self._seen or bool(events)
        self._tap(events)
        if self._nameless:
            data = b"".join(map(_named, events))
        if self._splitter.held > WHOLE_LIMIT:
            return self.fail(LARGE)
        if self.begun:
            held, self._held = self._held, []
            data = b"".join((*held, data)) if held else data
            # The first event has just become whole: this is done once.
            return self._renamed(data) if self._model else data
        self._held.append(data)
        return b""

    def _tap(self, events: list[ServerEvent]) -> None:
        for event in events:
            name = event.name
            # Some imitators name no events; the data's type is the same word.
            if not name or name in _READ or any(mark in event.data for mark in MARKS):
                value = _value(event.data)
                name = name or str(value.get("type", ""))
                self._note(name, value)
            if name not in _BEFORE and self.fault is None:
                self.begun = True

    def _note(self, name: str, value: Json) -> None:
        if name == "error":
            self.fault = error_in(value) or CUT
        elif name == "message_stop":
            self._complete = True
        elif name == "message_start":
            self._see(value.get("message"))
        elif name == "message_delta":
            self._see(value)
            self._see(value.get("delta"))
        else:
            self._signatures.event(value)

    def _see(self, message: Any) -> None:
        if not isinstance(message, dict):
            return
        self._signatures.message(message)
        self._told_model = message.get("model", self._told_model)
        if isinstance(message.get("usage"), dict):
            self.usage = latest(self.usage, read_usage(message["usage"]))
        if isinstance(message.get("stop_reason"), str):
            self.stop_reason = message["stop_reason"]

    def _collect(self, data: bytes) -> bytes:
        if self._other is not None:
            return self._from_other(self._other.feed(data))
        self._held.append(data)
        if self._size > WHOLE_LIMIT:
            self.fault = LARGE
        return b""

    def _close_whole(self, cut: Fault | None) -> bytes:
        body = b"".join(self._held)
        try:
            message: Any = load(body)
        except ValueError:
            # The translator knows what else a body may be, and how to say it.
            self._other = self._convert()
            return self._from_other(self._other.feed(body) + self._other.close(cut))
        self.fault = error_in(message)
        if self.fault is not None:
            return b""
        self._see(message)
        self.begun = True
        return dump({**message, "model": self._model}) if self._model else body

    def _renamed(self, data: bytes) -> bytes:
        """Return the first bytes of a stream with the client's name of the model."""
        wanted, self._model = self._model, ""
        if not isinstance(self._told_model, str):
            return data
        name = re.compile(rb'("model"\s*:\s*)' + re.escape(dump(self._told_model)))
        return name.sub(lambda found: found[1] + dump(wanted), data, count=1)


def _is_nameless(first: ServerEvent) -> bool:
    """Tell whether an event of the Messages API came without its name."""
    return not first.name and isinstance(_value(first.data).get("type"), str)


def _named(event: ServerEvent) -> bytes:
    """Return an event with the name that its data tell; nothing of what isn't one, such as `[DONE]`."""
    name = event.name or _value(event.data).get("type")
    if not isinstance(name, str):
        return b""
    data = event.data.replace(b"\n", b"\ndata: ")
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


def _value(data: bytes) -> Json:
    try:
        value: Any = load(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
