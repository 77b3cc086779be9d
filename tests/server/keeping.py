"""A keeper and its workers in one Trio run, over real lines."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

from ccr.config.parse import parse
from ccr.net import message as say
from ccr.net.peer import Peer
from ccr.net.stream import TcpStream
from ccr.server.app import App
from ccr.server.keeper import Clerk
from ccr.server.state import State


class Lines:
    """Where the keeper's log goes."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def event(self, level: str, text: str) -> None:
        self.lines.append((level, text))

    def request(self, trail: Any) -> None:
        self.lines.append(trail)


class World:
    """A keeper with a provider `p`, and its workers."""

    def __init__(self, nursery: trio.Nursery, **provider: Any) -> None:
        given = {"name": "p", "api_base_url": "http://127.0.0.1:9/v1", "models": ["m"], "api_key": "k1", **provider}
        loaded = parse(json.dumps({"Providers": [given], "LOG": False}), {})
        self.log = Lines()
        self.state = State(loaded, env={}, instance="keeper", role="service", log=self.log)
        self.pool = self.state.board.pool("p")
        self.nursery = nursery

    async def worker(self) -> tuple[Peer, trio.CancelScope]:
        """Start a worker; cancelling the scope is its death."""
        ours, theirs = socket.socketpair()
        clerk = Clerk(self.state, App(self.state))
        keeper = Peer(TcpStream(ours), say.ToKeeper, clerk.serve)
        peer = Peer(TcpStream(theirs), say.ToWorker, lambda message: None)
        scope = trio.CancelScope()

        async def serve() -> None:
            await keeper.run()
            clerk.close()

        async def live() -> None:
            with scope:
                await peer.run()

        self.nursery.start_soon(serve)
        self.nursery.start_soon(live)
        return peer, scope


@asynccontextmanager
async def world(**provider: Any) -> AsyncIterator[World]:
    async with trio.open_nursery() as nursery:
        yield World(nursery, **provider)
        nursery.cancel_scope.cancel()


async def settled(peer: Peer) -> None:
    """Wait until all that was told has been heard."""
    await peer.ask(say.Page(scope_of("/"), b""), Any)


def scope_of(path: str) -> dict[str, Any]:
    headers = [(b"host", b"localhost")]
    return {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
