"""The terminal that Claude Code runs on: whose it is now, and its state before and after."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

STDIN = 0


def open_streams() -> None:
    """Put /dev/null where stdin, stdout or stderr is closed, so that no socket or file of ours takes its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


if sys.platform == "win32":

    def is_ours() -> bool:
        """Tell whether the keys typed on our terminal, such as Ctrl-C, go to our process group."""
        return os.isatty(STDIN)

    @contextmanager
    def kept() -> Iterator[None]:
        """Do nothing: a console belongs to the program that uses it."""
        yield

else:
    import termios

    def is_ours() -> bool:
        """Tell whether the keys typed on our terminal, such as Ctrl-C, go to our process group."""
        try:
            terminal = os.open("/dev/tty", os.O_RDONLY)
        except OSError:
            return False
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        except OSError:
            return False
        finally:
            os.close(terminal)

    @contextmanager
    def kept() -> Iterator[None]:
        """Put the terminal back into the state it had, in case the child was killed before it could do so."""
        before = _state()
        try:
            yield
        finally:
            if before is not None and _state() != before and is_ours():
                with suppress(termios.error):
                    termios.tcsetattr(STDIN, termios.TCSADRAIN, before)

    def _state() -> list[Any] | None:
        try:
            return termios.tcgetattr(STDIN)
        except termios.error:
            return None
