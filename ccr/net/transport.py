"""An httpx transport of our own: HTTP/1.1 on Trio, one joined chunk of body for each read from the network.

httpx's own pool passes each chunk through five nested generators and slows down with the number of requests; a
proxy of streams pays that for every token.
"""

from collections.abc import AsyncIterator
from types import TracebackType

import httpx
import trio

from ccr.net.connection import Broken, Connection
from ccr.net.dial import TlsContext, dial, forwards
from ccr.net.proxy import Proxy

CONNECT_SECONDS = 15.0
"""For a request that does not say how long connecting may take."""
IDLE_SECONDS = 30.0
IDLE_LIMIT = 100
"""Idle connections that are kept for one origin."""

Origin = tuple[bytes, bytes, int | None]


class TrioTransport(httpx.AsyncBaseTransport):
    """Connections of one way, direct or through a proxy, kept alive between requests.

    A request may say in httpx's `timeout` extension how long connecting may take; no other time-out is kept here.
    """

    def __init__(self, context: TlsContext, *, proxy: Proxy | None = None) -> None:
        self._context = context
        self._proxy = proxy
        self._idle: dict[Origin, list[Connection]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx.TransportError; a kept connection that turns out dead is replaced once."""
        origin: Origin = (request.url.raw_scheme, request.url.raw_host, request.url.port)
        method, body = request.method.encode(), await request.aread()
        target, headers = self._address(request)
        while True:
            connection = await self._take(origin) or await self._open(request)
            try:
                head = await connection.request(method, target, headers, body)
            except Broken as error:
                await connection.aclose()
                if connection.used and error.fresh:
                    continue
                raise httpx.ReadError(str(error), request=request) from error
            except BaseException:
                await connection.aclose()
                raise
            stream = _Body(self, origin, connection)
            found = [(bytes(k), bytes(v)) for k, v in head.headers.raw_items()]
            return httpx.Response(head.status_code, headers=found, stream=stream)

    async def aclose(self) -> None:
        """Close the idle connections."""
        idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection in connections:
                await connection.aclose()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()

    def _address(self, request: httpx.Request) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """Return target and headers: a proxy that forwards the request wants the whole address, and who asks."""
        url, headers = request.url, list(request.headers.raw)
        if self._proxy is None or not forwards(url, self._proxy):
            return url.raw_path, headers
        return b"http://" + url.netloc + url.raw_path, [*headers, *self._proxy.headers]

    async def _open(self, request: httpx.Request) -> Connection:
        seconds = request.extensions.get("timeout", {}).get("connect") or CONNECT_SECONDS
        return Connection(await dial(request.url, self._context, proxy=self._proxy, seconds=seconds))

    async def _take(self, origin: Origin) -> Connection | None:
        """Return a kept connection that is still good; the last one used is the likeliest to be."""
        kept = self._idle.get(origin)
        while kept:
            connection = kept.pop()
            if trio.current_time() - connection.idle_since < IDLE_SECONDS and not connection.is_dead():
                return connection
            await connection.aclose()
        return None

    async def keep(self, origin: Origin, connection: Connection) -> None:
        """Take a connection back after its response has been read to the end, or close it."""
        kept = self._idle.setdefault(origin, [])
        if connection.recycle() and len(kept) < IDLE_LIMIT:
            kept.append(connection)
        else:
            await connection.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of one response; closing it gives the connection back, or ends it if something is unread."""

    def __init__(self, transport: TrioTransport, origin: Origin, connection: Connection) -> None:
        self._transport = transport
        self._origin = origin
        self._connection = connection
        self._closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        # An iterator and no generator: nothing is left half-way when somebody stops reading.
        return self

    async def __anext__(self) -> bytes:
        try:
            data = await self._connection.read()
        except Broken as error:
            raise httpx.ReadError(str(error)) from error
        if data is None:
            raise StopAsyncIteration
        return data

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            await self._transport.keep(self._origin, self._connection)
