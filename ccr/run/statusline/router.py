"""Asks the running router about a session, over a plain socket, and doesn't wait for it.

It is the system's socket without `socket`, whose import takes longer than the question.
"""

import _socket
from time import monotonic

from ccr.core.quickjson import loads
from ccr.status.value import Json

SECONDS = 0.03
LIMIT = 64 * 1024


def ask(base_url: str, *, token: str, session: str, seconds: float = SECONDS) -> Json:
    """Return what `GET /api/session` tells about a session; empty if nobody answers within `seconds`."""
    address = split(base_url)
    if address is None or not session:
        return {}
    try:
        answer = _exchange(address, _request(base_url, token=token, session=session), monotonic() + seconds)
        head, _, body = answer.partition(b"\r\n\r\n")
        found = loads(body) if head.split(maxsplit=2)[1:2] == [b"200"] else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def split(base_url: str) -> tuple[str, int] | None:
    """Return the host and the port of a plain HTTP address; None for any other, which is no router of ours."""
    scheme, _, rest = base_url.partition("://")
    host, colon, port = rest.partition("/")[0].rpartition(":")
    if scheme != "http" or not colon or not port.isdecimal() or "@" in host:
        return None
    return host.strip("[]"), int(port)


def _request(base_url: str, *, token: str, session: str) -> bytes:
    authority = base_url.partition("://")[2].partition("/")[0]
    # The id is a UUID; anything else in it must not become a part of the request.
    name = "".join(character for character in session if character.isalnum() or character in "-_")
    lines = [f"GET /api/session?id={name} HTTP/1.0", f"Host: {authority}"]
    if token.isprintable() and token.isascii():
        lines.append(f"Authorization: Bearer {token}")
    # HTTP/1.0, so that the answer is never chunked and ends with the connection.
    return "\r\n".join([*lines, "", ""]).encode()


def _exchange(address: tuple[str, int], request: bytes, deadline: float) -> bytes:
    answer = b""
    family = _socket.AF_INET6 if ":" in address[0] else _socket.AF_INET
    connection = _socket.socket(family)
    try:
        connection.settimeout(max(deadline - monotonic(), 0.001))
        connection.connect(address)
        connection.sendall(request)
        while len(answer) < LIMIT:
            connection.settimeout(max(deadline - monotonic(), 0.001))
            piece = connection.recv(4096)
            if not piece:
                break
            answer += piece
    finally:
        connection.close()
    return answer
