"""How long an upstream asks us to wait, from the headers in which vendors say so."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_ALLOWANCES = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-ratelimit-limit-requests"),
    ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit"),
    (
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
        "anthropic-ratelimit-requests-limit",
    ),
)
"""The headers that tell what is left of the requests, when all are back, and how many that is."""
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
        found = None if _number(given) is None else _span(given, moment)
        return found if found is not None else _until_date(given, moment)
    return max(_resets(headers, moment), default=None)


def _resets(headers: Mapping[str, str], now: datetime) -> Iterator[float]:
    """Yield the seconds until each allowance that is used up is back, whatever it counts and whoever counts it.

    `x-ratelimit-remaining-tokens-minute: 0` has its `x-ratelimit-reset-tokens-minute` beside it, at every vendor.
    """
    for name, value in headers.items():
        if "ratelimit" in name.lower() and "remaining" in name.lower() and _number(value) == 0:
            span = _span(headers.get(name.lower().replace("remaining", "reset")), now)
            if span is not None:
                yield span


def pause_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Return for how many seconds nothing more should be sent, as the headers of a good answer tell; None if it may.

    The reset headers of OpenAI, Groq and Anthropic say when the whole allowance is back, which fills up steadily: one
    more request is allowed much sooner. Longer than a minute is not waited; a refusal says better how long it takes.
    https://platform.openai.com/docs/guides/rate-limits https://docs.claude.com/en/api/rate-limits
    """
    for remaining, reset, limit in _ALLOWANCES:
        if headers.get(remaining) == "0":
            span = _span(headers.get(reset), now or datetime.now(UTC))
            allowed = _number(headers.get(limit))
            return None if span is None else min(60.0, span / allowed if allowed else span)
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _until_date(text: str, now: datetime) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _until_moment(text: str, now: datetime) -> float | None:
    try:
        return max(0.0, (datetime.fromisoformat(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _span(text: str | None, now: datetime) -> float | None:
    """`1s`, `6m0s`, `250ms`, seconds, or a moment: since 1970 in seconds or milliseconds, or as RFC 3339 writes it."""
    if not text:
        return None
    number = _number(text)
    if number is None and "T" in text:
        return _until_moment(text, now)
    if number is None:
        return sum(float(n) * _UNITS[u] for n, u in _SPAN.findall(text)) or None
    if number > EPOCH * 1000:
        number /= 1000
    return max(0.0, number - now.timestamp()) if number > EPOCH else number
