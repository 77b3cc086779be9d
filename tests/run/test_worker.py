"""How a worker gets its connections, and how it is started. What it does: see `test_fleet`."""

import os
import socket
from pathlib import Path

import pytest
import trio

from ccr.net.stream import TcpStream
from ccr.run.service import INSTANCE, WORKER
from ccr.run.source import Source
from ccr.run.worker import Handed, spawn
from tests.aio import trio_test

pytestmark = pytest.mark.skipif(not hasattr(socket, "send_fds"), reason="this system hands no sockets over")


@trio_test()
async def test_connections_are_taken_as_they_are_handed() -> None:
    (ours, theirs), (client, connection) = socket.socketpair(), socket.socketpair()
    with ours, client:
        client.send(b"hello")
        async with Handed(theirs) as handed:
            socket.send_fds(ours, [b"x"], [connection.fileno()])
            connection.close()
            async with await handed.accept() as stream:
                assert isinstance(stream, TcpStream)
                assert await stream.receive_some() == b"hello"


@trio_test()
async def test_without_a_keeper_no_connection_comes() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    async with Handed(theirs) as handed:
        with trio.move_on_after(0.05) as scope:
            await handed.accept()
        assert scope.cancelled_caught


@trio_test()
async def test_a_worker_is_told_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = tmp_path / "shown"
    program = f'printf "%s %s %s" "${INSTANCE}" "${WORKER}" "$*" > {shown}'
    monkeypatch.setattr("ccr.run.worker.own_command", lambda: ["/bin/sh", "-c", program, "sh"])
    source = Source(path=tmp_path / "c.json", env={"PATH": os.environ["PATH"]}, port=4000)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = await spawn(source, "me", (ours.fileno(), theirs.fileno()))
        assert await process.wait() == 0
        words = f"start --foreground --config {source.path} --port 4000"
        assert shown.read_text() == f"me {ours.fileno()},{theirs.fileno()} {words}"
