import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import trio
import trio.testing

from ccr.run.port import bind
from ccr.run.serve import HEADER_BYTES, serve
from ccr.store.logfile import LogFile
from tests.aio import trio_test

LONG = 40
PIECE = bytes(range(256)) * 1024

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Kept:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, data: bytes) -> None:
        self.text += data.decode()


class Greeter:
    """An app that says hello; `/fail` fails, `/slow` takes until `go` is set, `/long` says much more than fits."""

    def __init__(self) -> None:
        self.go = trio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] == "/fail":
            raise ValueError("a defect")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hel", "more_body": True})
        if scope["path"] == "/slow":
            await self.go.wait()
        if scope["path"] == "/long":
            for _ in range(LONG):
                await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        await send({"type": "http.response.body", "body": b"lo"})


class Served:
    """A served app and what one needs to talk to it and to end it."""

    def __init__(self) -> None:
        self.app = Greeter()
        self.kept = Kept()
        self.log = LogFile([self.kept], redact=str)
        self.stop = trio.Event()
        self.listener = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"


@asynccontextmanager
async def served(*, grace: float = 5) -> AsyncIterator[tuple[Served, httpx.AsyncClient]]:
    made = Served()
    async with trio.open_nursery() as nursery, httpx.AsyncClient(base_url=made.url, trust_env=False) as client:
        run = partial(serve, made.app, made.listener, log=made.log, stop=made.stop, grace=grace)
        await nursery.start(run)
        yield made, client
        made.stop.set()
    made.log.close()


async def ask(made: Served, path: str) -> trio.SocketStream:
    """Send a request by hand and return the connection after the first piece of the body."""
    stream = await trio.open_tcp_stream("127.0.0.1", int(made.url.rpartition(":")[2]))
    await stream.send_all(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
    seen = b""
    while b"hel" not in seen:
        piece = await stream.receive_some()
        assert piece, seen
        seen += piece
    return stream


@trio_test()
async def test_requests_are_answered_without_telling_what_serves() -> None:
    async with served() as (_, client):
        reply = await client.get("/")
        assert (reply.text, reply.status_code) == ("hello", 200)
        assert "server" not in reply.headers


@trio_test()
async def test_connections_before_the_start_are_served() -> None:
    made = Served()
    with trio.socket.socket() as early:
        await early.connect(("127.0.0.1", made.listener.getsockname()[1]))
        await early.send(b"GET / HTTP/1.0\r\n\r\n")
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(serve, made.app, made.listener, log=made.log, stop=made.stop, grace=1))
            assert (await early.recv(4096)).startswith(b"HTTP/1.1 200")
            made.stop.set()


@trio_test()
async def test_a_client_that_reads_slowly_gets_everything_in_order() -> None:
    async with served() as (made, _), await ask(made, "/long") as reply, httpx.AsyncClient() as other:
        # The system takes no more by now, and other clients are served all the same.
        await trio.testing.wait_all_tasks_blocked()
        assert (await other.get(made.url)).text == "hello"
        raw = b""
        while not raw.endswith(b"0\r\n\r\n"):
            raw += await reply.receive_some()
    assert raw.count(b"%x\r\n%s\r\n" % (len(PIECE), PIECE)) >= LONG - 1


@trio_test()
async def test_running_reply_may_finish_after_the_port_is_closed() -> None:
    async with served() as (made, _), await ask(made, "/slow") as reply:
        made.stop.set()
        await _until_closed(made.url)
        made.app.go.set()
        assert b"lo" in await reply.receive_some()


@trio_test()
async def test_reply_that_takes_too_long_is_cut_off() -> None:
    async with served(grace=0.05) as (made, _), await ask(made, "/slow") as reply:
        made.stop.set()
        assert await reply.receive_some() == b""


@trio_test()
async def test_defect_of_the_app_goes_to_the_log(capfd: Any) -> None:
    async with served() as (made, client):
        assert (await client.get("/fail")).status_code == 500
    assert "ValueError: a defect" in made.kept.text
    assert capfd.readouterr() == ("", "")


@trio_test()
async def test_large_headers_are_taken_and_huge_ones_refused() -> None:
    async with served() as (_, client):
        assert (await client.get("/", headers={"x": "y" * (HEADER_BYTES // 2)})).status_code == 200
        assert (await client.get("/", headers={"x": "y" * (HEADER_BYTES * 2)})).status_code >= 400


async def _until_closed(url: str) -> None:
    port = int(url.rpartition(":")[2])
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        await trio.sleep(0.01)
    raise AssertionError("the port stays open")
