"""The `claude` child: started without a shell, in our process group, on our terminal, as if it ran alone.

It imports nothing of Trio: the child boots while the rest of ccr is still being imported.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ccr.errors import CommandError
from ccr.run.claude import NOT_EXECUTABLE, NOT_FOUND
from ccr.run.process import is_stopped

SETTLE_LOOKS = 5
SETTLE_SECONDS = 0.01
END_SECONDS = 5.0


class Child:
    """A running child process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether nobody has seen the child end."""
        return self._process.returncode is None

    def send(self, number: int) -> None:
        """Pass a signal on to the child, if it still runs."""
        if self.is_running:
            with suppress(ProcessLookupError):
                # Not Popen.send_signal: it reaps the child, which another thread is waiting for.
                os.kill(self.pid, number)

    def wait(self) -> int:
        """Block until the child ends; return its exit code, 128 + n if signal n killed it.

        When the child stops (Ctrl-Z), so do we and our group, so that the shell gets its terminal back.
        """
        if sys.platform == "win32":
            return self._process.wait()
        while True:
            _, status = os.waitpid(self.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                code = os.waitstatus_to_exitcode(status)
                self._process.returncode = code
                return 128 - code if code < 0 else code
            self._stop_with()

    def terminate(self) -> None:
        """Ask the child to end, and make it end after `END_SECONDS`; for when the router itself has failed."""
        self.send(signal.SIGTERM)
        if sys.platform != "win32":
            force = threading.Timer(END_SECONDS, self.send, (signal.SIGKILL,))
            force.daemon = True
            force.start()

    def _stop_with(self) -> None:
        # Claude Code mostly stops the whole group, as a terminal does. Then we are stopped meanwhile, and when we are
        # waked the child is so too: it must be seen stopped all the time before we stop the group for its sake. One
        # sleep won't do, as one that we are stopped in is over at once when we go on, maybe before the child does.
        for _ in range(SETTLE_LOOKS):
            time.sleep(SETTLE_SECONDS)
            if not is_stopped(self.pid):
                return
        os.killpg(os.getpgrp(), signal.SIGTSTP)


def spawn(command: Sequence[str], *, env: Mapping[str, str], silent: bool = False) -> Child:
    """Start `command` with our own streams. `silent` gives it an empty stdin if ours is a terminal.

    Raises CommandError with a shell's exit code if it can't be started.
    """
    stdin = subprocess.DEVNULL if silent and os.isatty(0) else None
    try:
        return Child(subprocess.Popen(command, env=env, stdin=stdin))  # noqa: S603 - no shell, the user's own program
    except FileNotFoundError as error:
        # The file is there, or we had not got here: it is its interpreter that is missing.
        raise CommandError(f"can't start {command[0]!r}: its interpreter is missing", code=NOT_FOUND) from error
    except OSError as error:
        raise CommandError(f"can't start {command[0]!r}: {error.strerror}", code=NOT_EXECUTABLE) from error
