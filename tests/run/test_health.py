import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from ccr.run.health import Health, Nobody, ask, reachable, url

HEALTH = Health(name="ccr", status="ok", instance="i", pid=7, role="service", version="1", config_hash="h", started=1.0)


@contextmanager
def answering(answer: bytes | None) -> Iterator[int]:
    """Serve one connection with `answer`, or with silence; yield the port."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                if answer is None:
                    is_over.wait(5)
                else:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            is_over.set()
            thread.join(5)


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n\r\n".encode() + body


def test_server_of_ours_is_recognised() -> None:
    with answering(http(msgspec.json.encode(HEALTH))) as port:
        assert ask("127.0.0.1", port) == HEALTH


def test_unknown_fields_of_a_later_version_do_no_harm() -> None:
    body = msgspec.json.encode({**msgspec.to_builtins(HEALTH), "news": 1})
    with answering(http(body)) as port:
        assert ask("127.0.0.1", port) == HEALTH


def test_free_port_is_free(free_port: int) -> None:
    assert ask("127.0.0.1", free_port) is Nobody.FREE


@pytest.mark.parametrize(
    "answer",
    [
        http(b'{"status": "ok"}'),
        http(b'{"name": "other", "instance": "i", "pid": 1}'),
        http(b"<html>"),
        http(msgspec.json.encode(HEALTH), "404 Not Found"),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
    ids=["other health", "other name", "html", "not found", "no http", "nothing"],
)
def test_other_server_is_foreign(answer: bytes) -> None:
    with answering(answer) as port:
        assert ask("127.0.0.1", port) is Nobody.FOREIGN


def test_server_that_does_not_answer_is_silent() -> None:
    with answering(None) as port:
        assert ask("127.0.0.1", port, seconds=0.05) is Nobody.SILENT


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("192.0.2.1", "http://192.0.2.1:80"),
    ],
)
def test_url_can_be_reached_from_this_machine(host: str, expected: str) -> None:
    assert url(host, 80) == expected
    assert reachable(host) in expected
