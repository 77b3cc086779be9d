"""Tables for people."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from ccr.cli.paint import paint

Color = Callable[[int, str], str]
"""Names the colour of a cell, by its column and text; empty for none."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, color: Color = lambda *_: "") -> str:
    """Return lines for stdout, with columns as wide as their widest cell."""
    widths = [max(map(width, column)) for column in zip(header, *rows, strict=True)]
    lines = [paint(_line(header, widths), "dim")]
    for row in rows:
        cells = [
            _painted(_padded(cell, w), color(i, cell)) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def pair_lines(pairs: Mapping[str, str]) -> list[str]:
    """Return a line for each name and what it stands for, or a dash."""
    longest = max(map(width, pairs))
    return [f"{_padded(name, longest)}  {value or '-'}" for name, value in pairs.items()]


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: https://www.unicode.org/reports/tr11/"""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(cell, w) for cell, w in zip(cells, widths, strict=True)).rstrip()


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _painted(text: str, color: str) -> str:
    return paint(text, color) if color else text
