"""A terminal for the interactive client: types, and reads what it shows."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_CONTROL = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|[\x00-\x08\x0e-\x1f]")


class Terminal:
    """The other end of a pseudo terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._text = ""

    def type(self, text: str) -> None:
        """Type text and press Enter, a little later: what comes at once would be taken for a paste."""
        os.write(self._descriptor, text.encode())
        self._read(0.5)
        os.write(self._descriptor, b"\r")

    def press(self, key: bytes) -> None:
        """Press one key."""
        os.write(self._descriptor, key)

    def wait_for(self, words: str, *, seconds: float = 40) -> None:
        """Wait until the words are shown after what was waited for before; white space is not looked at."""
        wanted = "".join(words.split())
        end = time.monotonic() + seconds
        while True:
            shown = "".join(_CONTROL.sub("", self._text).split())
            if wanted in shown:
                self._text = ""
                return
            if time.monotonic() > end:
                raise TimeoutError(f"{words!r} was not shown; the terminal shows {shown[-1500:]!r}")
            self._read(0.2)

    def _read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self._descriptor], [], [], left)[0]:
            with suppress(OSError):
                self._text += os.read(self._descriptor, 65536).decode("utf-8", "replace")


@contextmanager
def terminal(command: Sequence[str], *, env: Mapping[str, str], folder: Path) -> Iterator[Terminal]:
    """Run a command in a terminal of 120 x 40 characters; kill it at the end if it still runs."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe(command[0], list(command), dict(env))
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        yield Terminal(descriptor)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(descriptor)
