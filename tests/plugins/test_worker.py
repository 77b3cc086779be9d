import threading
import time
from pathlib import Path

import pytest
import trio
import trio.lowlevel

from ccr.plugins import worker as module
from ccr.plugins.failure import PluginError
from ccr.plugins.worker import Worker
from tests.aio import trio_test


async def add(a: int, b: int) -> int:
    await trio.lowlevel.checkpoint()
    return a + b


@pytest.mark.parametrize("function", [add, lambda a, b: a + b])
@trio_test()
async def test_function_runs_with_its_arguments(function: object) -> None:
    assert await Worker(Path("f.py")).run(function, 1, 2, limit=5) == 3  # type: ignore[arg-type]


@trio_test()
async def test_async_function_is_cancelled_at_its_limit() -> None:
    ended = threading.Event()

    async def slow() -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.set()

    with pytest.raises(PluginError, match=r"no result after 0.05 s \(f.py\)"):
        await Worker(Path("f.py")).run(slow, limit=0.05)
    assert ended.is_set()


@trio_test()
async def test_function_that_hangs_again_and_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANGING", 2)
    started = []

    def hang() -> None:
        started.append(1)
        time.sleep(2)

    worker = Worker(Path("f.py"))
    for _ in range(3):
        with pytest.raises(PluginError, match="no result"):
            await worker.run(hang, limit=0.01)
    assert len(started) == 2


@pytest.mark.parametrize(
    ("error", "said"), [(KeyError("x"), "KeyError: 'x'"), (SystemExit(3), "SystemExit was raised")]
)
@trio_test()
async def test_failure_is_told(error: BaseException, said: str) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(PluginError, match=said):
        await Worker(Path("f.py")).run(fail, limit=5)
