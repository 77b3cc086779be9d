"""Proxies on loopback, as real ones speak: HTTP with CONNECT, and SOCKS5. They connect every name to one server."""

import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import trio

USER, PASSWORD = "jo", "s:cret"
Handle = Callable[[trio.abc.Stream], Awaitable[None]]


class Proxy:
    """What the proxies of a test have in common. `port` is that of the server behind them."""

    def __init__(self, *, wants_password: bool = False, refuses: bool = False) -> None:
        self.port = 0
        self.asked: list[str] = []
        """What they were asked to connect to, or to fetch."""
        self._wants_password = wants_password
        self._refuses = refuses

    async def http(self, client: trio.abc.Stream) -> None:
        """Serve one client of an HTTP proxy."""
        head = await _head(client)
        line, *rest = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (one.partition(":") for one in rest)}
        method, target, _ = line.split(" ")
        self.asked.append(target)
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self._wants_password and headers.get("proxy-authorization") != f"Basic {pair}":
            await client.send_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
        elif self._refuses:
            await client.send_all(b"HTTP/1.1 403 Not Here\r\ncontent-length: 0\r\n\r\n")
        else:
            server = await trio.open_tcp_stream("127.0.0.1", self.port)
            if method == "CONNECT":
                await client.send_all(b"HTTP/1.1 200 Connection established\r\nproxy-agent: test\r\n\r\n")
            else:
                kept = [one for one in rest if one and not one.lower().startswith("proxy-")]
                path = "/" + target.split("/", 3)[3]
                await server.send_all("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "\r\n"]).encode())
            await _join(client, server)

    async def socks(self, client: trio.abc.Stream) -> None:
        """Serve one client of a SOCKS5 proxy."""
        _, count = await _exactly(client, 2)
        methods = await _exactly(client, count)
        if self._wants_password:
            await client.send_all(b"\5\2" if 2 in methods else b"\5\xff")
            if 2 not in methods or not await self._logs_in(client):
                return
        else:
            await client.send_all(b"\5\0")
        _, _, _, kind = await _exactly(client, 4)
        size = {1: 4, 4: 16}.get(kind) or (await _exactly(client, 1))[0]
        host, port = await _exactly(client, size), int.from_bytes(await _exactly(client, 2), "big")
        self.asked.append(f"{host.decode() if kind == 3 else '.'.join(map(str, host))}:{port}")
        if self._refuses:
            await client.send_all(b"\5\2\0\1\0\0\0\0\0\0")
            return
        server = await trio.open_tcp_stream("127.0.0.1", self.port)
        await client.send_all(b"\5\0\0\3\4here\0\x50")
        await _join(client, server)

    async def _logs_in(self, client: trio.abc.Stream) -> bool:
        _, size = await _exactly(client, 2)
        user = await _exactly(client, size)
        password = await _exactly(client, (await _exactly(client, 1))[0])
        is_right = (user.decode(), password.decode()) == (USER, PASSWORD)
        await client.send_all(b"\1\0" if is_right else b"\1\1")
        return is_right


@asynccontextmanager
async def proxying(handle: Handle, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a proxy on a free port, with TLS if asked for; yields the port."""

    async def serve(stream: trio.SocketStream) -> None:
        client = trio.SSLStream(stream, tls, server_side=True, https_compatible=True) if tls else stream
        try:
            await handle(client)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            await trio.aclose_forcefully(client)

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def _head(stream: trio.abc.Stream) -> bytes:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += await _exactly(stream, 1)
    return data


async def _exactly(stream: trio.abc.Stream, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = await stream.receive_some(size - len(data))
        if not piece:
            raise trio.BrokenResourceError
        data += piece
    return data


async def _join(one: trio.abc.Stream, other: trio.abc.Stream) -> None:
    """Pass on what either side says until one of them ends."""

    async def copy(source: trio.abc.Stream, sink: trio.abc.Stream) -> None:
        try:
            while data := await source.receive_some(65536):
                await sink.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        nursery.cancel_scope.cancel()

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(copy, one, other)
            nursery.start_soon(copy, other, one)
    finally:
        await trio.aclose_forcefully(other)
