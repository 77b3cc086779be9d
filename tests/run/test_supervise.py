import os
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import trio

from ccr.run.child import Child, spawn
from ccr.run.port import bind
from ccr.run.supervise import LastResort, run_service, run_session
from tests.aio import trio_test
from tests.process import run
from tests.run.test_router import made


def child(program: str) -> Child:
    return spawn([sys.executable, "-c", program], env=os.environ)


@trio_test()
async def test_session_ends_with_the_child_and_its_code(tmp_path: Path) -> None:
    router, _ = made(tmp_path / "c.json")
    listener = bind("127.0.0.1", 0)
    port, order = listener.getsockname()[1], ExitStack()
    order.callback(lambda: seen.append(router.state.draining))
    seen: list[bool] = []
    program = f"import socket, sys; socket.create_connection(('127.0.0.1', {port})); sys.exit(5)"
    code = await run_session(router, listener, child=child(program), cleanup=order)
    # What the child needed is cleaned up before the server begins to end.
    assert (code, seen, router.state.draining) == (5, [False], True)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@trio_test()
async def test_session_whose_server_fails_ends_the_child(tmp_path: Path) -> None:
    router, _ = made(tmp_path / "c.json")
    listener, started = bind("127.0.0.1", 0), child("import time; time.sleep(60)")

    async def broken() -> None:
        raise OSError("the disk is on fire")

    router.reload = broken  # type: ignore[method-assign]
    with pytest.RaisesGroup(pytest.RaisesExc(OSError, match="on fire"), flatten_subgroups=True):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_touch_later, trio.Path(tmp_path / "c.json"))
            await run_session(router, listener, child=started, cleanup=ExitStack())
    assert not started.is_running
    assert started._process.returncode == -signal.SIGTERM


async def _touch_later(path: trio.Path) -> None:
    await trio.sleep(0.1)
    await path.write_text("{}")


@trio_test()
async def test_service_ends_with_a_signal(tmp_path: Path) -> None:
    router, _ = made(tmp_path / "c.json")
    code = await run_service(router, bind("127.0.0.1", 0), ready=lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert (code, router.state.draining) == (0, True)


@pytest.mark.parametrize("is_reached", [False, True])
def test_last_resort_ends_what_hangs(is_reached: bool) -> None:
    program = f"""
import time
from ccr.run.supervise import LastResort
with LastResort() as end:
    end.code = 9
    end.arm(0.05)
    if not {is_reached}: time.sleep(5)
time.sleep(0.2)
"""
    assert run([sys.executable, "-c", program]).returncode == (0 if is_reached else 9)


def test_last_resort_that_was_never_armed_is_nothing() -> None:
    with LastResort():
        pass
