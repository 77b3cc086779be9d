"""What outlives a restart of the service."""

from pathlib import Path

import pytest
import trio

from ccr.keys.board import Board
from ccr.keys.failure import Failure
from ccr.keys.pool import PoolSpec, Want
from ccr.keys.slot import KeySpec, key_id
from ccr.run.memory import remembered
from tests.aio import trio_test


def board() -> Board:
    found = Board(lambda: 0.5)
    found.configure([PoolSpec("p", (KeySpec("secret-a"), KeySpec("secret-b")))])
    return found


@trio_test()
async def test_a_cool_down_outlives_a_restart_and_the_key_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with remembered(first := board(), path):
        first.pool("p").fail(key_id("secret-a"), "m", Failure("rate", 429, retry_after=100.0), trio.current_time())
    assert b"secret" not in path.read_bytes()
    with remembered(second := board(), path):
        left = second.pool("p").slots[0].wait(trio.current_time(), "m", 0)
        assert left == pytest.approx(100.0, abs=5.0)
        second.reset()
    assert not path.exists()


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]", b'{"p": {"x": 1}}'])
def test_what_cannot_be_read_is_forgotten(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "keys.json"
    if content is not None:
        path.write_bytes(content)

    @trio_test()
    async def run() -> None:
        with remembered(found := board(), path):
            assert found.pool("p").wait(trio.current_time(), Want("m")) == 0

    run()


@trio_test()
async def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    with remembered(found := board(), tmp_path / "none" / "keys.json"):
        found.pool("p").fail(key_id("secret-a"), "m", Failure("quota", 402), trio.current_time())
