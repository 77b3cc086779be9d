"""How long an upstream asks us to wait, from the headers in which vendors say so."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
EPOCH = 1_000_000_000
"""Numbers beyond are moments (seconds, or milliseconds a thousand times larger) and no spans."""


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Return the wait in seconds, or None if the upstream did not say.

    `retry-after-ms` and `retry-after` (seconds or a date, RFC 9110 10.2.3) come before the rate limits' reset headers.
    """
    moment = now or datetime.now(UTC)
    if (ms := _number(headers.get("retry-after-ms"))) is not None:
        return ms / 1000
    given = headers.get("retry-after")
    if given:
        found = _number(given)
        return found if found is not None else _until_date(given, moment)
    if headers.get("x-ratelimit-remaining-requests") == "0" or headers.get("x-ratelimit-remaining") == "0":
        spans = [s for name in _RESETS if (s := _span(headers.get(name), moment)) is not None]
        return max(spans, default=None)
    return None


def _number(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None


def _until_date(text: str, now: datetime) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _span(text: str | None, now: datetime) -> float | None:
    """`1s`, `6m0s`, `250ms`, seconds, or a moment since 1970 in seconds or milliseconds."""
    if not text:
        return None
    number = _number(text)
    if number is None:
        return sum(float(n) * _UNITS[u] for n, u in _SPAN.findall(text)) or None
    if number > EPOCH * 1000:
        number /= 1000
    return max(0.0, number - now.timestamp()) if number > EPOCH else number
