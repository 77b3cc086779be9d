"""A terminal with a shell's job control on it, for tests of what Ctrl-C, Ctrl-Z and a resize do to a command."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from tests.process import end_group

SHELL = """
import os, signal, sys
report = lambda text: os.write(REPORT, (text + "\\n").encode())
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    if not os.WIFSTOPPED(status):
        report("ended %d" % os.waitstatus_to_exitcode(status))
        break
    report("stopped")
    if not os.read(ORDERS, 1):
        break
    os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
"""
"""What a shell does for one job in the foreground: `fg` comes through `ORDERS`, what becomes of it goes to `REPORT`."""


class Terminal:
    """The outer side of a terminal on which one command runs."""

    def __init__(self, master: int, report: int, orders: int) -> None:
        self._master = master
        self._report = report
        self._orders = orders
        self._seen = b""

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the window."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resume(self) -> None:
        """Type `fg` into the shell."""
        os.write(self._orders, b"f")

    def read_until(self, text: str, *, seconds: float = 10) -> str:
        """Return what the screen got, up to and with `text`. Fails if it doesn't come in time."""
        deadline = time.monotonic() + seconds
        wanted = text.encode()
        while wanted not in self._seen:
            piece = _read(self._master, deadline)
            assert piece, f"{text!r} did not come: {self._seen!r}"
            self._seen += piece
        before, _, self._seen = self._seen.partition(wanted)
        return (before + wanted).decode(errors="replace")

    def event(self, *, seconds: float = 10) -> str:
        """Return the shell's next word of the job: `stopped` or `ended N`. Fails if there is none in time."""
        deadline = time.monotonic() + seconds
        line = b""
        while not line.endswith(b"\n"):
            piece = _read(self._report, deadline, size=1)
            assert piece, f"nothing happened to the job; the screen shows {self._seen + _read(self._master, 0)!r}"
            line += piece
        return line.decode().strip()

    @property
    def is_raw(self) -> bool:
        """Tell whether keys like Ctrl-C are passed on instead of being signals."""
        return not termios.tcgetattr(self._master)[3] & termios.ISIG


@contextmanager
def terminal(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Run `command` as the job of a shell on a new terminal; end all of them after the block."""
    master, slave = pty.openpty()
    report, report_end = os.pipe()
    orders_end, orders = os.pipe()
    shell = subprocess.Popen(
        [sys.executable, "-c", f"REPORT, ORDERS = {report_end}, {orders_end}\n{SHELL}", *command],
        env={**os.environ, "TERM": "xterm", **(env or {})},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        pass_fds=(report_end, orders_end),
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    for descriptor in (slave, report_end, orders_end):
        os.close(descriptor)
    try:
        yield Terminal(master, report, orders)
    finally:
        _end_session(shell.pid)
        shell.wait(10)
        for descriptor in (master, report, orders):
            os.close(descriptor)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _end_session(leader: int) -> None:
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and _session(int(entry)) == leader:
            with suppress(ProcessLookupError):
                os.kill(int(entry), signal.SIGKILL)
    end_group(leader)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _read(descriptor: int, deadline: float, *, size: int = 4096) -> bytes:
    """Return what there is to read, nothing at the end or after the deadline."""
    if not select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))[0]:
        return b""
    try:
        return os.read(descriptor, size)
    except OSError:
        # The other side of the terminal is closed.
        return b""
