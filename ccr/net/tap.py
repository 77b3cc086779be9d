"""Remembers what an upstream really sent, for whoever has to find out how it speaks."""

from collections.abc import AsyncIterator

import httpx

from ccr.config.schema import Provider
from ccr.net.client import Clients

LIMIT = 256 * 1024
"""Bytes of a reply that are remembered."""


class Tapped(Clients):
    """Clients of which the last reply can be looked at: `kind` is its content type, `data` its body."""

    kind = ""
    data = b""

    def client(self, provider: Provider, *, proxy_url: str | None) -> httpx.AsyncBaseTransport:
        """Return the transport for a provider, with the tap on it."""
        return _Transport(super().client(provider, proxy_url=proxy_url), self)

    def begin(self, kind: str) -> None:
        """A reply begins."""
        self.kind, self.data = kind, b""

    def note(self, data: bytes) -> None:
        """A piece of it has come."""
        if len(self.data) < LIMIT:
            self.data += data


class _Transport(httpx.AsyncBaseTransport):
    """Passes everything on and notes the replies."""

    def __init__(self, inner: httpx.AsyncBaseTransport, tap: Tapped) -> None:
        self._inner = inner
        self._tap = tap

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        self._tap.begin(response.headers.get("content-type", ""))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, self._tap)
        return response


class _Body(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, tap: Tapped) -> None:
        self._inner = inner
        self._pieces: AsyncIterator[bytes] | None = None
        self._tap = tap

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._pieces = aiter(self._inner)
        return self

    async def __anext__(self) -> bytes:
        assert self._pieces is not None
        data = await anext(self._pieces)
        self._tap.note(data)
        return data

    async def aclose(self) -> None:
        await self._inner.aclose()
