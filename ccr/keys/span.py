"""Spans of time as vendors write them in words: `try again in 6m0s`, `retry after 26 seconds`."""

import re

from ccr.core.pattern import pattern

_LEAD = pattern(r"(?:retry|try again|resets?|available again|wait)\b[^.\d]{0,40}(?=\d)", re.IGNORECASE)
_PIECE = pattern(
    r"\s*(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])",
    re.IGNORECASE,
)
LONGEST = 366 * 86400.0
"""Seconds of the longest wait that is believed; a number with hundreds of digits would be infinite."""
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def told_wait(message: str) -> float | None:
    """Return the seconds that an error message asks to wait, or None if it names none."""
    for lead in _LEAD.finditer(message):
        seconds = _span(message, lead.end())
        if seconds is not None:
            return seconds
    return None


def _span(text: str, start: int) -> float | None:
    total, end = 0.0, start
    while (piece := _PIECE.match(text, end)) is not None:
        total += float(piece[1]) * _unit(piece[2].lower())
        end = piece.end()
    return min(total, LONGEST) if end > start else None


def _unit(word: str) -> float:
    if word.startswith(("ms", "milli")):
        return _SECONDS["ms"]
    return _SECONDS[word[0]]
