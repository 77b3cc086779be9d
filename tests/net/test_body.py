"""Bodies of HTTP responses, however they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.net.body import BadBody, Body, Chunked, Counted, Empty, UntilClose, body_of


def through(body: Body, data: bytes, size: int) -> bytes:
    return b"".join(body.feed(data[i : i + size]) for i in range(0, len(data), size))


def chunked(pieces: list[bytes], trailer: bytes = b"") -> bytes:
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(p), p) for p in pieces if p) + b"0\r\n" + trailer + b"\r\n"


@given(st.lists(st.binary(max_size=40)), st.sampled_from([b"", b"x-one: 1\r\ny: 2\r\n"]), st.integers(1, 60))
def test_chunks_are_joined_however_they_are_cut(pieces: list[bytes], trailer: bytes, size: int) -> None:
    body = Chunked()
    assert through(body, chunked(pieces, trailer), size) == b"".join(pieces)
    assert body.done
    assert body.rest == b""
    body.end()


def test_chunks_of_one_read_come_as_one() -> None:
    assert Chunked().feed(chunked([b"ab", b"cd", b"ef"])) == b"abcdef"


@pytest.mark.parametrize("data", [b"zz\r\n", b"-5\r\n", b"\r\n", b"1" * 5000], ids=["letters", "minus", "none", "long"])
def test_a_broken_chunk_size_is_refused(data: bytes) -> None:
    with pytest.raises(BadBody, match="chunk size"):
        Chunked().feed(data)


@given(st.binary(max_size=30), st.binary(max_size=5), st.integers(1, 40))
def test_a_counted_body_ends_at_its_length(content: bytes, rest: bytes, size: int) -> None:
    body = Counted(len(content))
    assert through(body, content + rest, size) == content
    assert body.done
    assert body.rest == rest


def test_what_follows_the_last_chunk_is_kept_apart() -> None:
    body = Chunked()
    assert body.feed(chunked([b"a"]) + b"HTTP/1.1 200") == b"a"
    assert body.rest == b"HTTP/1.1 200"


@pytest.mark.parametrize("body", [Chunked(), Counted(3)])
def test_a_body_that_is_cut_is_refused(body: Body) -> None:
    with pytest.raises(BadBody, match="in the middle"):
        body.end()


@pytest.mark.parametrize(
    ("method", "status", "headers", "kind"),
    [
        (b"POST", 200, [(b"transfer-encoding", b"chunked")], Chunked),
        (b"POST", 200, [(b"transfer-encoding", b"gzip, Chunked"), (b"content-length", b"3")], Chunked),
        (b"POST", 200, [(b"content-length", b"3")], Counted),
        (b"POST", 200, [], UntilClose),
        (b"POST", 204, [], Empty),
        (b"HEAD", 200, [(b"content-length", b"3")], Empty),
    ],
)
def test_the_head_tells_the_kind_of_body(
    method: bytes, status: int, headers: list[tuple[bytes, bytes]], kind: type[Body]
) -> None:
    assert type(body_of(method, status, headers)) is kind


def test_an_unknown_transfer_encoding_is_refused() -> None:
    with pytest.raises(BadBody, match="gzip"):
        body_of(b"POST", 200, [(b"transfer-encoding", b"gzip")])


def test_a_body_without_length_ends_with_its_connection() -> None:
    body = UntilClose()
    assert body.feed(b"ab") == b"ab"
    assert not body.done
    body.end()
    assert body.done
