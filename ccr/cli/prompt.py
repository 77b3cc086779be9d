"""Asks the person at the terminal: to choose from a list, to type a text or a secret."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ccr.cli.paint import paint
from ccr.cli.picker import Picker
from ccr.errors import CommandError

_KEY = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\s\S]")


def require_terminal(instead: str) -> None:
    """Raise CommandError, which says what to do `instead`, unless somebody sits at a terminal."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(f"there is no terminal to ask at; {instead}")


def choose(title: str, options: Sequence[str], *, start: int = 0) -> int:
    """Let the user choose one of `options` and return its index. Raises KeyboardInterrupt if the user gives up."""
    print(f"{paint(title, 'bold')} {paint('(arrows, type to filter, Enter)', 'dim')}", flush=True)
    picker = Picker(options, start=start)
    with _keys() as read:
        shown = _draw(picker, 0)
        while not picker.done:
            for key in _KEY.findall(read()):
                picker.press(key)
            shown = _draw(picker, shown)
        _erase(shown)
    if picker.chosen is None:
        raise KeyboardInterrupt
    print(f"  {paint(options[picker.chosen], 'cyan')}", flush=True)
    return picker.chosen


def ask(question: str, *, default: str = "", check: Callable[[str], str] = lambda _: "", secret: bool = False) -> str:
    """Ask for a text until `check` has no complaint; an empty answer is `default`. Raises KeyboardInterrupt."""
    prompt = f"{question} [{default}]: " if default else f"{question}: "
    while True:
        try:
            answer = (_hidden(prompt) if secret else input(prompt)).strip() or default
        except EOFError:
            raise KeyboardInterrupt from None
        complaint = check(answer)
        if not complaint:
            return answer
        print(f"  {paint(complaint, 'red')}")


def _hidden(prompt: str) -> str:
    from getpass import getpass

    return getpass(prompt)


def _draw(picker: Picker, shown: int) -> int:
    """Draw the list over the `shown` lines of the last time; return how many lines it takes now."""
    size = shutil.get_terminal_size()
    rows = [
        paint(f"> {_cut(text, size.columns)}", "cyan") if is_current else f"  {_cut(text, size.columns)}"
        for text, is_current in picker.lines(max(size.lines - 4, 3))
    ]
    rows = [*(rows or ["  nothing matches"]), f"filter: {picker.filter}" if picker.filter else ""]
    _erase(shown)
    # The cursor stays on the last line, so that it is never scrolled out of sight.
    sys.stdout.write("\r\n".join(rows))
    sys.stdout.flush()
    return len(rows)


def _erase(shown: int) -> None:
    if shown:
        up = f"\x1b[{shown - 1}A" if shown > 1 else ""
        sys.stdout.write(f"\r{up}\x1b[J")
        sys.stdout.flush()


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns - 4 else f"{text[: columns - 5]}…"


if sys.platform == "win32":
    import msvcrt

    _ARROWS = {"H": "\x1b[A", "P": "\x1b[B", "G": "\x1b[H", "O": "\x1b[F"}

    @contextmanager
    def _keys() -> Iterator[Callable[[], str]]:
        """Yield a function that waits for a key, in the spelling of other systems."""

        def read() -> str:
            key = msvcrt.getwch()
            return _ARROWS.get(msvcrt.getwch(), "") if key in ("\x00", "\xe0") else key

        yield read

else:
    import select
    import termios
    import tty

    PAUSE_SECONDS = 0.05
    _PART = re.compile(rb"\x1b(?:\[[0-9;]*|O)?\Z")

    @contextmanager
    def _keys() -> Iterator[Callable[[], str]]:
        """Yield a function that waits for keys; the terminal is as before afterwards, whatever happens."""
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)

        def read() -> str:
            data = os.read(descriptor, 1024)
            if not data:
                raise KeyboardInterrupt
            # A slow line may bring the bytes of one key apart; Escape alone is never followed by more.
            while _PART.search(data) and select.select([descriptor], [], [], PAUSE_SECONDS)[0]:
                data += os.read(descriptor, 1024)
            return data.decode("utf-8", "replace")

        try:
            tty.setraw(descriptor, termios.TCSADRAIN)
            yield read
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
