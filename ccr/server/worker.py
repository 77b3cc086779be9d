"""A worker's ties to the process that keeps board, log and pages for its service: see `ccr.server.keeper`."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import trio

from ccr.anthropic.error import error_answer
from ccr.core.trail import Trail
from ccr.errors import RequestError
from ccr.keys.attempts import Ask, Candidate, Outcome, Try
from ccr.keys.pool import Want
from ccr.keys.verdict import Verdict
from ccr.net import message as say
from ccr.net.peer import Peer, outward
from ccr.net.queue import Turn
from ccr.net.relay import Receive, Send
from ccr.server.app import App
from ccr.server.http import ClientGone, Request, Scope
from ccr.server.state import State

NO_WANT = Want("")
HEARD = frozenset({"warn", "error", "fatal"})
"""Events that are told; what happens in the best of orders happens in the keeper too, which tells it once."""

_numbers = itertools.count(1)


class Desk:
    """Opens courses on the keeper's board; `place` is the name of a preset, empty for the service itself."""

    def __init__(self, peer: Peer, place: str = "") -> None:
        self._peer = peer
        self._place = place

    def course(self, candidates: Sequence[Candidate], ask: Ask) -> "Course":
        """Return a course through the candidates."""
        stops = tuple(say.Stop(c.provider, c.model, c.window, c.retries, c.repeats, c.relieves) for c in candidates)
        number = next(_numbers)
        told = (outward(ask.since), ask.session, ask.tokens, ask.is_ready)
        return Course(self._peer, say.Open(number, self._place, stops, *told))


class Course:
    """See `ccr.net.desk.Course`."""

    def __init__(self, peer: Peer, opening: say.Open) -> None:
        self._peer = peer
        self._opening = opening
        self._number = opening.course
        self._is_open = False
        self._key: say.Key | None = None

    async def step(self, outcome: Outcome | None) -> Try | Verdict:
        """Return what to do next. Raises Unavailable if the keeper has ended."""
        if outcome is None:
            self._is_open = True
            found = await self._peer.ask(self._opening, say.Next)
        else:
            told = _shifted(outcome)
            if outcome.failure is None or outcome.begun:
                # What comes of that is known, and need not be waited for.
                self._is_open = False
                self._peer.tell(say.Close(self._number, told))
                return Verdict()
            found = await self._peer.ask(say.Step(self._number, told), say.Next)
        self._key = found.key
        return found.verdict or Try(found.candidate, NO_WANT, found.pause, found.patience)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Wait for a key for the last step, and keep it while the block runs."""
        found = self._key or await self._peer.ask(say.Wait(self._number), say.Key)
        lease = Lease(self._peer, found) if found.lease else None
        try:
            yield Turn(lease, found.waited, found.left)
        finally:
            if lease is not None:
                self._peer.tell(say.Give(found.lease))

    def close(self) -> None:
        """The request is over."""
        if self._is_open:
            self._is_open = False
            self._peer.tell(say.Close(self._number))


class Lease:
    """A key of the keeper's in use: see `ccr.keys.pool.Lease`."""

    def __init__(self, peer: Peer, found: say.Key) -> None:
        self.id = found.id
        self.key = found.key
        self._peer = peer
        self._number = found.lease

    def release(self, now: float, tokens: int | None = None) -> None:
        """The request has ended."""
        self._peer.tell(say.Release(self._number, outward(now), tokens))

    def refuse(self, now: float) -> None:
        """The upstream refused it for too many requests in a minute."""
        self._peer.tell(say.Refuse(self._number, outward(now)))

    def hold(self, until: float) -> None:
        """The upstream takes no more before the moment `until`."""
        self._peer.tell(say.Hold(self._number, outward(until)))


class Log:
    """Tells the keeper what happens; may be called from any thread of this Trio run."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._token = trio.lowlevel.current_trio_token()

    def event(self, level: str, text: str) -> None:
        """Tell what happened."""
        if level in HEARD:
            self._token.run_sync_soon(self._peer.tell, say.Line(level, text))

    def request(self, trail: Mapping[str, Any]) -> None:
        """Tell the record of a request."""
        self._peer.tell(say.Record(msgspec.convert(dict(trail), Trail)))


def find(message: say.Find, state: State) -> say.Found | None:
    """Return a request that is kept here."""
    kept = state.kept.find(message.name)
    if kept is None:
        return None
    return say.Found(kept.raw, dict(kept.headers), kept.query, kept.session, kept.agent)


class WorkerApp:
    """The ASGI app of a worker: the Messages API is its own, all other pages are the keeper's."""

    def __init__(self, app: App, peer: Peer) -> None:
        self._app = app
        self._peer = peer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection scope."""
        if scope["type"] != "http" or "/v1/" in scope["path"]:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        with suppress(ClientGone):
            try:
                await self._page(request, scope)
            except RequestError as error:
                await request.respond(*error_answer(error))

    async def _page(self, request: Request, scope: Scope) -> None:
        wanted = {name: scope[name] for name in ("type", "method", "path", "query_string", "headers")}
        found = await self._peer.ask(say.Page(wanted, await request.body()), say.Answer)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in found.headers}
        await request.respond(found.status, headers, found.body)


def _shifted(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, now=outward(outcome.now), sent=outward(outcome.sent))
