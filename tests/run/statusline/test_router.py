import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ccr.run.statusline.router import ask, split


@contextmanager
def server(answer: bytes, *, seen: list[bytes]) -> Iterator[str]:
    """Serve one connection with an answer; without one it stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                seen.append(connection.recv(4096))
                if answer:
                    connection.sendall(answer)
                else:
                    done.wait(5)

        done = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/preset/x"
        finally:
            done.set()
            thread.join(5)


def test_answer_of_the_router_is_returned() -> None:
    seen: list[bytes] = []
    with server(b'HTTP/1.1 200 OK\r\n\r\n{"requests": 2}', seen=seen) as url:
        assert ask(url, token="secret", session="a-b\r\nX: y", seconds=5) == {"requests": 2}
    assert seen[0].startswith(b"GET /api/session?id=a-bXy HTTP/1.0\r\nHost: 127.0.0.1:")
    assert b"Authorization: Bearer secret\r\n" in seen[0]


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 404 X\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\n[1]", b"HTTP/1.1 200 OK\r\n\r\n{", b"junk"]
)
def test_odd_answer_tells_nothing(answer: bytes) -> None:
    with server(answer, seen=[]) as url:
        assert ask(url, token="", session="s", seconds=5) == {}


def test_silent_router_is_not_waited_for() -> None:
    with server(b"", seen=[]) as url:
        began = time.monotonic()
        assert ask(url, token="", session="s") == {}
        assert time.monotonic() - began < 1


def test_nobody_tells_nothing(free_port: int) -> None:
    assert ask(f"http://127.0.0.1:{free_port}", token="", session="s") == {}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:3456", ("127.0.0.1", 3456)),
        ("http://[::1]:80/x", ("::1", 80)),
        ("https://api.example.com:443", None),
        ("http://host", None),
        ("http://u:p@host:80", None),
        ("http://host:port", None),
        ("", None),
    ],
)
def test_only_plain_addresses_are_asked(url: str, expected: tuple[str, int] | None) -> None:
    assert split(url) == expected
