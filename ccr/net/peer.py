"""Talk between two processes of one service over a stream: notes, and questions with their answers.

A frame is its length, a kind, a number, and a message in MessagePack. A question that is cancelled is cancelled on the
other side too; whoever asks a process that has ended gets `Gone`.
"""

import inspect
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import trio

from ccr.errors import Unavailable
from ccr.net.message import Message
from ccr.net.stream import TcpStream

HEAD = struct.Struct("!IBI")
NOTE, QUESTION, ANSWER, FAILURE, CANCEL = range(5)

Serve = Callable[[Any], Any]
"""Takes a message; returns the answer or an awaitable for it, None for a note, which must not wait."""


class Gone(Unavailable):
    """The other process has ended."""

    def __init__(self) -> None:
        super().__init__("a process of the router has ended; try again", retry_after=1)


class Peer:
    """One end of the line."""

    def __init__(self, stream: TcpStream, takes: Any, serve: Serve) -> None:
        self._stream = stream
        self._decoder = msgspec.msgpack.Decoder(takes)
        self._serve = serve
        self._count = 0
        self._waiting: dict[int, _Question] = {}
        self._serving: dict[int, trio.CancelScope] = {}
        self._unsent = bytearray()
        self._more = trio.Event()
        self.gone = False

    async def run(self) -> None:
        """Take what comes until the other side ends, or this is cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write)
                await self._read(nursery)
                nursery.cancel_scope.cancel()
        finally:
            self.gone = True
            for question in self._waiting.values():
                question.answered.set()
            await trio.aclose_forcefully(self._stream)

    def tell(self, message: Message) -> None:
        """Send a note, which is lost to a process that has ended."""
        self._send(NOTE, 0, msgspec.msgpack.encode(message))

    async def ask(self, message: Message, answer: Any) -> Any:
        """Return the answer, which has the type `answer`. Raises Gone, or Unavailable if the other side fails."""
        if self.gone:
            raise Gone
        self._count = (self._count + 1) % 2**32
        number, question = self._count, _Question()
        self._waiting[number] = question
        self._send(QUESTION, number, msgspec.msgpack.encode(message))
        try:
            await question.answered.wait()
        except trio.Cancelled:
            self._send(CANCEL, number, b"")
            raise
        finally:
            del self._waiting[number]
        if question.body is None:
            raise Unavailable(question.failure) if question.failure else Gone()
        return msgspec.msgpack.decode(question.body, type=answer)

    async def _read(self, nursery: trio.Nursery) -> None:
        held = b""
        while True:
            try:
                data = await self._stream.receive_some()
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
            if not data:
                return
            held += data
            while len(held) >= HEAD.size:
                length, kind, number = HEAD.unpack_from(held)
                end = HEAD.size + length
                if len(held) < end:
                    break
                body, held = held[HEAD.size : end], held[end:]
                self._take(kind, number, body, nursery)

    def _take(self, kind: int, number: int, body: bytes, nursery: trio.Nursery) -> None:
        if kind in (NOTE, QUESTION):
            found = self._serve(self._decoder.decode(body))
            if inspect.isawaitable(found):
                # Known from now on, since it may be cancelled before its task has begun.
                scope = self._serving[number] = trio.CancelScope()
                nursery.start_soon(self._answer_later, number, found, scope)
            elif kind == QUESTION:
                self._send(ANSWER, number, msgspec.msgpack.encode(found))
        elif kind == CANCEL:
            if number in self._serving:
                self._serving[number].cancel()
        elif question := self._waiting.get(number):
            question.body = body if kind == ANSWER else None
            question.failure = body.decode() if kind == FAILURE else ""
            question.answered.set()

    async def _answer_later(self, number: int, found: Awaitable[Any], scope: trio.CancelScope) -> None:
        with scope:
            try:
                self._send(ANSWER, number, msgspec.msgpack.encode(await found))
            except Exception as error:
                # Whoever asked has a client who must be told something.
                self._send(FAILURE, number, (str(error) or type(error).__name__).encode())
            finally:
                del self._serving[number]

    def _send(self, kind: int, number: int, body: bytes) -> None:
        """Send a frame with all others of this moment: waking the other process is what costs."""
        if not self.gone:
            self._unsent += HEAD.pack(len(body), kind, number)
            self._unsent += body
            self._more.set()

    async def _write(self) -> None:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                await self._more.wait()
                self._more = trio.Event()
                while self._unsent:
                    sent = self._stream.send_now(self._unsent)
                    del self._unsent[:sent]
                    if self._unsent:
                        await self._stream.wait_send_all_might_not_block()


class _Question:
    def __init__(self) -> None:
        self.answered = trio.Event()
        self.body: bytes | None = None
        self.failure = ""


def outward(moment: float) -> float:
    """Return a moment of this Trio run on the system's clock, which all processes share."""
    return moment - trio.current_time() + time.perf_counter()


def inward(moment: float) -> float:
    """Return a moment of the system's clock on that of this Trio run."""
    return moment + trio.current_time() - time.perf_counter()
