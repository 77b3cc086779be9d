"""Serves an ASGI app with Hypercorn on a socket that is bound already: how Hypercorn is set up, and nothing else."""

import socket
import sys
import traceback
from functools import partial
from typing import Any, cast

import trio

from ccr.net.stream import TcpListener, TcpStream
from ccr.server.connection import Connection
from ccr.server.http import App
from ccr.server.hypercorn import ASGIFramework, ASGIWrapper, Config, WorkerContext
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
    config.keep_alive_max_requests = sys.maxsize
    config.logger_class = cast("Any", lambda _config: _IntoLog(log))
    return config


class _IntoLog:
    """Leads what Hypercorn logs into our log; by itself it writes to the terminal, where Claude Code is."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def access(self, *_words: Any) -> None:
        """Pass over a request: the app has logged it, and knows more about it."""

    async def exception(self, message: str) -> None:
        """Log the exception that is being handled, with its traceback."""
        self._log.event("error", f"{message}\n{traceback.format_exc()}")
