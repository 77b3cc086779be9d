"""A worker of a service: a router that answers on the connections which its keeper, `ccr.run.fleet`, hands to it."""

import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import trio

from ccr.net import message as say
from ccr.net.peer import Peer
from ccr.net.stream import TcpStream
from ccr.run.router import Router
from ccr.run.serve import serve
from ccr.run.service import INSTANCE, WORKER
from ccr.run.signals import ENDING, REPLACED
from ccr.run.source import Source
from ccr.run.spawn import own_command
from ccr.run.supervise import DRAIN_SECONDS
from ccr.server.state import State
from ccr.server.worker import Desk, Log, WorkerApp, find
from ccr.store.logfile import LogFile


async def spawn(source: Source, instance: str, descriptors: Sequence[int]) -> trio.Process:
    """Start a worker that inherits the descriptors."""
    fixed = [] if source.port is None else ["--port", str(source.port)]
    words = [*own_command(), "start", "--foreground", "--config", str(source.path), *fixed]
    env = {**source.env, INSTANCE: instance, WORKER: ",".join(map(str, descriptors))}
    return await trio.lowlevel.open_process(words, env=env, pass_fds=descriptors, stdin=subprocess.DEVNULL)


def serve_worker(source: Source, descriptors: str, *, instance: str) -> int:
    """Serve until the keeper ends, or says so; return the exit code."""
    for number in (*ENDING, *REPLACED):
        # They go to the keeper as well, which ends its workers in good order. Without it they end at once. A handler,
        # since our own children would inherit SIG_IGN.
        signal.signal(number, lambda *_: None)
    talk, hand = (socket.socket(fileno=int(text)) for text in descriptors.split(","))
    trio.run(partial(_run, source, talk, hand, instance=instance))
    return 0


async def _run(source: Source, talk: socket.socket, hand: socket.socket, *, instance: str) -> None:
    stop = trio.Event()
    async with trio.open_nursery() as nursery:

        def take(message: say.ToWorker) -> say.Found | None:
            if isinstance(message, say.Drain):
                router.state.drain()
                stop.set()
            elif isinstance(message, say.BreakOff):
                router.state.break_off()
            elif isinstance(message, say.Find):
                return find(message, router.state)
            else:
                nursery.start_soon(router.reload)
            return None

        peer = Peer(TcpStream(talk), say.ToWorker, take)
        router = made(source, peer, instance=instance)
        async with router.state.running():
            nursery.start_soon(_follow, peer, nursery.cancel_scope)
            app, listener = WorkerApp(router.app, peer), Handed(hand)
            peer.tell(say.Ready())
            await serve(app, listener, log=router.state.log, stop=stop, grace=DRAIN_SECONDS)
            nursery.cancel_scope.cancel()


def made(source: Source, peer: Peer, *, instance: str) -> Router:
    """Return the router of a worker, whose board, log and last requests are the keeper's."""
    state = State(source.read(), env=source.env, instance=instance, role="service", log=Log(peer))
    state.desk, state.desk_of = Desk(peer), partial(Desk, peer)
    # What is wrong with the configuration is told once, by the keeper.
    return Router(source, state, LogFile([], redact=str))


async def _follow(peer: Peer, scope: trio.CancelScope) -> None:
    await peer.run()
    scope.cancel()


class Handed(trio.abc.Listener[TcpStream]):
    """Gets connections over a socket."""

    def __init__(self, hand: socket.socket) -> None:
        hand.setblocking(False)
        self._hand = hand

    async def accept(self) -> TcpStream:
        """Wait for the next connection."""
        while True:
            await trio.lowlevel.wait_readable(self._hand)
            with suppress(BlockingIOError):
                data, descriptors, _, _ = socket.recv_fds(self._hand, 1, 1)
                if not data:
                    # The keeper has ended, which its line tells too.
                    await trio.sleep_forever()
                return TcpStream(socket.socket(fileno=descriptors[0]))

    async def aclose(self) -> None:
        """Take no more."""
        trio.lowlevel.notify_closing(self._hand)
        self._hand.close()
        await trio.lowlevel.checkpoint()
