"""What one process keeps for the workers of its service: the board with keys and limits, the log, the status.

Everything else that a request needs is its worker's own. A session always goes to the same worker, so that what is
remembered of it stays together.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import trio

from ccr.core.trail import Trail
from ccr.keys.attempts import Ask, Candidate, Outcome, Try
from ccr.keys.pool import Pool
from ccr.net import message as say
from ccr.net.desk import OwnCourse
from ccr.net.peer import inward
from ccr.net.queue import Held, Turn
from ccr.server.app import App
from ccr.server.state import State


class Clerk:
    """Serves one worker. What it holds is given back when the worker ends: call `close` then."""

    def __init__(self, state: State, app: App) -> None:
        self.courses: dict[int, _Course] = {}
        self._state = state
        self._app = app
        self._leases: dict[int, _Lease] = {}
        self._count = 0

    def serve(self, message: say.ToKeeper) -> Any:
        """Take a message of the worker's: see `ccr.net.peer.Serve`."""
        return _SERVE[type(message)](self, message)

    def close(self) -> None:
        """The worker has ended."""
        for number in list(self.courses):
            self._close(say.Close(number))
        for number in list(self._leases):
            self._give(say.Give(number))

    def _open(self, message: say.Open) -> Any:
        return self._open_preset(message) if message.place else self._opened(message, self._state)

    async def _open_preset(self, message: say.Open) -> say.Next:
        return self._opened(message, await self._state.presets.state(message.place))

    def _opened(self, message: say.Open, state: State) -> say.Next:
        board = state.board
        candidates = [
            Candidate(
                s.provider,
                s.model,
                board.pool(s.provider),
                board.circuit(s.provider, s.model),
                window=s.window,
                retries=s.retries,
                repeats=s.repeats,
                relieves=s.relieves,
            )
            for s in message.stops
        ]
        ask = Ask(inward(message.since), message.session, message.tokens, message.is_ready)
        course = OwnCourse(board, state.queue, candidates, ask)
        trail = Trail(id=f"course {id(course)}", started=0.0, session=message.session)
        self.courses[message.course] = _Course(state, candidates, course, trail, is_ready=ask.is_ready)
        self._state.active += 1
        self._state.sessions.begin(trail)
        return self._next(message.course, None)

    def _step(self, message: say.Step) -> say.Next:
        return self._next(message.course, _shifted(message.outcome))

    def _next(self, number: int, outcome: Outcome | None) -> say.Next:
        held = self.courses[number]
        found = held.course.advance(outcome)
        if not isinstance(found, Try):
            return say.Next(verdict=found)
        held.step = found
        key = None
        if held.is_ready and not found.pause:
            pool = held.candidates[found.candidate].pool
            turn = held.state.queue.take_now(pool, found.want)
            key = self._key(number, held, turn) if turn else None
        return say.Next(found.candidate, found.pause, found.patience, key)

    async def _wait(self, message: say.Wait) -> say.Key:
        held = self.courses[message.course]
        step = held.step
        assert step is not None
        pool = held.candidates[step.candidate].pool
        turn = await held.state.queue.take(pool, step.want, patience=step.patience)
        return self._key(message.course, held, turn)

    def _key(self, course: int, held: "_Course", turn: Turn) -> say.Key:
        if turn.lease is None:
            return say.Key(0, "", "", turn.waited, turn.left)
        assert held.step is not None
        pool = held.candidates[held.step.candidate].pool
        self._count += 1
        self._leases[self._count] = _Lease(course, held.state, pool, turn)
        return say.Key(self._count, turn.lease.id, turn.lease.key, turn.waited, turn.left)

    def _close(self, message: say.Close) -> None:
        held = self.courses.pop(message.course, None)
        if held is None:
            return
        # A lease whose answer crossed the end of its course on the way is given back here.
        for number in [number for number, lease in self._leases.items() if lease.course == message.course]:
            self._give(say.Give(number))
        if message.outcome is not None:
            held.course.advance(_shifted(message.outcome))
        held.course.close()
        self._state.active -= 1
        self._state.sessions.drop(held.trail)

    def _release(self, message: say.Release) -> None:
        if lease := self._lease(message.lease):
            lease.release(inward(message.now), message.tokens)

    def _refuse(self, message: say.Refuse) -> None:
        if lease := self._lease(message.lease):
            lease.refuse(inward(message.now))

    def _hold(self, message: say.Hold) -> None:
        if lease := self._lease(message.lease):
            lease.hold(inward(message.until))

    def _give(self, message: say.Give) -> None:
        if found := self._leases.pop(message.lease, None):
            found.state.queue.give(found.pool, found.turn)

    def _lease(self, number: int) -> Held | None:
        found = self._leases.get(number)
        return found.turn.lease if found else None

    def _line(self, message: say.Line) -> None:
        self._state.log.event(message.level, message.text)

    def _record(self, message: say.Record) -> None:
        self._state.record(message.trail)

    async def _page(self, message: say.Page) -> say.Answer:
        """Answer a page from our own app, as if the worker's client had asked us."""
        sent: list[dict[str, Any]] = []
        body = [{"type": "http.request", "body": message.body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not body:
                await trio.sleep_forever()
            return body.pop()

        async def send(part: dict[str, Any]) -> None:
            sent.append(part)

        scope = {**message.scope, "headers": [(bytes(k), bytes(v)) for k, v in message.scope["headers"]]}
        await self._app(scope, receive, send)
        headers = [(bytes(name), bytes(value)) for name, value in sent[0]["headers"]]
        return say.Answer(sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]))


class _Course:
    def __init__(
        self, state: State, candidates: list[Candidate], course: OwnCourse, trail: Trail, *, is_ready: bool
    ) -> None:
        self.is_ready = is_ready
        self.state = state
        self.candidates = candidates
        self.course = course
        self.trail = trail
        self.step: Try | None = None


class _Lease(NamedTuple):
    course: int
    state: State
    pool: Pool
    turn: Turn


_SERVE: dict[type[Any], Callable[[Any, Any], Any]] = {
    say.Open: Clerk._open,
    say.Step: Clerk._step,
    say.Wait: Clerk._wait,
    say.Release: Clerk._release,
    say.Refuse: Clerk._refuse,
    say.Hold: Clerk._hold,
    say.Give: Clerk._give,
    say.Close: Clerk._close,
    say.Line: Clerk._line,
    say.Record: Clerk._record,
    say.Page: Clerk._page,
}


def _shifted(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, now=inward(outcome.now), sent=inward(outcome.sent))
