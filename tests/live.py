"""A router and a scripted upstream, both on real loopback sockets, for tests of the whole."""

import json
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TextIO

import httpx
import trio

from ccr.config.parse import parse
from ccr.core.jsonio import load
from ccr.run import port
from ccr.run.serve import serve
from ccr.server.app import App
from ccr.server.state import State
from ccr.store.logfile import Echo, LogFile

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@dataclass
class Seen:
    """One request as the upstream got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes


class Wire:
    """The upstream's end of one connection."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream

    async def read(self) -> Seen | None:
        """Return the next request, or None when the router has closed the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = await self.stream.receive_some(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += await self.stream.receive_some(65536)
        method, path, _ = first.split(" ")
        return Seen(method, path, headers, json.loads(body) if body[:1] in b"{[" and body else None, body)

    async def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Send a whole answer: JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(data)}", "content-type: application/json"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        await self.stream.send_all("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    async def begin(self) -> None:
        """Send the head of a stream."""
        await self.stream.send_all(HEAD)

    async def send(self, data: bytes) -> None:
        """Send one chunk of a stream."""
        await self.stream.send_all(b"%x\r\n%s\r\n" % (len(data), data))

    async def end(self) -> None:
        """Send the end of a stream."""
        await self.stream.send_all(b"0\r\n\r\n")

    async def closed(self) -> None:
        """Wait until the router closes the connection."""
        try:
            while await self.stream.receive_some(65536):
                pass
        except trio.BrokenResourceError:
            pass


Script = Callable[[Seen, Wire], Awaitable[None]]


def streaming(data: bytes) -> Script:
    """Return a script that answers every request with this stream of bytes."""

    async def script(seen: Seen, wire: Wire) -> None:
        await wire.begin()
        await wire.send(data)
        await wire.end()

    return script


@dataclass
class Live:
    """A running router: `http` talks to it, `seen` is what the upstream got."""

    url: str
    state: State
    http: httpx.AsyncClient
    seen: list[Seen] = field(default_factory=list)

    async def post(self, body: Any, **kwargs: Any) -> httpx.Response:
        """Send a Messages request."""
        return await self.http.post(f"{self.url}/v1/messages?beta=true", json=body, **kwargs)

    async def open(self, body: Any) -> trio.SocketStream:
        """Send a Messages request over a plain socket, for a client that leaves or stalls."""
        stream = await trio.open_tcp_stream("127.0.0.1", int(self.url.rpartition(":")[2]))
        data = httpx.Request("POST", self.url, json=body).content  # the very bytes that `post` sends
        head = b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n" % len(data)
        await stream.send_all(head + data)
        return stream

    async def settled(self) -> None:
        """Wait until no request is under way."""
        with trio.fail_after(2):
            while self.state.active:  # noqa: ASYNC110 - the server has no event for it
                await trio.sleep(0.01)


def config(upstream: str, **changes: Any) -> dict[str, Any]:
    """Return a configuration with one provider `up` and one model `m`."""
    provider = {"name": "up", "api_base_url": f"{upstream}/v1/chat/completions", "api_key": "k", "models": ["m"]}
    provider |= changes.pop("provider", {})
    return {"Providers": [provider], "Router": {"default": "up,m"}, "LOG": False, **changes}


@asynccontextmanager
async def live(
    script: Script,
    *,
    make: Callable[[str], dict[str, Any]] = config,
    env: Mapping[str, str] | None = None,
    echo: TextIO | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Live]:
    """Run an upstream with `script` and a router in front of it; `make` builds its configuration from the address.

    The log goes to `echo`, or to the test's stderr. With `tls` the upstream wants TLS.
    """
    seen: list[Seen] = []

    async def handler(stream: trio.SocketStream) -> None:
        wire = Wire(trio.SSLStream(stream, tls, server_side=True, https_compatible=True) if tls else stream)
        try:
            while (request := await wire.read()) is not None:
                seen.append(request)
                await script(request, wire)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass

    log, stop = LogFile([Echo(echo or sys.stderr)], redact=str, level="warn"), trio.Event()
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, handler, 0, host="127.0.0.1"))
        upstream = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        loaded = parse(json.dumps(make(upstream)), {})
        state = State(loaded, env=env or {}, instance="test", role="service", log=log)
        listener = port.bind("127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with state.running(), httpx.AsyncClient(trust_env=False, timeout=20) as http:
            await nursery.start(partial(serve, App(state), listener, log=log, stop=stop, grace=0))
            yield Live(url, state, http, seen)
        stop.set()
        nursery.cancel_scope.cancel()
    log.close()
    # The next request of the session would have what was changed in this one.
    assert {raw: dict(part) for raw, part in state.history} == {raw: load(raw) for raw, _ in state.history}
