"""One connection: heads by h11, bodies by ourselves, over a stream in memory."""

import pytest
import trio
import trio.testing

from ccr.net.connection import Broken, Connection
from tests.aio import trio_test

HEADERS = [(b"host", b"x.test"), (b"content-length", b"2")]


class Pair:
    """A connection, and the upstream's end of its stream."""

    def __init__(self) -> None:
        ours, self.upstream = trio.testing.memory_stream_pair()
        self.connection = Connection(ours)

    async def answer(self, data: bytes, *, end: bool = False) -> int:
        """Let the upstream answer, send a request and return the status."""
        await self.upstream.send_all(data)
        if end:
            await self.upstream.send_eof()
        response = await self.connection.request(b"POST", b"/", HEADERS, b"{}")
        return int(response.status_code)

    async def rest(self) -> bytes:
        """Return the whole body."""
        pieces = []
        while (piece := await self.connection.read()) is not None:
            pieces.append(piece)
        return b"".join(pieces)


@trio_test()
async def test_a_connection_serves_one_request_after_the_other() -> None:
    pair = Pair()
    for text in (b"ab", b"cd"):
        assert await pair.answer(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" + text) == 200
        assert await pair.rest() == text
        assert pair.connection.recycle()


@trio_test()
async def test_the_request_is_sent_as_it_is() -> None:
    pair = Pair()
    await pair.answer(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert (await pair.upstream.receive_some()).endswith(b"content-length: 2\r\n\r\n{}")


@trio_test()
async def test_informational_answers_are_passed_over() -> None:
    pair = Pair()
    assert await pair.answer(b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx") == 200
    assert await pair.rest() == b"x"


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx",
        b"HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxyz",
    ],
    ids=["close", "old protocol", "too much"],
)
def test_a_connection_that_must_not_be_used_again_is_known(head: bytes) -> None:
    @trio_test()
    async def run() -> None:
        pair = Pair()
        await pair.answer(head)
        assert await pair.rest() == b"x"
        assert not pair.connection.recycle()

    run()


@trio_test()
async def test_an_unread_body_keeps_the_connection_from_being_used_again() -> None:
    pair = Pair()
    await pair.answer(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
    assert await pair.connection.read() == b"ab"
    assert not pair.connection.recycle()


@trio_test()
async def test_a_body_without_length_ends_with_the_connection() -> None:
    pair = Pair()
    await pair.answer(b"HTTP/1.1 200 OK\r\n\r\nall of it", end=True)
    assert await pair.rest() == b"all of it"
    assert not pair.connection.recycle()


@pytest.mark.parametrize(("data", "fresh"), [(b"", True), (b"garbage\r\n\r\n", False)], ids=["nothing", "garbage"])
def test_no_answer_is_told_apart_from_a_broken_one(data: bytes, fresh: bool) -> None:
    @trio_test()
    async def run() -> None:
        pair = Pair()
        with pytest.raises(Broken) as caught:
            await pair.answer(data, end=True)
        assert caught.value.fresh is fresh

    run()


@trio_test()
async def test_a_body_that_is_cut_is_broken() -> None:
    pair = Pair()
    await pair.answer(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", end=True)
    with pytest.raises(Broken, match="in the middle"):
        await pair.rest()
