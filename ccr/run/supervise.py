"""The nursery: server, configuration watcher, signals or child are siblings, and end together.

The end comes in this order: the child, the port, the running requests (with a deadline), the upstream clients, the log.
"""

import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from socket import socket
from typing import Self

import trio

from ccr.run.child import Child
from ccr.run.openfiles import allow_many
from ccr.run.router import Router
from ccr.run.serve import serve
from ccr.run.signals import REPLACED, ending
from ccr.run.watch import watch
from ccr.server.state import State

DRAIN_SECONDS = 10.0
"""How long a service that is told to stop lets running requests go on."""

SESSION_DRAIN_SECONDS = 0.0
"""A session's only client is its child, which has ended."""

LAST_RESORT_SECONDS = 2.0

BREAK_SECONDS = 0.5
"""How long clients whose answers are broken off have to take the word about it."""

LOOK_SECONDS = 0.05
"""How often is looked whether the last request has ended."""

Wait = Callable[[], Awaitable[object]]
Serve = Callable[..., Awaitable[None]]
"""`ccr.run.serve.serve`, or `ccr.run.fleet.Fleet.serve`, which several processes answer."""


class LastResort:
    """Ends the process with `code` when its orderly end hangs, as on a client that takes no bytes and doesn't leave."""

    def __init__(self) -> None:
        self.code = 1
        self.keeps_port = False
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.disarm()

    def disarm(self) -> None:
        """The orderly end is reached."""
        if self._timer is not None:
            self._timer.cancel()

    def arm(self, seconds: float) -> None:
        """Allow `seconds` from now on."""
        self.disarm()
        self._timer = threading.Timer(seconds, lambda: os._exit(self.code))
        self._timer.daemon = True
        self._timer.start()


async def run_service(router: Router, listener: socket, *, ready: Callable[[], None], serve: Serve = serve) -> int:
    """Serve until a signal comes; a second one cuts the running requests off. Returns the exit code.

    Until the last request has ended, new ones hear that they should come again, unless another service is to hear them.
    """
    with trio.open_signal_receiver(*ending(), *REPLACED) as received:
        signals = aiter(received)
        hurry = partial(anext, signals)
        async with serving(router, listener, grace=DRAIN_SECONDS, hurry=hurry, serve=serve) as end:
            ready()
            end.keeps_port = await anext(signals) not in REPLACED
            end.code = 0
    return end.code


async def run_session(
    router: Router, listener: socket, *, child: Child, cleanup: AbstractContextManager[object]
) -> int:
    """Serve until the child ends; leave `cleanup` then. Returns the child's exit code."""
    async with serving(router, listener, grace=SESSION_DRAIN_SECONDS) as end:
        with cleanup:
            end.code = await _wait(child)
    return end.code


@asynccontextmanager
async def serving(
    router: Router, listener: socket, *, grace: float, hurry: Wait = trio.sleep_forever, serve: Serve = serve
) -> AsyncIterator[LastResort]:
    """Serve while the block runs; then let running requests go on for `grace` seconds, or until `hurry()` returns."""
    allow_many()
    stop = trio.Event()
    with LastResort() as end:
        async with router.state.running(), trio.open_nursery() as nursery:

            async def server(task_status: trio.TaskStatus[None]) -> None:
                await serve(router.app, listener, log=router.log, stop=stop, grace=grace, task_status=task_status)
                nursery.cancel_scope.cancel()

            await nursery.start(server)
            nursery.start_soon(watch, router.files, router.reload)
            try:
                yield end
            finally:
                end.arm(grace + LAST_RESORT_SECONDS)
            router.state.drain()
            if end.keeps_port:
                nursery.start_soon(_drain, router.state, grace, stop, nursery.cancel_scope)
            else:
                stop.set()
            await hurry()
            end.arm(LAST_RESORT_SECONDS)
            await _break_off(router.state)
            nursery.cancel_scope.cancel()


async def _drain(state: State, grace: float, stop: trio.Event, everything: trio.CancelScope) -> None:
    """Stop listening when no request runs any more; end everything if that takes longer than `grace` seconds."""
    with trio.move_on_after(grace) as scope:
        await _idle(state)
    if scope.cancelled_caught:
        await _break_off(state)
        everything.cancel()
    stop.set()


async def _break_off(state: State) -> None:
    """End what still runs, and let its clients hear of it."""
    state.break_off()
    with trio.move_on_after(BREAK_SECONDS):
        await _idle(state)


async def _idle(state: State) -> None:
    """Wait until no request runs any more."""
    while state.sessions.running:  # noqa: ASYNC110 - only the few seconds of an end look at this
        await trio.sleep(LOOK_SECONDS)


async def _wait(child: Child) -> int:
    """Wait for the child in a thread; if we are cancelled because the router failed, end it."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_end_when_cancelled, child)
        code = await trio.to_thread.run_sync(child.wait)
        nursery.cancel_scope.cancel()
    return code


async def _end_when_cancelled(child: Child) -> None:
    try:
        await trio.sleep_forever()
    finally:
        if child.is_running:
            child.terminate()
