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

from ccr.net.stream import TcpListener
from ccr.server.connection import Connection
from ccr.server.http import App
from ccr.store.logfile import LogFile

HEADER_BYTES = 64 * 1024


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
    connected = partial(Connection, ASGIWrapper(cast("ASGIFramework", app)), _settings(log, grace), context, {})
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
