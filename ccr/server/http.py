"""The few things of HTTP that the handlers need, over the ASGI interface."""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import trio

from ccr.core.jsonio import dump
from ccr.errors import BadEncoding, BadRequest, TooLarge
from ccr.net.relay import Receive, Send

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of a request's body. Claude Code takes 32 MB for the limit of its own API."""
LINGER_SECONDS = 2.0
"""For so long the rest of a refused body is taken: closing at once may destroy the answer on its way."""

Scope = dict[str, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Request:
    """One HTTP request: its head, and its body when somebody asks for it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query = scope.get("query_string", b"").decode("latin-1")
        self.headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        self.receive = receive
        self.send = send
        self._is_unread = self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers

    async def body(self, limit: int = BODY_LIMIT) -> bytes:
        """Return the whole body, inflated if it came compressed; from then on no header speaks of that.

        Raises TooLarge beyond `limit` bytes, as soon as that is known.
        """
        declared = self.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            raise _too_large(limit)
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > limit:
                raise _too_large(limit)
            if not message.get("more_body"):
                self._is_unread = False
                return inflated(b"".join(pieces), self.headers.pop("content-encoding", ""), limit)

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole answer; to HEAD only its head.

        Before the request's body has been read, it is the connection's last one, and says so.
        """
        found = {**headers, "content-length": str(len(body))} | ({"connection": "close"} if self._is_unread else {})
        pairs = [(k.encode("latin-1"), v.encode("latin-1", "replace")) for k, v in found.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})
        sent = b"" if self.method == "HEAD" else body
        if self._is_unread and sent:
            await self.send({"type": "http.response.body", "body": sent, "more_body": True})
            sent = b""
            await self._pass_over()
        await self.send({"type": "http.response.body", "body": sent})

    async def _pass_over(self) -> None:
        """Take what still comes of the body."""
        with trio.move_on_after(LINGER_SECONDS):
            while (await self.receive()).get("more_body"):
                pass

    async def json(self, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Send a JSON answer."""
        await self.respond(status, {"content-type": "application/json", **(headers or {})}, dump(value))


def inflated(data: bytes, encoding: str, limit: int) -> bytes:
    """Return a body as it was before `encoding` (RFC 9110, 8.4). Claude Code sends none; other clients do."""
    for coding in reversed([word.strip().lower() for word in encoding.split(",")]):
        if coding in ("", "identity"):
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"content-encoding {coding!r} is not understood; send gzip, deflate or none")
        # Reads either form by its first bytes.
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            data = stream.decompress(data, limit + 1)
        except zlib.error:
            raise BadRequest(f"the request body is not {coding}, as its content-encoding says") from None
        if len(data) > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise BadRequest(f"the request body ends before its {coding} does")
    return data


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the request is larger than {limit // 1024 // 1024} MB")


class ClientGone(Exception):
    """The client left before its request was complete; nobody is there to be told."""
