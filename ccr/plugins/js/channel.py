"""One call to the JavaScript child, and the body that streams through it. Bounded: see `frame`."""

from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn

import trio

from ccr.core.jsonio import load
from ccr.plugins.failure import PluginLost
from ccr.plugins.js.frame import PIECE, WINDOW, Frame, Kind, credit, pack


class Thrown(Exception):
    """The user's code threw. `stack` is JavaScript's."""

    def __init__(self, message: str, stack: str) -> None:
        super().__init__(message)
        self.message = message
        self.stack = stack


class Channel:
    """Our end. `send` takes the bytes of a frame and never waits."""

    def __init__(self, number: int, send: Callable[[bytes], None]) -> None:
        self.number = number
        self.closed = False
        self._send = send
        self._room = WINDOW
        self._inbox: deque[Frame] = deque()
        self.lost = ""
        """Why there is no child any more; empty while there is."""
        self._news = trio.Event()

    def take(self, frame: Frame) -> None:
        """A frame has come for this channel."""
        if frame.kind is Kind.CREDIT:
            self._room += int.from_bytes(frame.payload, "big")
        else:
            self._inbox.append(frame)
            self.closed = self.closed or frame.kind in (Kind.RESULT, Kind.ERROR, Kind.END)
        self._wake()

    def lose(self, why: str) -> None:
        """The child is gone; whoever waits gets a PluginLost."""
        self.lost, self.closed = why, True
        self._wake()

    def cancel(self) -> None:
        """Nobody wants the result any more. Does nothing when it has come."""
        if not self.closed:
            self.closed = True
            self._send(pack(Kind.CANCEL, self.number))

    async def frame(self) -> Frame:
        """Return the next frame. Raises Thrown if the user's code failed, PluginLost if the child is gone."""
        while not self._inbox:
            if self.lost:
                raise PluginLost(self.lost)
            await self._news.wait()
        frame = self._inbox.popleft()
        if frame.kind is Kind.ERROR:
            _throw(frame)
        if frame.kind is Kind.DATA:
            self._send(credit(self.number, len(frame.payload)))
        return frame

    async def data(self, data: bytes) -> None:
        """Send a piece of the body, as fast as the other side uses it up."""
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            while self._room < len(piece) and not self.lost:
                await self._news.wait()
            self._room -= len(piece)
            self._send(pack(Kind.DATA, self.number, piece))

    def end(self) -> None:
        """The body is complete."""
        self._send(pack(Kind.END, self.number))

    def _wake(self) -> None:
        news, self._news = self._news, trio.Event()
        news.set()


def _throw(frame: Frame) -> NoReturn:
    told: Any = load(frame.payload)
    raise Thrown(str(told.get("message", "")), str(told.get("stack", "")))
