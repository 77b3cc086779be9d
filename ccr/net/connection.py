"""One HTTP/1.1 connection to an upstream over a Trio stream: h11 for the heads, `body` for what follows them."""

from typing import Any

import h11
import trio

from ccr.net.body import BadBody, Body, Empty, UntilClose, body_of
from ccr.net.dial import words
from ccr.net.stream import READ_BYTES, TcpStream

MAX_HEAD_BYTES = 256 * 1024
"""Beyond that an upstream's response head is refused."""


class Broken(Exception):
    """The connection failed. `fresh` tells that the upstream had not begun to answer."""

    def __init__(self, message: str, *, fresh: bool) -> None:
        super().__init__(message)
        self.fresh = fresh


class Connection:
    """A connection that is used for one request after the other."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.idle_since = 0.0
        self.used = False
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT)
        self._body: Body = Empty()
        self._held = b""
        self._keeps_alive = False

    async def request(
        self, method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> h11.Response:
        """Send a request and return the head of the response. Raises Broken."""
        http = self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        head = http.send(h11.Request(method=method, target=target, headers=headers)) or b""
        failed: Exception | None = None
        try:
            await self._stream.send_all(head + body)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            # An upstream that refuses a large body may answer before it has read all of it.
            failed = error
        response = await self._head(failed)
        self._begin(method, response, sent=failed is None)
        return response

    async def read(self) -> bytes | None:
        """Return what one read from the network gave of the body, or None at its end. Raises Broken."""
        body = self._body
        try:
            while not body.done:
                data, self._held = self._held or await self._receive(fresh=False), b""
                if not data:
                    body.end()
                elif found := body.feed(data):
                    return found
        except BadBody as error:
            raise Broken(str(error), fresh=False) from error
        return None

    def recycle(self) -> bool:
        """Make the connection ready for the next request; tell whether that is possible."""
        self.used = True
        self.idle_since = trio.current_time()
        return self._keeps_alive and self._body.done and not self._body.rest and not self._held

    def is_dead(self) -> bool:
        """Tell whether the upstream has closed the idle connection, or said something that nobody asked for."""
        raw = self._stream
        while isinstance(raw, trio.SSLStream):
            raw = raw.transport_stream
        return isinstance(raw, TcpStream) and raw.has_news()

    async def aclose(self) -> None:
        """Close at once, without waiting for a polite goodbye: that is what stops the upstream's work."""
        await trio.aclose_forcefully(self._stream)

    async def _head(self, failed: Exception | None) -> h11.Response:
        while True:
            event = self._next()
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                try:
                    self._http.receive_data(await self._receive(fresh=True))
                except Broken:
                    if failed is not None:
                        raise Broken(f"the request could not be sent: {words(failed)}", fresh=True) from failed
                    raise
            elif not isinstance(event, h11.InformationalResponse):
                raise Broken("the upstream closed the connection without an answer", fresh=True)

    def _next(self) -> Any:
        try:
            return self._http.next_event()
        except h11.RemoteProtocolError as error:
            raise Broken(f"the upstream broke the HTTP protocol: {error}", fresh=False) from error

    def _begin(self, method: bytes, response: h11.Response, *, sent: bool) -> None:
        """Take over from h11 what follows the head."""
        headers = [(bytes(name), bytes(value)) for name, value in response.headers]
        try:
            self._body = body_of(method, response.status_code, headers)
        except BadBody as error:
            raise Broken(str(error), fresh=False) from error
        self._held = self._http.trailing_data[0]
        options = dict(headers).get(b"connection", b"").lower()
        closes = b"close" in options or response.http_version < b"1.1"
        self._keeps_alive = sent and not closes and not isinstance(self._body, UntilClose)

    async def _receive(self, *, fresh: bool) -> bytes:
        try:
            data = await self._stream.receive_some(READ_BYTES)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise Broken(words(error), fresh=fresh) from error
        if not data and fresh:
            raise Broken("the upstream closed the connection without an answer", fresh=True)
        return bytes(data)
