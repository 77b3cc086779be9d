"""A request's course on this process's own board."""

from ccr.keys.attempts import Ask, Candidate, Outcome, Try
from ccr.keys.board import Board
from ccr.keys.failure import Failure
from ccr.keys.pool import PoolSpec
from ccr.keys.slot import KeySpec
from ccr.keys.verdict import Verdict
from ccr.net.desk import OwnDesk
from ccr.net.queue import Queue
from tests.aio import trio_test


@trio_test()
async def test_a_course_gives_tries_keys_and_the_verdict() -> None:
    board, queue = Board(lambda: 0.0), Queue()
    board.configure([PoolSpec("p", (KeySpec("k1"), KeySpec("k2")))])
    pool = board.pool("p")
    course = OwnDesk(board, queue).course([Candidate("p", "m", pool, board.circuit("p", "m"))], Ask(0.0))
    outcome, keys = None, []
    while isinstance(step := await course.step(outcome), Try):
        async with course.turn() as turn:
            assert turn.lease is not None
            keys.append(turn.lease.key)
            assert pool.meter.running == 1
        outcome = Outcome(1.0, Failure("auth", 401), turn.lease.id)
    assert keys == ["k1", "k2"]
    assert isinstance(step, Verdict)
    assert step.failure is not None
    assert pool.meter.running == 0
    course.close()
