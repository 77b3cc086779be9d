"""Several processes that answer on one port: this one accepts, keeps the keys, and hands connections to its workers.

A session always goes to the same worker. A worker that ends is replaced, and takes only its own connections along;
while there is none, this process answers itself. Pages other than the Messages API are always its own.
"""

import re
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

import trio

from ccr.anthropic.request import Inbound, read_body
from ccr.net import message as say
from ccr.net.peer import Peer
from ccr.net.stream import TcpListener, TcpStream
from ccr.run.serve import Connected
from ccr.server.app import App
from ccr.server.connection import KEEP_ALIVE_SECONDS
from ccr.server.keeper import Clerk
from ccr.server.log import Log
from ccr.server.state import State

START_SECONDS = 8.0
"""How long the port waits for the workers to come up."""
STEADY_SECONDS = 5.0
"""A worker that ends sooner is replaced after a pause of `PAUSE_SECONDS`."""
PAUSE_SECONDS = 1.0
SESSIONS = 1000
"""Sessions whose worker is remembered."""
PEEK_BYTES = 16 * 1024

_API = re.compile(rb"[A-Z]+ (?:/preset/[^/ ]+)?/v1/")
_SESSION = re.compile(rb"\r\nx-claude-code-session-id: *([\w-]{1,128})", re.IGNORECASE)

Spawn = Callable[[Sequence[int]], Awaitable[trio.Process]]
"""Starts a worker that inherits these descriptors: its line to us, and where it gets connections from."""


class Worker:
    """A worker process, seen from here."""

    def __init__(self, process: trio.Process, peer: Peer, clerk: Clerk, hand: socket.socket) -> None:
        self.process = process
        self.peer = peer
        self.clerk = clerk
        self._hand = hand
        hand.setblocking(False)

    async def give(self, stream: TcpStream) -> None:
        """Hand a connection over. Raises OSError if the worker takes none any more."""
        while True:
            try:
                socket.send_fds(self._hand, [b"x"], [stream.socket.fileno()])
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._hand)
            else:
                break
        await stream.aclose()

    def close(self) -> None:
        """It has ended."""
        self.clerk.close()
        trio.lowlevel.notify_closing(self._hand)
        self._hand.close()


class Fleet:
    """Keeps `count` workers; `spawn` starts one."""

    def __init__(self, state: State, count: int, spawn: Spawn) -> None:
        self._state = state
        self._count = count
        self._spawn = spawn
        self._workers: dict[int, Worker] = {}
        self._turn = 0
        self._sessions: OrderedDict[bytes, int] = OrderedDict()
        self._silent: set[trio.CancelScope] = set()
        """Connections on which nothing has come yet."""
        self._ending = False
        self._news = trio.Event()

    async def serve(
        self,
        app: App,
        listener: socket.socket,
        *,
        log: Log,
        stop: trio.Event,
        grace: float,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve until `stop` is set, like `ccr.run.serve.serve`."""
        own = Connected(app, log)
        async with trio.open_nursery() as nursery:
            for place in range(self._count):
                nursery.start_soon(self._keep, place, app, log)
            with trio.move_on_after(START_SECONDS):
                while len(self._workers) < self._count:
                    await self._news.wait()
            async with trio.open_nursery() as accepting:
                handler, source = partial(self._dispatch, own), TcpListener(listener)
                accepting.start_soon(partial(trio.serve_listeners, handler, [source], handler_nursery=nursery))
                task_status.started()
                await stop.wait()
                accepting.cancel_scope.cancel()
            self.drain()
            await own.end()
            nursery.cancel_scope.deadline = trio.current_time() + grace

    def drain(self) -> None:
        """Let the workers finish what runs, and end; what comes from now on is for this process."""
        self._ending = True
        for scope in self._silent:
            scope.cancel()
        self._tell(say.Drain())

    def break_off(self) -> None:
        """Let the workers end what runs."""
        self._tell(say.BreakOff())

    def reload(self) -> None:
        """Let the workers look at the configuration."""
        self._tell(say.Reload())

    async def find(self, name: str) -> Inbound | None:
        """Return a request that one of the workers keeps."""
        for worker in list(self._workers.values()):
            found: say.Found | None = await worker.peer.ask(say.Find(name), say.Found | None)
            if found is not None:
                return Inbound(
                    body=read_body(found.raw),
                    raw=found.raw,
                    headers=found.headers,
                    query=found.query,
                    session=found.session,
                    agent=found.agent,
                )
        return None

    def _tell(self, message: say.Message) -> None:
        for worker in self._workers.values():
            worker.peer.tell(message)

    async def _keep(self, place: int, app: App, log: Log) -> None:
        """Run a worker, and another one whenever it ends."""
        while not self._ending:
            began = trio.current_time()
            try:
                end = f"ended with code {await self._run(place, app)}"
            except OSError as error:
                end = f"could not be started: {error}"
            if self._ending:
                return
            log.event("error", f"worker {place + 1} {end}; another one takes its place")
            if trio.current_time() - began < STEADY_SECONDS:
                await trio.sleep(PAUSE_SECONDS)

    async def _run(self, place: int, app: App) -> int:
        """Run one worker until it ends; return its exit code."""
        (talk, far_talk), (hand, far_hand) = socket.socketpair(), socket.socketpair()
        clerk = Clerk(self._state, app)

        def serve(message: say.ToKeeper) -> object:
            if isinstance(message, say.Ready):
                self._set(place, worker)
                return None
            return clerk.serve(message)

        with far_talk, far_hand:
            process = await self._spawn((far_talk.fileno(), far_hand.fileno()))
        worker = Worker(process, Peer(TcpStream(talk), say.ToKeeper, serve), clerk, hand)
        try:
            await worker.peer.run()
            return await process.wait()
        finally:
            if self._workers.get(place) is worker:
                del self._workers[place]
            worker.close()
            with trio.CancelScope(shield=True):
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _set(self, place: int, worker: Worker) -> None:
        self._workers[place] = worker
        self._news.set()
        self._news = trio.Event()

    async def _dispatch(self, own: Connected, stream: TcpStream) -> None:
        """Serve a connection, or hand it to the worker that its first request is for."""
        head = await self._peek(stream)
        if not head:
            await stream.aclose()
            return
        worker = self._choose(head)
        if worker is not None:
            with suppress(OSError):
                await worker.give(stream)
                return
        await own(stream)

    async def _peek(self, stream: TcpStream) -> bytes:
        """Return the first bytes, and leave them where they are; empty if none come."""
        with trio.move_on_after(KEEP_ALIVE_SECONDS) as scope:
            self._silent.add(scope)
            try:
                await trio.lowlevel.wait_readable(stream.socket)
                return stream.socket.recv(PEEK_BYTES, socket.MSG_PEEK)
            except OSError:
                pass
            finally:
                self._silent.remove(scope)
        return b""

    def _choose(self, head: bytes) -> Worker | None:
        if self._ending or not self._workers or not _API.match(head):
            return None
        found = _SESSION.search(head)
        place = self._place(found[1]) if found else self._next()
        return self._workers.get(place) or self._workers[self._next()]

    def _place(self, session: bytes) -> int:
        place = self._sessions.pop(session, None)
        if place is None:
            place = self._next()
        self._sessions[session] = place
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return place

    def _next(self) -> int:
        self._turn += 1
        places = sorted(self._workers)
        return places[self._turn % len(places)]
