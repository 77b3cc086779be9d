"""A line on the terminal that says how far something is that takes longer than a moment."""

import os
import sys
from typing import Self, TextIO

BAR = 20


class Progress:
    """Counts up to `total` and shows it while the block runs; where nobody looks it shows nothing."""

    def __init__(self, total: int, text: str = "", *, stream: TextIO | None = None) -> None:
        self._total = total
        self._text = text
        self._done = 0
        self._stream = stream or sys.stderr
        self._on = self._stream.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        self._draw(self._text)
        return self

    def __exit__(self, *_error: object) -> None:
        self._put("\r\x1b[K")

    def step(self, text: str = "") -> None:
        """One more is done."""
        self._done += 1
        self._draw(text)

    def _draw(self, text: str) -> None:
        filled = BAR * self._done // max(self._total, 1)
        self._put(f"\r\x1b[K[{'#' * filled}{'.' * (BAR - filled)}] {self._done}/{self._total}  {text[:50]}")

    def _put(self, text: str) -> None:
        if self._on:
            self._stream.write(text)
            self._stream.flush()
