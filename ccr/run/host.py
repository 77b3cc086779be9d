"""Sets up a router and runs it on Trio: as the service, or for one session. Imports all that is heavy."""

import gc
import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, TextIO

import trio

from ccr.config.parse import Loaded
from ccr.run import health, port, summary
from ccr.run.child import Child
from ccr.run.memory import remembered
from ccr.run.process import process
from ccr.run.router import Router, open_log, router
from ccr.run.serve import serve
from ccr.run.source import Source
from ccr.run.supervise import run_service, run_session
from ccr.store import lease
from ccr.store.paths import Home

if TYPE_CHECKING:
    from ccr.run.fleet import Fleet

GC_THRESHOLD = (10_000, 20, 20)
"""Objects that are made between two looks for garbage, and looks between wider ones: a request's JSON is thousands."""


def serve_service(
    source: Source, home: Home, *, instance: str, echo: TextIO | None = None, ready: Callable[[str], None]
) -> int:
    """Serve as configured until a signal comes; return the exit code.

    `echo` gets the log as well. `ready` gets the URL when requests are answered. Raises CommandError if the port is
    taken, ConfigError if the configuration can't be used.
    """
    loaded = source.read()
    config = loaded.require(source.path)
    listener = port.bind(config.host, config.port)
    host, number = listener.getsockname()[:2]
    log = open_log(loaded, home.logs, echo=echo)
    served = router(source, loaded, instance=instance, role="service", log=log)

    fleet = _fleet(served, source, instance)

    def announce() -> None:
        # What is there by now stays until the end, so nobody need look through it for garbage.
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        log.event("info", f"listening on {health.url(host, number)}", instance=instance, hash=loaded.hash)
        # A hint for `stop` and the like; a read-only home, as in a container, does without.
        with suppress(OSError):
            lease.write_note(home.run, _note(instance, source, host=host, number=number))
        ready(health.url(host, number))

    async def main() -> int:
        with remembered(served.state.board, home.run / f"keys-{number}.json"):
            return await run_service(served, listener, ready=announce, serve=fleet.serve if fleet else serve)

    try:
        return trio.run(main)
    finally:
        lease.remove_note(home.run, port=number, instance=instance)
        log.close()


def _fleet(served: Router, source: Source, instance: str) -> "Fleet | None":
    """Return the workers that the configuration asks for, if any."""
    count = served.state.snapshot.config.workers
    if count == 1:
        return None
    if not hasattr(socket, "send_fds"):
        served.log.event("warn", "WORKERS is passed over: this system can't hand connections to other processes")
        return None
    # A single process does without them.
    from ccr.run.fleet import Fleet
    from ccr.run.worker import spawn

    fleet = Fleet(served.state, count, partial(spawn, source, instance))
    served.reloaded = fleet.reload
    state = served.state
    state.drained, state.broken_off, state.find_elsewhere = fleet.drain, fleet.break_off, fleet.find
    return fleet


def serve_session(
    source: Source,
    loaded: Loaded,
    *,
    listener: socket.socket,
    home: Home,
    child: Child,
    cleanup: AbstractContextManager[object],
) -> int:
    """Serve a running child until it ends, then leave `cleanup`; return the child's exit code."""
    log = open_log(loaded, home.logs)
    try:
        served = router(source, source.override(loaded), instance=os.urandom(8).hex(), role="session", log=log)
        code = trio.run(partial(run_session, served, listener, child=child, cleanup=cleanup))
        summary.write(source.env, served.state.sessions.summary())
        return code
    finally:
        log.close()


def _note(instance: str, source: Source, *, host: str, number: int) -> lease.Note:
    pid = os.getpid()
    return lease.Note(
        instance=instance, pid=pid, started=process(pid).started, host=host, port=number, config=str(source.path)
    )
