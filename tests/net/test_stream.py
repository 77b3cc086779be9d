"""TCP on this machine: what is read and written, and how a stream ends."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from ccr.net.stream import TcpListener, TcpStream
from tests.aio import trio_test

LARGE = bytes(range(256)) * 40_000


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[TcpStream, TcpStream]]:
    """Give two connected streams."""
    listener = TcpListener(socket.create_server(("127.0.0.1", 0)))
    port = listener.port
    one = TcpStream.of(await trio.open_tcp_stream("127.0.0.1", port))
    async with listener, one, await listener.accept() as other:
        yield one, other


@trio_test()
async def test_what_came_together_is_read_together() -> None:
    async with pair() as (one, other):
        await one.send_all(b"a")
        await one.send_all(b"b")
        assert await other.receive_some() == b"ab"


@trio_test()
async def test_more_than_the_system_takes_is_sent_while_the_other_reads() -> None:
    async with pair() as (one, other), trio.open_nursery() as nursery:
        nursery.start_soon(one.send_all, LARGE)
        got = b""
        while len(got) < len(LARGE):
            got += await other.receive_some()
        assert got == LARGE


@trio_test()
async def test_sending_now_takes_what_fits_and_never_waits() -> None:
    async with pair() as (one, _):
        assert 0 < one.send_now(LARGE) < len(LARGE)
        assert one.send_now(LARGE) < len(LARGE)


@trio_test()
async def test_reading_lets_other_tasks_run() -> None:
    async with pair() as (one, other), trio.open_nursery() as nursery:
        await one.send_all(b"x" * 10)
        turns: list[int] = []

        async def count() -> None:
            for number in range(3):
                turns.append(number)
                await trio.lowlevel.checkpoint()

        nursery.start_soon(count)
        for _ in range(10):
            await other.receive_some(1)
        assert turns == [0, 1, 2]


@trio_test()
async def test_a_broken_connection_is_told() -> None:
    async with pair() as (one, other):
        other.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        await other.aclose()
        with pytest.raises(trio.BrokenResourceError):
            await one.receive_some()
        with pytest.raises(trio.BrokenResourceError):
            one.send_now(b"x")


@trio_test()
async def test_news_are_noticed_and_left_to_be_read() -> None:
    async with pair() as (one, other):
        assert not other.has_news()
        await one.send_all(b"x")
        await trio.lowlevel.wait_readable(other.socket)
        assert other.has_news()
        assert await other.receive_some() == b"x"
        await one.send_eof()
        await trio.lowlevel.wait_readable(other.socket)
        assert other.has_news()


@trio_test()
async def test_closing_wakes_who_waits() -> None:
    async with pair() as (one, _), trio.open_nursery() as nursery:

        async def read() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await one.receive_some()

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        await one.aclose()
        with pytest.raises(trio.ClosedResourceError):
            await one.send_all(b"x")
        with pytest.raises(trio.ClosedResourceError):
            await one.receive_some()
