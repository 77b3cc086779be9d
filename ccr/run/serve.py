"""Serves an ASGI app with Hypercorn on a socket that is bound already: how Hypercorn is set up, and nothing else."""

import logging
import socket
from functools import partial
from typing import cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework

from ccr.net.stream import TcpListener, TcpStream
from ccr.server.connection import Connection
from ccr.server.http import App
from ccr.server.log import Log

HEADER_BYTES = 64 * 1024


async def serve(
    app: App,
    listener: socket.socket | trio.abc.Listener[TcpStream],
    *,
    log: Log,
    stop: trio.Event,
    grace: float,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until `stop` is set; then close the listener and give running requests `grace` seconds.

    `nursery.start` returns when requests are answered. The socket, or whatever else connections come from, belongs to
    the server from now on.
    """
    connected = Connected(app, log)
    source = TcpListener(listener) if isinstance(listener, socket.socket) else listener
    async with trio.open_nursery() as connections:
        async with trio.open_nursery() as accepting:
            accepting.start_soon(partial(trio.serve_listeners, connected, [source], handler_nursery=connections))
            task_status.started()
            await stop.wait()
            accepting.cancel_scope.cancel()
        await connected.end()
        connections.cancel_scope.deadline = trio.current_time() + grace


class Connected:
    """Serves an app to clients that are connected already."""

    def __init__(self, app: App, log: Log) -> None:
        self._app = ASGIWrapper(cast("ASGIFramework", app))
        self._config = _settings(log)
        self._context = WorkerContext(None)

    async def __call__(self, stream: TcpStream) -> None:
        """Serve one client until it leaves."""
        await Connection(self._app, self._config, self._context, {}, stream)

    async def end(self) -> None:
        """Close the connections that are idle, and each other one after its answer."""
        await self._context.terminated.set()


def _settings(log: Log) -> Config:
    config = Config()
    config.h11_max_incomplete_size = HEADER_BYTES
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = logging.Logger("hypercorn", logging.WARNING)
    config.errorlog.addHandler(_IntoLog(log))
    return config


class _IntoLog(logging.Handler):
    """Leads Hypercorn's log into ours; by itself it writes to the terminal, where Claude Code is."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record, with its traceback if it has one."""
        self._log.event("error" if record.levelno >= logging.ERROR else "warn", self.format(record))
