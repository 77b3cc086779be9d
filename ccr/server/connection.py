"""Hypercorn's side of one connection, for streams of small pieces: fewer steps for each of them, the same protocol."""

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import h11
import trio

from ccr.server.hypercorn import (
    STREAM_ID,
    Body,
    Closed,
    ConnectionState,
    Event,
    H11Protocol,
    H11SendableEvent,
    HTTPStream,
    RawData,
    Request,
    StreamEvent,
    TaskGroup,
    Tasks,
    TCPServer,
    TrioSingleTask,
    parse_socket_addr,
)

KEEP_ALIVE_SECONDS = 120
"""Longer than clients leave a connection idle, so that none is closed in the moment in which it is used again."""

Wait = Callable[[], Awaitable[None]]


class Connection(TCPServer):
    """Serves one client over a `ccr.net.stream.TcpStream`.

    What the system takes at once is written without a lock and without giving up the turn.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._idle = Idle(self.context.terminated.wait)
        self.idle_task = cast("TrioSingleTask", self._idle)

    async def run(self) -> None:
        """Serve until the client leaves, stays idle for too long, or the server ends."""
        sock = self.stream.socket
        with suppress(OSError):
            try:
                client = parse_socket_addr(sock.family, sock.getpeername())
                server = parse_socket_addr(sock.family, sock.getsockname())
                async with TaskGroup() as tasks:
                    state, given = ConnectionState(self.state), (self.app, self.config, self.context, tasks)
                    self._task_group = tasks
                    self.protocol = cast("Any", Protocol(*given, state, False, client, server, self.protocol_send))
                    await self._idle.restart(tasks, self._close_idle)
                    await self._read_data()
            finally:
                await self._close()

    async def protocol_send(self, event: Event) -> None:
        """Send, close or note what the protocol asks for."""
        if not isinstance(event, RawData) or self.send_lock.locked():
            await super().protocol_send(event)
            return
        try:
            sent = self.stream.send_now(event.data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await self.protocol.handle(Closed())
            return
        if sent < len(event.data):
            # Shielded, because the rest of a chunk belongs on the line whatever becomes of the request.
            with trio.CancelScope(shield=True):
                await super().protocol_send(RawData(event.data[sent:]))

    async def _read_data(self) -> None:
        with suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            while data := await self.stream.receive_some():
                await self.protocol.handle(RawData(bytes(data)))
            await self.protocol.handle(RawData(b""))
        await self.protocol.handle(Closed())
        self._idle.leave()

    async def _idle_timeout(self) -> None:
        await self._close_idle()

    async def _close_idle(self) -> None:
        with trio.CancelScope(shield=True):
            await self._initiate_server_close()


class Protocol(H11Protocol):
    """HTTP/1.1 and nothing else. An answer's head goes out with the first piece of its body, and chunks need no h11."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._head = b""
        self._is_chunked = False

    async def stream_send(self, event: StreamEvent) -> None:
        """Send a part of an answer."""
        if self._is_chunked and isinstance(event, Body) and event.data:
            head, self._head = self._head, b""
            await self.send(RawData(b"%b%x\r\n%b\r\n" % (head, len(event.data), event.data)))
        else:
            await super().stream_send(event)

    async def _send_h11_event(self, event: H11SendableEvent) -> None:
        try:
            data = self.connection.send(event) or b""
        except h11.LocalProtocolError:
            if self.connection.their_state is not h11.ERROR:
                raise
            return
        if isinstance(event, h11.Response):
            # What comes next is its body or its end, at once.
            self._head, self._is_chunked = data, b"\r\ntransfer-encoding: chunked\r\n" in data.lower()
            return
        if data := self._head + data:
            self._head = b""
            await self.send(RawData(data))

    async def _check_protocol(self, event: h11.Request) -> None:
        """An offer to speak HTTP/2 is passed over, which RFC 9110, section 7.8, allows."""

    async def _create_stream(self, request: h11.Request) -> None:
        """So is one to speak WebSocket."""
        given = self.app, self.config, self.context, self.task_group, self.ssl, self.client, self.server
        self.stream = HTTPStream(*given, self.stream_send, STREAM_ID)
        await self.stream.handle(
            Request(
                stream_id=STREAM_ID,
                headers=list(request.headers),
                http_version=request.http_version.decode(),
                method=request.method.decode().upper(),
                raw_path=request.target,
                state=self.connection_state,
            )
        )
        self.keep_alive_requests += 1


class Idle:
    """Closes a connection that stays idle, or that is idle when the server ends: one task for all its requests."""

    def __init__(self, ended: Wait) -> None:
        self.over = False
        """The client is gone, so there is nothing to close."""
        self._ended = ended
        self._scope = trio.CancelScope()
        self._started = self._busy = False

    async def restart(self, tasks: Tasks, close: Wait) -> None:
        """The connection is idle from now on."""
        self._busy = False
        self._scope.deadline = trio.current_time() + KEEP_ALIVE_SECONDS
        if not self._started:
            self._started = True
            tasks.spawn(self._watch, close)

    async def stop(self) -> None:
        """A request has come."""
        self._busy = True
        self._scope.deadline = math.inf

    def leave(self) -> None:
        """The client is gone."""
        self.over = True
        self._scope.cancel()

    async def _watch(self, close: Wait) -> None:
        with self._scope:
            await self._ended()
        if not self._busy and not self.over:
            await close()
