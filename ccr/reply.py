"""One reply: the upstream's bytes in, the client's bytes out. Sans-io.

    bytes -> split -> decoder -> filters -> encoder -> bytes

Whether the body is a stream of events, one JSON value, JSON lines or an HTML page is told from its first byte and never
from its content type, because vendors mix them up. A reply that ends without the upstream having said why is a fault.
"""

from collections.abc import Callable, Iterable, Sequence

from ccr.anthropic.encoder import Encoder
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.stream import StreamEncoder
from ccr.core.event import Event, Fault
from ccr.core.jsonio import dump, load, load_many
from ccr.core.recall import Keepsake
from ccr.core.sse import BOM, Splitter
from ccr.core.usage import Usage
from ccr.dialect.base import Decoder
from ccr.dialect.fault import fault_of, plain_text
from ccr.errors import RequestError
from ccr.transform.base import Filter, Stage

WHOLE_LIMIT = 64 * 1024 * 1024
"""Bytes of a reply that has to be read whole before it can be decoded."""

START = 300
"""Bytes of a body that are shown where it is no reply."""

CUT = Fault("api_error", "the upstream's stream ended before the reply was complete", 502, "incomplete_stream")
LARGE = Fault("api_error", "the upstream's reply is too large", 502, "large_reply")
EMPTY = Fault("api_error", "the upstream's reply was empty", 502, "empty_reply")


class Reply:
    """Decodes one upstream reply and encodes it for the client."""

    def __init__(
        self, decoder: Decoder, filters: Sequence[Filter], encoder: Encoder, *, stages: Sequence[Stage] = ()
    ) -> None:
        self.encoder = encoder
        self._decoder = decoder
        self._filters = list(filters)
        self._stages = list(stages)
        self._read: Callable[[bytes], None] = self._sniff
        self._splitter = Splitter()
        self._start = b""
        self._held: list[bytes] = []
        self._size = 0
        self._events = 0
        self.silent = False
        """Whether the model ended its turn without a word; then `close` returned a whole reply all the same."""

    @property
    def begun(self) -> bool:
        """Whether content has reached the client's side, so that nothing else can answer this request any more."""
        return self.encoder.started

    @property
    def stopped(self) -> bool:
        """Whether the upstream has said why it stops; more may follow all the same."""
        return self._decoder.stopped

    @property
    def ended(self) -> bool:
        """Whether the upstream has said its last word; only figures may follow."""
        return self.encoder.finish is not None

    @property
    def fault(self) -> Fault | None:
        """What went wrong, if anything."""
        return self.encoder.fault

    @property
    def usage(self) -> Usage | None:
        """What the upstream told of its usage so far."""
        return self.encoder.usage

    @property
    def stop_reason(self) -> str:
        """Why the reply ended, empty while it has not."""
        return self.encoder.stop_reason if self.encoder.finish else ""

    @property
    def keepsake(self) -> Keepsake:
        """The ids of the tool calls and the thinking blocks that led to them; their signatures are sealed."""
        return Keepsake(self.encoder.tool_ids, self.encoder.thoughts)

    def feed(self, data: bytes) -> bytes:
        """Take what one network read gave, return what to send to the client now; empty if nothing is."""
        if self.fault is None:
            self._pass(data)
        return self._take()

    def close(self, cut: Fault | None = None) -> bytes:
        """The upstream's body has ended; `cut` tells how, if it broke off. Returns the last bytes for the client."""
        if self.fault is None:
            self._close_stages()
            self._finish()
            self._emit(self._decoder.close())
            self._release()
        if self.fault is None and self.encoder.finish is None:
            self.encoder.feed(cut or self._unfinished())
        self.silent = not (self.fault or self.begun) and self.stop_reason == "end_turn"
        self.encoder.close()
        return self._take()

    def fail(self, fault: Fault) -> bytes:
        """Break the reply off from our side. Returns the last bytes for the client."""
        self.encoder.feed(fault)
        return self._take()

    def _pass(self, data: bytes, first: int = 0) -> None:
        """Pass bytes through the stages from `first` on, and read what is left of them."""
        try:
            for stage in self._stages[first:]:
                data = stage.feed(data) if data else data
        except RequestError as error:
            self.encoder.feed(fault_of(error))
            return
        if data:
            self._read(data)

    def _close_stages(self) -> None:
        for position, stage in enumerate(self._stages):
            try:
                self._pass(stage.close(), position + 1)
            except RequestError as error:
                self.encoder.feed(fault_of(error))

    def _take(self) -> bytes:
        if isinstance(self.encoder, StreamEncoder):
            return self.encoder.take()
        if isinstance(self.encoder, MessageEncoder) and self.encoder.message is not None:
            found, self.encoder.message = dump(self.encoder.message), None
            return found
        return b""

    def _unfinished(self) -> Fault:
        """Return what to say of a body that ended too early, or that was no reply at all."""
        said = "" if self._events or self._held else plain_text(self._start)
        if said and not said.startswith(":"):
            return Fault("api_error", f"the upstream's answer is no reply: {said!r}", 502, "foreign_reply")
        return CUT if self._events or self._held else EMPTY

    def _sniff(self, data: bytes) -> None:
        self._start += data
        start = self._start.removeprefix(BOM).lstrip()
        if not start or BOM.startswith(self._start):
            # Blank lines are how some say that they are still there; they need not be kept.
            self._start = self._start[: len(BOM)]
            return
        self._start = b""
        self._read = self._collect if start[:1] in (b"{", b"[", b"<") else self._stream
        self._read(start)

    def _stream(self, data: bytes) -> None:
        if not self._events:
            self._start = (self._start + data)[:START]
        for event in self._splitter.feed(data):
            self._events += 1
            self._emit(self._decoder.event(event.data, event.name))
        if self._splitter.held > WHOLE_LIMIT:
            self.encoder.feed(LARGE)

    def _collect(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > WHOLE_LIMIT:
            self.encoder.feed(LARGE)
        else:
            self._held.append(data)

    def _finish(self) -> None:
        if self._held:
            self._emit(self._whole(b"".join(self._held)))
        else:
            for event in self._splitter.close():
                self._events += 1
                self._emit(self._decoder.event(event.data, event.name))

    def _whole(self, body: bytes) -> Iterable[Event]:
        if body.startswith(b"<"):
            message = f"the upstream answered with a web page: {plain_text(body)!r}; check api_base_url"
            yield Fault("api_error", message, 502, "html")
            return
        try:
            values = [load(body)]
            alone = isinstance(values[0], dict)
        except ValueError:
            # Chunks that follow each other; a last one that is cut off leaves the reply without an end.
            values, alone = load_many(body), False
        items = (item for value in values for item in (value if isinstance(value, list) else [value]))
        for item in items:
            if self.fault is None:
                yield from self._decoder.whole(item, alone=alone)

    def _emit(self, events: Iterable[Event], first: int = 0) -> None:
        """Pass events through the filters from `first` on, into the encoder."""
        if first == len(self._filters):
            for event in events:
                self.encoder.feed(event)
            return
        feed = self._filters[first].feed
        for event in events:
            self._emit(feed(event), first + 1)

    def _release(self) -> None:
        for position, found in enumerate(self._filters):
            self._emit(found.close(), position + 1)
