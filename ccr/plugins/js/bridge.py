"""The one JavaScript child: started on first need, restarted when it dies or hangs, ended with us.

A sibling task of the server runs it. Nothing that a request does waits on the child's pipe: frames are queued, their
number is bounded by the windows of `frame`, and a cancelled request leaves a `CANCEL` behind.
"""

import hmac
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from subprocess import PIPE
from typing import Any, Protocol

import trio

from ccr.core.jsonio import dump, load
from ccr.plugins.failure import PluginError, PluginLost, javascript_failure
from ccr.plugins.js.channel import Channel, Thrown
from ccr.plugins.js.console import listen
from ccr.plugins.js.frame import Broken, Frames, call

START_SECONDS = 10.0
PING_SECONDS = 1.0
HANG_SECONDS = 5.0
"""A child that doesn't answer a ping for so long while it has work is killed."""
BACKOFF_SECONDS = 0.1, 10.0
"""The first and the longest wait before the child is started again."""
LINGER_SECONDS = 30.0
"""How long a retired child waits for requests that began before it was."""
STEADY_SECONDS = 30.0
"""After so long a life the wait starts over."""


class Log(Protocol):
    """Where the child's words and ends go."""

    def event(self, level: str, text: str) -> None: ...


class Bridge:
    """Calls JavaScript. `settings` is what the child is told of the configuration: {config, providers}."""

    def __init__(
        self, command: Sequence[str], *, env: Mapping[str, str], log: Log, settings: Mapping[str, Any]
    ) -> None:
        self._command = list(command)
        self._env = dict(env)
        self._log = log
        self._settings = dict(settings)
        self._channels: dict[int, Channel] = {}
        self._outbox: list[bytes] = []
        self._last = 0
        self._numbers = count(1)
        self._is_up = False
        self._over = ""
        self._retired = trio.Event()
        self._wanted = trio.Event()
        self._changed = trio.Event()
        self._process: trio.Process | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process else None

    def number(self) -> int:
        """Return a number that no other request has, for values that the child keeps for one."""
        return next(self._numbers)

    async def run(self) -> None:
        """Keep the child alive once it is wanted, until it is retired and idle."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep)
            await self._retired.wait()
            await trio.sleep(LINGER_SECONDS)
            while self._channels:
                await self._changed.wait()
            self._over = "the configuration has changed; send the request again"
            nursery.cancel_scope.cancel()

    def retire(self) -> None:
        """End the child some time after its last call: a request that has begun may want it still."""
        self._retired.set()

    async def call(self, op: str, path: Path, *, limit: float, **values: Any) -> Any:
        """Return the JSON value that an operation of the runner gives for a user's file.

        Raises PluginError: it threw, took longer than `limit` seconds, or the child is gone.
        """
        try:
            with trio.fail_after(limit):
                async with self._channel() as channel:
                    self._send(call(channel.number, {"op": op, **values}))
                    frame = await channel.frame()
                    return load(frame.payload)
        except Thrown as error:
            raise PluginError(javascript_failure(error.message, error.stack, path)) from None
        except trio.TooSlowError:
            raise PluginLost(f"no result after {limit:g} s ({path})") from None

    @asynccontextmanager
    async def response(self, values: Mapping[str, Any]) -> AsyncIterator[Channel]:
        """Open the channel on which a response passes through the user's code."""
        async with self._channel() as channel:
            self._send(call(channel.number, {"op": "respond", **values}))
            yield channel

    async def _keep(self) -> None:
        wait, longest = BACKOFF_SECONDS
        while True:
            await self._wanted.wait()
            began = trio.current_time()
            why = await self._live()
            for channel in list(self._channels.values()):
                channel.lose(why)
            self._change()
            if trio.current_time() - began > STEADY_SECONDS:
                wait = BACKOFF_SECONDS[0]
            self._log.event("error", f"{why}; it is started again in {wait:g} s")
            await trio.sleep(wait)
            wait = min(wait * 2, longest)

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[Channel]:
        self._last = self._last % 0xFFFFFFFF + 1
        channel = self._channels[self._last] = Channel(self._last, self._send)
        try:
            await self._ready(channel)
            yield channel
        finally:
            if self._is_up:
                channel.cancel()
            del self._channels[channel.number]
            self._change()

    async def _ready(self, channel: Channel) -> None:
        if self._over:
            raise PluginLost(self._over)
        self._wanted.set()
        with trio.move_on_after(START_SECONDS):
            while not self._is_up and not channel.lost:
                await self._changed.wait()
            if self._is_up:
                return
            raise PluginLost(channel.lost)
        raise PluginLost(f"the JavaScript process ({self._command[0]}) does not start; the log says why")

    def _send(self, data: bytes) -> None:
        if self._is_up:
            self._outbox.append(data)
            self._change()

    def _change(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    # --- one life of the child

    async def _live(self) -> str:
        """Run the child once and return why it ended."""
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        async with listeners[0] as listener:
            try:
                process = await _start(self._command, self._env)
            except OSError as error:
                return f"the JavaScript process ({self._command[0]}) can't be started: {error.strerror}"
            self._process = process
            start = {"port": listener.socket.getsockname()[1], "token": secrets.token_hex(16), **self._settings}
            try:
                return await self._talk(process, listener, start)
            finally:
                self._is_up, self._process, self._outbox = False, None, []
                with trio.CancelScope(shield=True, deadline=trio.current_time() + 2):
                    await _kill(process)

    async def _talk(self, process: trio.Process, listener: trio.SocketListener, start: Mapping[str, Any]) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        why = "the JavaScript process has ended"
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen, process.stdout, partial(self._print, "info"))
            nursery.start_soon(listen, process.stderr, partial(self._print, "warn"))
            stream = None
            with trio.move_on_after(START_SECONDS):
                with suppress(trio.BrokenResourceError):
                    await process.stdin.send_all(dump(start) + b"\n")
                stream = await _accept(process, listener, str(start["token"]))
            if stream is None:
                why = "the JavaScript process did not start"
            else:
                async with stream:
                    why = await self._serve(process, stream)
            # What it printed last often says why.
            with trio.move_on_after(0.2):
                await process.wait()
            nursery.cancel_scope.deadline = trio.current_time() + 0.2
        return why if process.returncode in (None, 0) else f"{why} with code {process.returncode}"

    async def _serve(self, process: trio.Process, stream: trio.SocketStream) -> str:
        reasons: list[str] = []
        async with trio.open_nursery() as nursery:

            async def until(task: Any, reason: str) -> None:
                await task()
                reasons.append(reason)
                nursery.cancel_scope.cancel()

            self._is_up = True
            self._change()
            nursery.start_soon(until, partial(self._read, stream), "the JavaScript process has ended")
            nursery.start_soon(self._write, stream)
            hang = f"the JavaScript process did nothing for {HANG_SECONDS:g} s"
            nursery.start_soon(until, self._heartbeat, hang)
        return reasons[0]

    async def _read(self, stream: trio.SocketStream) -> None:
        frames = Frames()
        with suppress(trio.BrokenResourceError, Broken):
            async for data in stream:
                for frame in frames.feed(bytes(data)):
                    channel = self._channels.get(frame.channel)
                    if channel is not None:
                        channel.take(frame)

    async def _write(self, stream: trio.SocketStream) -> None:
        # What can't be written any more can't be read either, and the reader tells.
        with suppress(trio.BrokenResourceError):
            while True:
                while not self._outbox:
                    await self._changed.wait()
                data, self._outbox = b"".join(self._outbox), []
                await stream.send_all(data)

    async def _heartbeat(self) -> None:
        """Return when the child has not answered for `HANG_SECONDS`; it is only asked while it has work."""
        while True:
            while not self._channels:
                await self._changed.wait()
            await trio.sleep(PING_SECONDS)
            if not self._channels:
                continue
            try:
                await self.call("ping", Path(), limit=HANG_SECONDS)
            except PluginError:
                return

    def _print(self, level: str, text: str) -> None:
        self._log.event(level, f"javascript: {text}")


async def _accept(process: trio.Process, listener: trio.SocketListener, token: str) -> trio.SocketStream | None:
    """Return the child's connection, None if it ends instead. Whoever doesn't know the token is sent away."""
    found: list[trio.SocketStream] = []
    async with trio.open_nursery() as nursery:

        async def ended() -> None:
            await process.wait()
            nursery.cancel_scope.cancel()

        nursery.start_soon(ended)
        while not found:
            stream = await listener.accept()
            greeting = b""
            with trio.move_on_after(2):
                while len(greeting) <= len(token):
                    piece = await stream.receive_some(len(token) + 1 - len(greeting))
                    if not piece:
                        break
                    greeting += piece
            if hmac.compare_digest(greeting, f"{token}\n".encode()):
                found.append(stream)
            else:
                await trio.aclose_forcefully(stream)
        nursery.cancel_scope.cancel()
    return found[0] if found else None


async def _start(command: Sequence[str], env: Mapping[str, str]) -> trio.Process:
    # A session of its own: Ctrl-C in the terminal is meant for Claude Code, not for the child.
    start = partial(trio.lowlevel.open_process, list(command), env=dict(env), start_new_session=True)
    return await start(stdin=PIPE, stdout=PIPE, stderr=PIPE)


async def _kill(process: trio.Process) -> None:
    """Kill the child with whatever it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            await trio.aclose_forcefully(pipe)
