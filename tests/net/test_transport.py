"""The HTTP transport, against tiny servers that answer with canned bytes."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
import trio

from ccr.net.transport import TrioTransport
from tests.aio import trio_test

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Handler = Callable[[trio.SocketStream], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve on a free loopback port; yields the base URL."""
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, handler, 0, host="127.0.0.1"))
        yield f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


def transport() -> TrioTransport:
    return TrioTransport(ssl.create_default_context)


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport(), trust_env=False)


async def read_request(stream: trio.SocketStream) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = await stream.receive_some(4096)
        if not piece:
            return b""
        data += piece
    return data


@trio_test()
async def test_connections_are_kept_and_used_again() -> None:
    opened = []

    async def handler(stream: trio.SocketStream) -> None:
        opened.append(stream)
        while await read_request(stream):
            await stream.send_all(OK)

    async with serving(handler) as url, client() as http:
        for _ in range(3):
            assert (await http.get(url)).text == "ok"
    assert len(opened) == 1


@trio_test()
async def test_a_kept_connection_that_was_closed_is_replaced() -> None:
    opened = []

    async def handler(stream: trio.SocketStream) -> None:
        opened.append(stream)
        await read_request(stream)
        await stream.send_all(OK)
        await stream.aclose()

    async with serving(handler) as url, client() as http:
        for _ in range(3):
            assert (await http.get(url)).text == "ok"
    assert len(opened) == 3


@trio_test()
async def test_chunks_of_one_read_come_joined() -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % c for c in b"abcdef") + b"0\r\n\r\n"

    async def handler(stream: trio.SocketStream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks)

    async with serving(handler) as url, client() as http, http.stream("GET", url) as response:
        pieces = [piece async for piece in response.aiter_raw()]
    assert b"".join(pieces) == b"abcdef"
    assert len(pieces) <= 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["content-length", "chunked", "garbage"],
)
def test_a_broken_body_is_a_read_error(answer: bytes) -> None:
    @trio_test()
    async def run() -> None:
        async def handler(stream: trio.SocketStream) -> None:
            await read_request(stream)
            await stream.send_all(answer)

        async with serving(handler) as url, client() as http:
            with pytest.raises(httpx.ReadError):
                await http.get(url)

    run()


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n"], ids=["nothing", "garbage"])
def test_no_answer_is_a_read_error(answer: bytes) -> None:
    @trio_test()
    async def run() -> None:
        async def handler(stream: trio.SocketStream) -> None:
            await read_request(stream)
            if answer:
                await stream.send_all(answer)

        async with serving(handler) as url, client() as http:
            with pytest.raises(httpx.ReadError):
                await http.get(url)

    run()


@trio_test()
async def test_refused_connections_and_unknown_hosts_are_connect_errors() -> None:
    async with client() as http:
        for url in ("http://127.0.0.1:1/", "http://no-such-host.invalid/"):
            with pytest.raises(httpx.ConnectError, match="no connection to"):
                await http.get(url)


@trio_test()
async def test_an_unfinished_response_closes_its_connection() -> None:
    gone = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n")
        try:
            while await stream.receive_some(10):
                pass
        except trio.BrokenResourceError:
            pass
        gone.set()

    async with serving(handler) as url, transport() as http:
        response = await http.handle_async_request(httpx.Request("GET", url))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        assert await anext(aiter(response.stream)) == b"a"
        await response.aclose()
        with trio.fail_after(1):
            await gone.wait()


@trio_test()
async def test_an_early_answer_to_a_large_body_is_read() -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig")
        await trio.sleep(0.2)

    async with serving(handler) as url, client() as http:
        response = await http.post(url, content=b"x" * 3_000_000)
    assert (response.status_code, response.text) == (413, "big")
