"""Serves an ASGI app with Hypercorn on a socket that is bound already: how Hypercorn is set up, and nothing else."""

import logging
import math
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import TrioSingleTask, WorkerContext
from hypercorn.typing import ASGIFramework, TaskGroup

from ccr.net.stream import TcpListener
from ccr.server.http import App
from ccr.store.logfile import LogFile

HEADER_BYTES = 64 * 1024
KEEP_ALIVE_SECONDS = 120
"""Longer than clients leave a connection idle, so that none is closed in the moment in which it is used again."""


Wait = Callable[[], Awaitable[None]]


async def serve(
    app: App,
    listener: socket.socket,
    *,
    log: LogFile,
    stop: trio.Event,
    grace: float,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until `stop` is set; then close the port and give running requests `grace` seconds.

    `nursery.start` returns when requests are answered. The socket belongs to the server from now on.
    """
    context = WorkerContext(None)
    connected = partial(_Connection, ASGIWrapper(cast("ASGIFramework", app)), _settings(log, grace), context, {})
    async with trio.open_nursery() as connections:
        async with trio.open_nursery() as accepting:
            accepting.start_soon(
                partial(trio.serve_listeners, connected, [TcpListener(listener)], handler_nursery=connections)
            )
            task_status.started()
            await stop.wait()
            accepting.cancel_scope.cancel()
        await context.terminated.set()
        connections.cancel_scope.deadline = trio.current_time() + grace


class _Idle:
    """Closes a connection that stays idle, or that is idle when the server ends: one task for all its requests."""

    def __init__(self, ended: Wait) -> None:
        self.over = False
        """The client is gone, so there is nothing to close."""
        self._ended = ended
        self._scope = trio.CancelScope()
        self._started = self._busy = False

    async def restart(self, tasks: TaskGroup, close: Wait) -> None:
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


class _Connection(TCPServer):
    """Hypercorn's side of one connection. What the system takes at once is written without locks and tasks' turns."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._idle = _Idle(self.context.terminated.wait)
        self.idle_task = cast("TrioSingleTask", self._idle)

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
        with trio.CancelScope(shield=True):
            await self._initiate_server_close()


def _settings(log: LogFile, grace: float) -> Config:
    config = Config()
    config.graceful_timeout = grace
    config.h11_max_incomplete_size = HEADER_BYTES
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = logging.Logger("hypercorn", logging.WARNING)
    config.errorlog.addHandler(_IntoLog(log))
    return config


class _IntoLog(logging.Handler):
    """Leads Hypercorn's log into ours; by itself it writes to the terminal, where Claude Code is."""

    def __init__(self, log: LogFile) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record, with its traceback if it has one."""
        self._log.event("error" if record.levelno >= logging.ERROR else "warn", self.format(record))
