"""Reading and answering one HTTP request over the ASGI interface."""

import gzip
import zlib
from typing import Any

import pytest

from ccr.errors import BadEncoding, BadRequest, TooLarge
from ccr.server.http import ClientGone, Request
from tests.aio import trio_test


def made(messages: list[dict[str, Any]], *, method: str = "POST", headers: dict[str, str] | None = None) -> Request:
    """Return a request whose client sends these messages; what is answered is collected in `request.sent`."""
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    pairs = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": "/x", "query_string": b"a=1", "headers": pairs}
    request = Request(scope, receive, send)
    request.sent = sent  # type: ignore[attr-defined]
    return request


def body(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


@trio_test()
async def test_the_body_is_read_to_its_end() -> None:
    request = made([body(b"ab", more=True), body(b"cd")], headers={"X-One": "1"})
    assert await request.body() == b"abcd"
    assert (request.query, request.headers) == ("a=1", {"x-one": "1"})


@trio_test()
async def test_a_body_over_the_limit_is_refused() -> None:
    with pytest.raises(TooLarge):
        await made([body(b"abc", more=True), body(b"def")]).body(limit=5)
    with pytest.raises(TooLarge):
        await made([], headers={"content-length": "6"}).body(limit=5)


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzip.compress(b"abcd")),
        ("X-GZIP", gzip.compress(b"abcd")),
        ("deflate", zlib.compress(b"abcd")),
        ("identity", b"abcd"),
        ("deflate, gzip", gzip.compress(zlib.compress(b"abcd"))),
    ],
    ids=["gzip", "its old name", "deflate", "identity", "two"],
)
def test_a_compressed_body_is_inflated_and_no_longer_called_so(encoding: str, sent: bytes) -> None:
    @trio_test()
    async def run() -> None:
        request = made([body(sent[:5], more=True), body(sent[5:])], headers={"Content-Encoding": encoding})
        assert await request.body() == b"abcd"
        assert "content-encoding" not in request.headers

    run()


@pytest.mark.parametrize(
    ("encoding", "sent", "error"),
    [
        ("br", b"x", BadEncoding),
        ("gzip", b"plain", BadRequest),
        ("gzip", gzip.compress(b"abcd")[:-6], BadRequest),
        ("gzip", gzip.compress(bytes(1000)), TooLarge),
    ],
    ids=["foreign", "not compressed at all", "cut", "a bomb"],
)
def test_a_body_that_can_not_be_inflated_is_refused(encoding: str, sent: bytes, error: type[Exception]) -> None:
    @trio_test()
    async def run() -> None:
        with pytest.raises(error):
            await made([body(sent)], headers={"content-encoding": encoding}).body(limit=100)

    run()


@trio_test()
async def test_a_client_that_leaves_while_it_sends_is_gone() -> None:
    with pytest.raises(ClientGone):
        await made([body(b"ab", more=True), {"type": "http.disconnect"}]).body()


@pytest.mark.parametrize(("method", "content"), [("GET", b'{"a":1}'), ("HEAD", b"")])
def test_an_answer_has_its_length_and_head_has_no_body(method: str, content: bytes) -> None:
    @trio_test()
    async def run() -> None:
        request = made([], method=method)
        await request.json({"a": 1})
        start, end = request.sent  # type: ignore[attr-defined]
        assert (b"content-length", b"7") in start["headers"]
        assert end["body"] == content

    run()


@trio_test()
async def test_answer_before_the_body_was_read_ends_the_connection_but_takes_the_rest() -> None:
    waiting = [body(b"ab", more=True), body(b"cd"), {"type": "http.disconnect"}]
    request = made(waiting, headers={"content-length": "4"})
    await request.json({"a": 1}, status=401)
    start, answer, end = request.sent  # type: ignore[attr-defined]
    assert (b"connection", b"close") in start["headers"]
    assert (answer["body"], end["body"]) == (b'{"a":1}', b"")
    assert await request.receive() == waiting[-1]


@trio_test()
async def test_answer_after_the_body_keeps_the_connection() -> None:
    request = made([body(b"ab")], headers={"content-length": "2"})
    await request.body()
    await request.json({})
    assert b"connection" not in dict(request.sent[0]["headers"])  # type: ignore[attr-defined]
