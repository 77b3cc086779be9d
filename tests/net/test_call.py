"""One call over a scripted transport."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import httpx
import pytest

from ccr.dialect.base import Call
from ccr.net.call import ERROR_BODY_LIMIT, answering, led, refusal, unreachable
from ccr.net.dial import Unusable
from ccr.transform.base import Head
from tests.aio import trio_test


class Pieces(httpx.AsyncByteStream):
    """A body that tells whether it was closed."""

    def __init__(self, *pieces: bytes, breaks: bool = False) -> None:
        self.pieces = pieces
        self.breaks = breaks
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.breaks:
            raise httpx.ReadError("reset")

    async def aclose(self) -> None:
        self.closed = True


class Transport(httpx.AsyncBaseTransport):
    """Answers with one response and keeps what it was asked."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.response


async def read(body: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in body]


async def pieces(*found: bytes, breaks: bool = False) -> AsyncGenerator[bytes, None]:
    for piece in found:
        yield piece
    if breaks:
        raise httpx.ReadError("reset")


@trio_test()
async def test_the_key_goes_along_and_the_body_comes_in_pieces() -> None:
    stream = Pieces(b"a", b"b")
    transport = Transport(httpx.Response(200, headers={"X-A": "1", "content-length": "2"}, stream=stream))
    async with answering(transport, Call("http://x/v1", b"{}", headers={"x-own": "2"}), "k") as response:
        async with led(response, ()) as (head, body):
            assert (head.status, dict(head.headers)) == (200, {"x-a": "1"})
            assert await read(body) == [b"a", b"b"]
        assert not stream.closed
    assert stream.closed
    sent = transport.asked[0].headers
    assert (sent["authorization"], sent["x-own"], sent["accept-encoding"]) == ("Bearer k", "2", "identity")


@trio_test()
async def test_the_answer_is_closed_whatever_happens() -> None:
    stream = Pieces(b"a")
    with pytest.raises(ZeroDivisionError):
        async with answering(Transport(httpx.Response(200, stream=stream)), Call("http://x/v1", b"{}"), "k"):
            raise ZeroDivisionError
    assert stream.closed


@trio_test()
async def test_a_refusal_keeps_the_vendors_words_and_its_body() -> None:
    body = b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'
    found = await refusal(Head(429, {"retry-after": "7"}), pieces(body[:9], body[9:]))
    assert (found.fault.message, found.fault.retry_after, found.status, found.answer) == ("slow down", 7.0, 429, body)


@trio_test()
async def test_a_compression_that_is_not_read_is_named() -> None:
    response = httpx.Response(200, headers={"content-encoding": "BR"}, stream=Pieces(b"x"))
    with pytest.raises(httpx.DecodingError, match="'br', though asked not to"):
        async with led(response, ()):
            pass


@trio_test()
async def test_a_refusal_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    found = await refusal(Head(500, {}), pieces(b"half", breaks=True))
    assert (found.fault.status, found.fault.message) == (500, "half")


@trio_test()
async def test_an_endless_refusal_is_cut() -> None:
    async with aclosing(pieces(*[b"x" * 1000] * 500)) as body:
        found = await refusal(Head(400, {}), body)
    assert len(found.answer) <= ERROR_BODY_LIMIT + 1000


@trio_test()
async def test_a_redirect_says_where_to() -> None:
    found = await refusal(Head(302, {"location": "https://login"}), pieces(b""))
    assert (found.fault.status, found.fault.code) == (502, "redirect")
    assert "https://login" in found.fault.message


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (httpx.ConnectError("refused"), 502, "network"),
        (httpx.ReadError(""), 502, "network"),
        (httpx.ConnectTimeout("slow"), 504, "timeout"),
        (Unusable("not trusted"), 502, "configuration"),
    ],
)
def test_an_error_of_the_connection_is_told(error: httpx.HTTPError, status: int, code: str) -> None:
    found = unreachable(error)
    assert (found.status, found.code) == (status, code)
    assert (str(error) or type(error).__name__) in found.message
