"""Serves an ASGI app with Hypercorn on a socket that is bound already: how Hypercorn is set up, and nothing else."""

import logging
import socket
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve as hypercorn_serve
from hypercorn.typing import ASGIFramework

from ccr.run.port import BACKLOG
from ccr.server.http import App
from ccr.store.logfile import LogFile

HEADER_BYTES = 64 * 1024
KEEP_ALIVE_SECONDS = 120
"""Longer than clients leave a connection idle, so that none is closed in the moment in which it is used again."""


async def serve(
    app: App,
    listener: socket.socket,
    *,
    log: LogFile,
    stop: trio.Event,
    grace: float,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until `stop` is set; then close the port and give running requests `grace` seconds.

    `nursery.start` returns when requests are answered. The socket belongs to the server from now on. The app must
    answer the lifespan protocol.
    """
    await hypercorn_serve(
        cast("ASGIFramework", app),
        _settings(listener, log, grace),
        shutdown_trigger=stop.wait,
        task_status=task_status,
        mode="asgi",
    )


def _settings(listener: socket.socket, log: LogFile, grace: float) -> Config:
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.backlog = BACKLOG
    config.graceful_timeout = grace
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
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
