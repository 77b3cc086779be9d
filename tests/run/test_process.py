import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from ccr.run.process import Process, is_stopped, process, started

SLEEP = [sys.executable, "-c", "import sys;sys.stdin.read()"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, stdin=subprocess.PIPE) as child:
        yield child
        child.kill()


def wait_for(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_own_process_is_alive() -> None:
    assert process(os.getpid()).is_alive


def test_later_process_with_the_same_id_is_another() -> None:
    assert not Process(os.getpid(), "1").is_alive
    assert not Process(os.getpid(), "").is_alive


def test_unknown_process_is_not_alive() -> None:
    assert started(999_999_999) == ""
    assert not process(999_999_999).is_alive


def test_zombie_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    known = process(sleeper.pid)
    os.kill(sleeper.pid, signal.SIGKILL)
    wait_for(lambda: not known.is_alive)
    assert sleeper.returncode is None


def test_stopped_process_is_alive_and_ends_when_asked_to(sleeper: subprocess.Popen[bytes]) -> None:
    known = process(sleeper.pid)
    os.kill(sleeper.pid, signal.SIGSTOP)
    wait_for(lambda: is_stopped(sleeper.pid))
    assert known.is_alive
    known.terminate()
    assert sleeper.wait(5) == -signal.SIGTERM


def test_kill_needs_no_consent(sleeper: subprocess.Popen[bytes]) -> None:
    process(sleeper.pid).kill()
    assert sleeper.wait(5) == -signal.SIGKILL


def test_signals_never_reach_a_stranger(sleeper: subprocess.Popen[bytes]) -> None:
    stranger = Process(sleeper.pid, "1")
    stranger.terminate()
    stranger.kill()
    assert started(sleeper.pid)
