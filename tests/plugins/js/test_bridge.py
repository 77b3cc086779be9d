import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from ccr.plugins.failure import PluginError
from ccr.plugins.js import bridge as module
from ccr.plugins.js import runtime
from ccr.plugins.js.bridge import Bridge
from tests import process
from tests.aio import trio_test
from tests.plugins.own import NODE, Kept

pytestmark = NODE

CODE = """
let calls = 0;
module.exports = async (req) => {
  const word = req.body.word;
  if (word === "loop") for (;;);
  if (word === "die") process.kill(process.pid, "SIGKILL");
  if (word === "hang") await new Promise(() => {});
  if (word === "reject") Promise.reject(new Error("left alone"));
  if (word === "child") return String(require("child_process").spawn("sleep", ["60"]).pid);
  if (word === "large") return "x".repeat(5_000_000);
  return `${word} ${++calls}`;
};
"""


class Asked:
    """A bridge with one router's file."""

    def __init__(self, folder: Path, command: list[str] | None = None) -> None:
        self.path = folder / "r.js"
        self.path.write_text(CODE)
        self.log = Kept()
        words = command or runtime.find(os.environ)
        assert words is not None
        self.bridge = Bridge(words, env=os.environ, log=self.log, settings={"config": {}, "providers": {}})

    async def ask(self, word: str, *, limit: float = 20) -> Any:
        req = {"body": {"word": word}}
        item = {"path": str(self.path)}
        return (await self.bridge.call("route", self.path, limit=limit, item=item, req=req))["route"]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Asked"]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.bridge.run)
            yield self
            nursery.cancel_scope.cancel()


def runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie, which a container may keep."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    """Wait until a process is no more."""
    with trio.fail_after(5):
        while runs(pid):  # noqa: ASYNC110 - it is no child of ours
            await trio.sleep(0.02)


@trio_test(limit=30)
async def test_child_starts_when_it_is_wanted_and_ends_with_us(tmp_path: Path) -> None:
    async with Asked(tmp_path).running() as asked:
        await trio.testing.wait_all_tasks_blocked()
        assert asked.bridge.pid is None
        assert [await asked.ask("a"), await asked.ask("b")] == ["a 1", "b 2"]
        pid = asked.bridge.pid
        assert pid
    await gone(pid)


@trio_test(limit=30)
async def test_calls_run_beside_each_other(tmp_path: Path) -> None:
    found: list[str] = []
    async with Asked(tmp_path).running() as asked:
        with trio.move_on_after(20):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(asked.ask, "hang")
                found += [await asked.ask(word) for word in "abcdefgh"]
                nursery.cancel_scope.cancel()
    assert sorted(found) == [f"{word} {number}" for number, word in enumerate("abcdefgh", 1)]


@trio_test(limit=30)
async def test_large_results_come_whole(tmp_path: Path) -> None:
    async with Asked(tmp_path).running() as asked:
        assert await asked.ask("large") == "x" * 5_000_000


@trio_test(limit=30)
async def test_child_that_dies_is_started_again(tmp_path: Path) -> None:
    async with Asked(tmp_path).running() as asked:
        await asked.ask("a")
        with pytest.raises(PluginError, match="has ended"):
            await asked.ask("die")
        assert await asked.ask("b") == "b 1"
    assert "is started again in 0.1 s" in asked.log.text


@trio_test(limit=30)
async def test_child_that_is_killed_fails_all_that_run(tmp_path: Path) -> None:
    failed: list[str] = []

    async def ask(asked: Asked) -> None:
        try:
            await asked.ask("hang")
        except PluginError as error:
            failed.append(str(error))

    async with Asked(tmp_path).running() as asked:
        await asked.ask("a")
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(ask, asked)
            await trio.testing.wait_all_tasks_blocked(0.05)
            assert asked.bridge.pid is not None
            os.kill(asked.bridge.pid, signal.SIGKILL)
    assert len(failed) == 3


@trio_test(limit=30)
async def test_child_that_loops_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANG_SECONDS", 0.5)
    monkeypatch.setattr(module, "PING_SECONDS", 0.1)
    async with Asked(tmp_path).running() as asked:
        with pytest.raises(PluginError, match=r"no result after 0.3 s \(.*r.js\)"):
            await asked.ask("loop", limit=0.3)
        with pytest.raises(PluginError, match=r"did nothing for 0.5 s"):
            await asked.ask("a")
        assert await asked.ask("b") == "b 1"


@trio_test(limit=30)
async def test_promise_that_nobody_caught_hurts_nobody(tmp_path: Path) -> None:
    async with Asked(tmp_path).running() as asked:
        assert await asked.ask("reject") == "reject 1"
        assert await asked.ask("a") == "a 2"
        await trio.sleep(0.1)
    assert "Error: left alone" in asked.log.text


@trio_test(limit=30)
async def test_what_the_child_started_ends_with_it(tmp_path: Path) -> None:
    async with Asked(tmp_path).running() as asked:
        pid = int(await asked.ask("child"))
    await gone(pid)


@trio_test(limit=30)
async def test_retired_child_serves_who_began_and_then_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.2)
    asked = Asked(tmp_path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(asked.bridge.run)
        await asked.ask("a")
        asked.bridge.retire()
        assert await asked.ask("b") == "b 2"
    assert asked.bridge.pid is None
    with pytest.raises(PluginError, match="configuration has changed"):
        await asked.ask("c")


@pytest.mark.parametrize(
    ("command", "said"),
    [(["/no/such/node"], "can't be started"), (["false"], "did not start"), (["sh", "-c", "exit 3"], "with code 3")],
)
@trio_test(limit=30)
async def test_runtime_that_does_not_work_is_told(tmp_path: Path, command: list[str], said: str) -> None:
    async with Asked(tmp_path, command).running() as asked:
        with pytest.raises(PluginError, match=said):
            await asked.ask("a")


@trio_test(limit=30)
async def test_stranger_on_the_port_is_sent_away(tmp_path: Path) -> None:
    script = (
        'read line; port=$(printf %s "$line" | sed \'s/.*"port":\\([0-9]*\\).*/\\1/\'); '
        "exec 9<>/dev/tcp/127.0.0.1/$port; echo 0000000000000000000000000000000000 >&9; cat <&9"
    )
    async with Asked(tmp_path, ["bash", "-c", script]).running() as asked:
        with pytest.raises(PluginError, match="did not start"):
            await asked.ask("a")


ORPHAN = """
import sys, trio
from pathlib import Path
from tests.plugins.js.test_bridge import Asked

async def main():
    async with Asked(Path(sys.argv[1])).running() as asked, trio.open_nursery() as nursery:
        await asked.ask("a")
        nursery.start_soon(asked.ask, "loop")
        await trio.sleep(0.3)
        print(asked.bridge.pid, flush=True)
        await trio.sleep_forever()

trio.run(main)
"""


def test_child_that_loops_ends_when_we_are_killed(tmp_path: Path) -> None:
    with process.running([sys.executable, "-c", ORPHAN, str(tmp_path)]) as ours:
        assert ours.stdout is not None
        pid = int(ours.stdout.readline())
        assert runs(pid)
        ours.kill()
        trio.run(gone, pid)
