"""Starts ccr itself once more: as the background service, or as a command that Claude Code calls."""

import os
import shlex
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

STANDARD = (0, 1, 2)


class Child(Protocol):
    """A process that we have started, as `subprocess.Popen` is one."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""

    def wait(self) -> int:
        """Wait for its end and return its exit code."""


class Copy:
    """A `Child` that was forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


def own_command() -> list[str]:
    """Return the words that start this very ccr."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    # -P: a folder `ccr` where the user happens to be must not be taken for ours.
    return [sys.executable, "-P", "-m", "ccr"]


def own_shell_command(*arguments: str) -> str:
    """Return a shell's spelling of `own_command` with further words."""
    return shlex.join([*own_command(), *arguments])


def detach(
    arguments: Sequence[str], *, env: Mapping[str, str], folder: Path, output: BinaryIO
) -> "subprocess.Popen[bytes]":
    """Start ccr in a session of its own, so that it outlives us and our terminal; what it prints goes to `output`."""
    return subprocess.Popen(  # noqa: S603 - ourselves
        [*own_command(), *arguments],
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
    )


def can_fork() -> bool:
    """Tell whether a copy of this process may outlive it.

    Other systems' libraries don't stand it, and the one file takes away what it unpacked for one run.
    """
    try:
        return sys.platform == "linux" and Path(sys.executable).samefile("/proc/self/exe")
    except OSError:
        return False


def fork(serve: Callable[[], int], *, folder: Path, env: Mapping[str, str], output: BinaryIO) -> Copy:
    """Do as `detach` does with a copy of this process, which has loaded already what both need.

    The copy ends with the code that `serve` returns, and returns to nothing of ours.
    """
    _flush()
    pid = os.fork()
    if pid:
        return Copy(pid)
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        _take(output)
        os.environ.clear()
        os.environ.update(env)
        code = serve()
        _flush()
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _take(output: BinaryIO) -> None:
    """Print to `output` and read nothing. All other files are closed, such as `ccr start`'s lock and others' pipes."""
    import fcntl

    # Where one of the three was closed, another file has its number.
    nothing, printed = (
        fcntl.fcntl(descriptor, fcntl.F_DUPFD, len(STANDARD))
        for descriptor in (os.open(os.devnull, os.O_RDONLY), output.fileno())
    )
    for source, target in zip((nothing, printed, printed), STANDARD, strict=True):
        os.dup2(source, target)
    # But for the lock of the folder that the unpacked executable runs from: see build/unpack.py.
    lock = Path(sys.executable).resolve().with_name("lock")
    for entry in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):
            if int(entry.name) not in STANDARD and entry.readlink() != lock:
                os.close(int(entry.name))


def end(child: Child) -> None:
    """End what `detach` or `fork` has started, with all its children, without asking it."""
    if sys.platform == "win32":
        os.kill(child.pid, signal.SIGTERM)
    else:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
