"""Where a request gets its tries and keys from: this process's own board, or that of the process that keeps it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ccr.keys.attempts import Ask, Candidate, Outcome, Try, attempts
from ccr.keys.board import Board
from ccr.keys.verdict import Verdict
from ccr.net.queue import Queue, Turn


class Course(Protocol):
    """One request's way through keys and models."""

    async def step(self, outcome: Outcome | None) -> Try | Verdict:
        """Return what to do next; `outcome` is how the last try ended, None at first."""
        ...

    def turn(self) -> AbstractAsyncContextManager[Turn]:
        """Wait for a key for the last step, and keep it while the block runs."""
        ...

    def close(self) -> None:
        """The request is over, however."""
        ...


class Desk(Protocol):
    """Opens the courses of requests."""

    def course(self, candidates: Sequence[Candidate], ask: Ask) -> Course:
        """Return a course through the candidates."""
        ...


class OwnDesk:
    """The desk of a process that keeps its own board."""

    def __init__(self, board: Board, queue: Queue) -> None:
        self._board = board
        self._queue = queue

    def course(self, candidates: Sequence[Candidate], ask: Ask) -> "OwnCourse":
        """Return a course through the candidates."""
        return OwnCourse(self._board, self._queue, candidates, ask)


class OwnCourse:
    """See `Course`."""

    def __init__(self, board: Board, queue: Queue, candidates: Sequence[Candidate], ask: Ask) -> None:
        self._queue = queue
        self._candidates = candidates
        self._steps = attempts(candidates, ask, random=board.random)
        self._last: Try | None = None

    async def step(self, outcome: Outcome | None) -> Try | Verdict:
        """Return what to do next."""
        return self.advance(outcome)

    def advance(self, outcome: Outcome | None) -> Try | Verdict:
        """Return what to do next, which nothing has to be waited for."""
        try:
            self._last = next(self._steps) if outcome is None else self._steps.send(outcome)
        except StopIteration as stop:
            verdict: Verdict = stop.value
            return verdict
        return self._last

    def turn(self) -> AbstractAsyncContextManager[Turn]:
        """Wait for a key for the last step, and keep it while the block runs."""
        step = self._last
        assert step is not None
        return self._queue.turn(self._candidates[step.candidate].pool, step.want, patience=step.patience)

    def close(self) -> None:
        """The request is over."""
        self._steps.close()
