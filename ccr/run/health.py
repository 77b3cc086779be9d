"""Asks whether a ccr server lives at an address. Its answer to `GET /health` is the only proof; no file is.

Plain sockets, because `ccr code` asks before it has imported anything heavy.
"""

import socket
from enum import Enum
from time import monotonic
from typing import Literal

import msgspec

MAX_ANSWER = 64 * 1024


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of itself.

    `role` is `service` (of `ccr start`) or `session` (of one `ccr code`); `started` is a Unix time in seconds.
    """

    name: Literal["ccr"]
    status: str
    instance: str
    pid: int
    role: str
    version: str
    config_hash: str
    started: float


class Nobody(Enum):
    """Why there is no `Health`."""

    FREE = "nobody listens there"
    SILENT = "somebody listens there, but doesn't answer"
    FOREIGN = "somebody else listens there"


def ask(host: str, port: int, *, seconds: float = 0.3) -> Health | Nobody:
    """Ask for `/health` at an address that a server listens on; takes at most about `seconds`."""
    deadline = monotonic() + seconds
    address = (reachable(host), port)
    try:
        with socket.create_connection(address, timeout=seconds) as connection:
            connection.sendall(_request(*address))
            answer = _receive(connection, deadline)
    except ConnectionRefusedError:
        return Nobody.FREE
    except TimeoutError:
        return Nobody.SILENT
    except OSError:
        return Nobody.FOREIGN
    return _decode(answer)


def reachable(host: str) -> str:
    """Return the address to connect to for a server that listens on `host`, which may be a wildcard."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def url(host: str, port: int) -> str:
    """Return the base URL at which clients of this machine reach a server that listens on `host`."""
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _request(host: str, port: int) -> bytes:
    authority = url(host, port).removeprefix("http://")
    # HTTP/1.0, so that the answer is never chunked and ends with the connection.
    return f"GET /health HTTP/1.0\r\nHost: {authority}\r\nAccept: application/json\r\n\r\n".encode("latin-1")


def _receive(connection: socket.socket, deadline: float) -> bytes:
    """Return all that comes until the end, at most `MAX_ANSWER` bytes. Raises TimeoutError after `deadline`."""
    answer = b""
    while len(answer) < MAX_ANSWER:
        connection.settimeout(max(deadline - monotonic(), 0.001))
        piece = connection.recv(4096)
        if not piece:
            break
        answer += piece
    return answer


def _decode(answer: bytes) -> Health | Nobody:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(maxsplit=2)[1:2]
    if status not in ([b"200"], [b"503"]):
        return Nobody.FOREIGN
    try:
        return msgspec.json.decode(body, type=Health)
    except msgspec.DecodeError:
        return Nobody.FOREIGN
