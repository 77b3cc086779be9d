"""One answer for all who ask the same: a client that lost patience and sends a request again joins the first.

Clients give up on long silence and repeat the whole request while the upstream still works on the first one; doing the
work twice would cost twice, and on a local model take more than twice as long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import trio

from ccr.anthropic.request import Inbound
from ccr.errors import CcrError, Unavailable
from ccr.net.relay import Receive, Send

LIMIT = 2 * 1024 * 1024
"""Bytes of an answer that are kept for whoever joins; a larger one can't be joined any more."""
PIECE = 64 * 1024
"""Bytes of it that are sent at a time to who joins late."""

Key = tuple[str, str, bytes]


def key_of(inbound: Inbound) -> Key | None:
    """Return what identical requests have in common; None for clients without a session, who may mean it."""
    return (inbound.session, inbound.agent, inbound.raw) if inbound.session else None


class Shared:
    """The ASGI messages of one answer under way. Stands between the request and its client's `send`."""

    def __init__(self, send: Send, scope: trio.CancelScope) -> None:
        self._send: Send | None = send
        self._scope = scope
        self._head: dict[str, Any] | None = None
        # One buffer and no list of messages: a reply has thousands of them, each many times larger than its text.
        self._body = bytearray()
        self._is_whole = True
        self.ended = False
        self._error: CcrError | None = None
        self._followers = 0
        self._news = trio.Event()

    @property
    def joinable(self) -> bool:
        """Whether the answer is still under way and known from its beginning."""
        return not self.ended and self._is_whole and not self._scope.cancel_called

    async def send(self, message: dict[str, Any]) -> None:
        """Keep a message for followers and pass it on to the client, if it is still there."""
        if message["type"] == "http.response.start":
            self._head = message
        elif self._is_whole:
            self._body += message.get("body", b"")
            if len(self._body) > LIMIT and not self._followers:
                self._is_whole, self._body = False, bytearray()
        if self._followers:
            self._tell()
        if self._send is not None:
            await self._send(message)

    def end(self, error: CcrError | None) -> None:
        """Nothing more will come; `error` is what the client is told instead of an answer."""
        self.ended = True
        self._error = error
        self._tell()

    def leave(self) -> bool:
        """The first client is gone; tell whether others still wait for the answer."""
        self._send = None
        return self._followers > 0

    async def follow(self, receive: Receive, send: Send) -> None:
        """Send the answer to another client, from its beginning to its end or until that client leaves.

        Raises what the first client is told if there is no answer.
        """
        self._followers += 1
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_cancel_when_gone, receive, nursery.cancel_scope)
                await self._copy(send)
                nursery.cancel_scope.cancel()
        finally:
            self._followers -= 1
            if not self._followers and self._send is None:
                self._scope.cancel()
        if self._error is not None and self._head is None:
            raise self._error

    async def _copy(self, send: Send) -> None:
        position, has_head = 0, False
        while True:
            news, ended = self._news, self.ended
            if self._head is not None and not has_head:
                has_head = True
                await send(self._head)
            while position < len(self._body):
                piece = bytes(self._body[position : position + PIECE])
                position += len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            if ended:
                break
            # Whatever came while we were sending has replaced the event.
            await news.wait()
        # Without a last message the connection ends: an answer that broke off must not look like a whole one.
        if has_head and self._error is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _tell(self) -> None:
        self._news.set()
        self._news = trio.Event()


class Underway:
    """The answers under way, by what was asked."""

    def __init__(self) -> None:
        self._answers: dict[Key, Shared] = {}

    def find(self, inbound: Inbound) -> Shared | None:
        """Return the answer that the same request is getting already, if it can be joined."""
        key = key_of(inbound)
        found = self._answers.get(key) if key else None
        return found if found is not None and found.joinable else None

    @contextmanager
    def shared(self, inbound: Inbound, send: Send, scope: trio.CancelScope) -> Iterator[Shared]:
        """Make the answer joinable while the block runs; `scope` is cancelled when nobody waits for it any more."""
        key, answer = key_of(inbound), Shared(send, scope)
        if key:
            self._answers[key] = answer
        try:
            yield answer
        finally:
            if not answer.ended:
                answer.end(Unavailable("the answer broke off"))
            if key and self._answers.get(key) is answer:
                del self._answers[key]


async def _cancel_when_gone(receive: Receive, scope: trio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
