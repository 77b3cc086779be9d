"""Hypercorn's connection with our shortcuts: what is on the line is the same HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import h11
import pytest
import trio

from ccr.net.stream import TcpListener
from ccr.run.port import bind
from ccr.server import connection
from ccr.server.connection import Connection
from ccr.server.hypercorn import ASGIWrapper, Config, WorkerContext
from tests.aio import trio_test

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
STREAMED = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
WHOLE = b"GET /whole HTTP/1.1\r\nhost: x\r\n\r\n"
WEBSOCKET = b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AA==\r\n\r\n"
UPGRADE = b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n"


async def app(scope: Any, receive: Receive, send: Send) -> None:
    """Answer in three pieces, or `/whole` with a length."""
    length = [(b"content-length", b"6")] if scope["path"] == "/whole" else []
    await send({"type": "http.response.start", "status": 200, "headers": length})
    for piece in (b"abc", b"", b"def"):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class Silent:
    """A log for Hypercorn that keeps nothing."""

    def __init__(self, _config: Config) -> None:
        pass

    async def access(self, *_words: Any) -> None:
        pass


@asynccontextmanager
async def served() -> AsyncIterator[tuple[trio.SocketStream, WorkerContext]]:
    """Give a client's stream to the app."""
    config, context = Config(), WorkerContext(None)
    config.logger_class = Silent  # type: ignore[assignment]
    made: Any = partial(Connection, ASGIWrapper(app), config, context, {})
    listener = TcpListener(bind("127.0.0.1", 0))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, made, [listener])
        async with await trio.open_tcp_stream("127.0.0.1", listener.port) as stream:
            yield stream, context
        nursery.cancel_scope.cancel()


async def answered(stream: trio.SocketStream, request: bytes) -> tuple[int, bytes]:
    """Send a request, and return status and body of the answer as h11 reads them."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=request.split(b" ")[0], target="/", headers=[("host", "x")]))
    client.send(h11.EndOfMessage())
    await stream.send_all(request)
    status, body = 0, b""
    while True:
        event = client.next_event()
        if event is h11.NEED_DATA:
            client.receive_data(await stream.receive_some())
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            assert isinstance(event, h11.EndOfMessage), event
            return status, body


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        pytest.param(STREAMED, b"abcdef", id="in chunks"),
        pytest.param(WHOLE, b"abcdef", id="with a length"),
        pytest.param(STREAMED.replace(b"GET", b"HEAD"), b"", id="head of chunks"),
        pytest.param(WHOLE.replace(b"GET", b"HEAD"), b"", id="head with a length"),
        pytest.param(STREAMED[:-2] + UPGRADE, b"abcdef", id="offer of HTTP/2"),
        pytest.param(STREAMED[:-2] + WEBSOCKET, b"abcdef", id="offer of WebSocket"),
        pytest.param(STREAMED.replace(b"1.1", b"1.0"), b"abcdef", id="old client"),
    ],
)
def test_answer_is_what_the_app_said(request_: bytes, body: bytes) -> None:
    @trio_test()
    async def run() -> None:
        async with served() as (stream, _):
            assert await answered(stream, request_) == (200, body)

    run()


@trio_test()
async def test_a_connection_is_used_again() -> None:
    async with served() as (stream, _):
        for request in (STREAMED, WHOLE, STREAMED.replace(b"GET", b"HEAD"), STREAMED):
            assert (await answered(stream, request))[0] == 200


@trio_test()
async def test_head_and_first_piece_come_together() -> None:
    async with served() as (stream, _):
        await stream.send_all(STREAMED)
        first = await stream.receive_some()
        assert first.startswith(b"HTTP/1.1 200")
        assert b"3\r\nabc\r\n" in first


@trio_test()
async def test_idle_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEEP_ALIVE_SECONDS", 0.1)
    async with served() as (stream, _):
        assert (await answered(stream, STREAMED))[0] == 200
        assert await stream.receive_some() == b""


@trio_test()
async def test_idle_connection_is_closed_when_the_server_ends() -> None:
    async with served() as (stream, context):
        assert (await answered(stream, STREAMED))[0] == 200
        await context.terminated.set()
        assert await stream.receive_some() == b""


@trio_test()
async def test_connection_ends_when_its_client_has_left() -> None:
    config, context, left = Config(), WorkerContext(None), trio.Event()
    config.logger_class = Silent  # type: ignore[assignment]

    async def serve(stream: Any) -> None:
        await Connection(ASGIWrapper(app), config, context, {}, stream)
        left.set()

    listener = TcpListener(bind("127.0.0.1", 0))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, serve, [listener])
        async with await trio.open_tcp_stream("127.0.0.1", listener.port) as stream:
            assert (await answered(stream, STREAMED))[0] == 200
        await left.wait()
        nursery.cancel_scope.cancel()
