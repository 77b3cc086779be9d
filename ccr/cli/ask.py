"""Questions on the terminal. Nothing here asks without one: a script gets an error that says what to give instead."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from ccr.errors import CommandError

T = TypeVar("T")
TRIES = 5


def is_interactive() -> bool:
    """Say whether somebody is there to be asked."""
    return os.isatty(0) and os.isatty(2) and not os.environ.get("CI")


def ask(prompt: str, default: str = "", *, check: Callable[[str], T], instead: str) -> T:
    """Ask until `check` accepts the answer, which raises ValueError with what is wrong; return what it makes of it.

    `instead` says what a script has to give. Raises CommandError after `TRIES` wrong answers.
    """
    shown = f"{prompt} [{default}]: " if default else f"{prompt}: "
    return _until(lambda: _line(shown, instead) or default, check)


def secret(prompt: str, *, check: Callable[[str], T], instead: str) -> T:
    """Ask for something that the screen must not show."""

    def read() -> str:
        _require(instead)
        from getpass import getpass

        try:
            return getpass(f"{prompt}: ").strip()
        except EOFError:
            raise KeyboardInterrupt from None

    return _until(read, check)


def confirm(prompt: str, *, default: bool, instead: str) -> bool:
    """Ask for a yes or a no."""

    def check(text: str) -> bool:
        word = text.strip().lower()
        if word not in ("y", "yes", "n", "no"):
            raise ValueError("answer y or n")
        return word.startswith("y")

    shown = f"{prompt} [{'Y/n' if default else 'y/N'}]: "
    return _until(lambda: _line(shown, instead) or ("y" if default else "n"), check)


def choose(prompt: str, options: Sequence[str], default: str = "", *, instead: str) -> str:
    """Ask for one of `options`, by number or name."""
    return choose_some(prompt, options, [default] if default else [], instead=instead, most=1)[0]


def choose_some(
    prompt: str, options: Sequence[str], default: Sequence[str] = (), *, instead: str, most: int | None = None
) -> list[str]:
    """Ask for some of `options`, by numbers or names with commas or blanks between them."""
    _require(instead)
    for number, option in enumerate(options, start=1):
        print(f"  {number:>2}  {option}", file=sys.stderr)

    def check(text: str) -> list[str]:
        if text in options:
            return [text]
        picked = [_pick(word, options) for word in text.replace(",", " ").split()]
        if not picked:
            raise ValueError("choose at least one")
        if most is not None and len(picked) > most:
            raise ValueError(f"choose {most} only")
        return list(dict.fromkeys(picked))

    return ask(prompt, " ".join(default), check=check, instead=instead)


def _pick(word: str, options: Sequence[str]) -> str:
    if word in options:
        return word
    if word.isdecimal() and 1 <= int(word) <= len(options):
        return options[int(word) - 1]
    near = [option for option in options if option.lower().startswith(word.lower())]
    if len(near) != 1:
        raise ValueError(f"{word!r} is none of them")
    return near[0]


def _until(read: Callable[[], str], check: Callable[[str], T]) -> T:
    for _ in range(TRIES):
        try:
            return check(read())
        except ValueError as error:
            print(f"  {error}", file=sys.stderr)
    raise CommandError("no usable answer came")


def _line(shown: str, instead: str) -> str:
    """Read a line; the end of the input counts as Ctrl-C."""
    _require(instead)
    print(shown, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


def _require(instead: str) -> None:
    if not is_interactive():
        raise CommandError(f"there is no terminal to ask on; {instead}")
