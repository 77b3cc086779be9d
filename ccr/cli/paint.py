"""Colours for people at a terminal, and for nobody else."""

import os
import sys
from typing import TextIO

CODES = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "bold": 1, "dim": 2}


def paint(text: str, color: str, *, stream: TextIO | None = None) -> str:
    """Return `text` in a colour of `CODES`, unless it goes to no terminal or the user wants none.

    https://no-color.org
    """
    return f"\x1b[{CODES[color]}m{text}\x1b[0m" if is_colored(stream or sys.stdout) else text


def is_colored(stream: TextIO) -> bool:
    """Say whether colours may be written to `stream`."""
    env = os.environ
    if env.get("NO_COLOR") or env.get("FORCE_COLOR") == "0" or env.get("TERM") == "dumb":
        return False
    return stream.isatty()
