"""The client's side of a request: what has been sent, what may still be sent, and whether the client is there."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import trio

from ccr.anthropic.stream import PING, error_frame
from ccr.core.event import Fault

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]

_CONTROL = re.compile(rb"[\0-\x1f\x7f]+")
"""What may not stand in a header. Names of models come from anywhere."""

STREAM_HEADERS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}


class Relay:
    """Writes one HTTP answer. Headers go out with the first bytes, so that until then the status is open."""

    def __init__(self, send: Send, *, stream: bool, headers: Mapping[str, str]) -> None:
        self.stream = stream
        self.headers = dict(headers)
        self.started = False
        self.finished = False
        self.status = 0
        self.writing_since: float | None = None
        self.last_write = trio.current_time()
        self._send = send

    async def write(self, data: bytes) -> None:
        """Send a piece of a stream."""
        if not self.started:
            await self._start(200, STREAM_HEADERS)
        await self._body(data, more=True)

    async def ping(self) -> None:
        """Send a ping unless a write is under way."""
        if self.writing_since is None and not self.finished:
            await self.write(PING)

    async def finish(self) -> None:
        """End a stream."""
        if not self.finished:
            self.finished = True
            await self._body(b"", more=False)

    async def fail(self, fault: Fault) -> None:
        """End a stream that has begun with an error event."""
        await self.write(error_frame(fault))
        await self.finish()

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole answer."""
        self.finished = True
        await self._start(status, {**headers, "content-length": str(len(body))})
        await self._body(body, more=False)

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.started, self.status = True, status
        self.writing_since = trio.current_time()
        found = {**self.headers, **headers}
        pairs = [
            (k.lower().encode("latin-1"), _CONTROL.sub(b" ", v.encode("latin-1", "replace"))) for k, v in found.items()
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def _body(self, data: bytes, *, more: bool) -> None:
        self.writing_since = self.last_write = trio.current_time()
        await self._send({"type": "http.response.body", "body": data, "more_body": more})
        self.writing_since = None
