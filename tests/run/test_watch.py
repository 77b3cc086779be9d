from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio
import trio.testing

from ccr.run.watch import LOOK_SECONDS, SETTLE_SECONDS, stamp, watch
from tests.aio import trio_test


class Watched:
    """Counts the changes that were seen."""

    def __init__(self) -> None:
        self.count = 0

    async def changed(self) -> None:
        self.count += 1


@asynccontextmanager
async def watching(*paths: Path) -> AsyncIterator[Watched]:
    watched = Watched()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch, lambda: paths, watched.changed)
        await trio.testing.wait_all_tasks_blocked()
        yield watched
        nursery.cancel_scope.cancel()


async def look() -> None:
    await trio.sleep(LOOK_SECONDS + 3 * SETTLE_SECONDS)


@trio_test(autojump=True)
async def test_change_is_seen_once(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}")
    async with watching(path) as watched:
        path.write_text('{"PORT": 1}')
        await look()
        assert watched.count == 1
        await look()
        assert watched.count == 1


@trio_test(autojump=True)
async def test_replaced_created_and_deleted_files_are_seen(tmp_path: Path) -> None:
    path, scratch = tmp_path / "config.json", tmp_path / "scratch"
    async with watching(tmp_path / "other", path) as watched:
        path.write_text("{}")
        await look()
        scratch.write_text("{}")
        scratch.replace(path)
        await look()
        path.unlink()
        await look()
        assert watched.count == 3


@trio_test(autojump=True)
async def test_file_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    async with watching(path) as watched:
        await trio.sleep(LOOK_SECONDS - SETTLE_SECONDS / 2)
        for size in range(20):
            path.write_text("x" * size)
            await trio.sleep(SETTLE_SECONDS / 2)
        assert watched.count == 0
        await look()
        assert watched.count == 1


def test_stamp_of_a_missing_file_is_none(tmp_path: Path) -> None:
    assert stamp(tmp_path / "none") is None
