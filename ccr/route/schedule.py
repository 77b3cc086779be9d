"""Routes that change with the clock, such as to a model that is cheaper off-peak. The time is always given."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY_DAY = frozenset(range(7))
_GROUPS = {
    "daily": _EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "weekends": frozenset({5, 6}),
}
_HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*")
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)
_DAY_MINUTES = 24 * 60


class Window(Struct, frozen=True):
    """Hours of some days in which another model serves a route."""

    model: str
    days: frozenset[int] = _EVERY_DAY
    """0 is Monday. A window that passes midnight belongs to the day on which it begins."""
    start: int = 0
    """Minutes since midnight; `end` is the first minute after the window."""
    end: int = _DAY_MINUTES
    zone: tzinfo = UTC

    def covers(self, now: datetime) -> bool:
        """Tell whether the window is open at `now`, which knows its time zone."""
        local = now.astimezone(self.zone)
        minute, today = local.hour * 60 + local.minute, local.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        yesterday = (today - 1) % 7
        return (today in self.days and minute >= self.start) or (yesterday in self.days and minute < self.end)

    def __str__(self) -> str:
        days = ",".join(name for number, name in enumerate(_DAYS) if number in self.days)
        hours = "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.start, self.end))
        return f"{hours} {self.zone}" if self.days == _EVERY_DAY else f"{days} {hours} {self.zone}"


def read_window(value: Any) -> Window:
    """Return the window that `{"days", "hours", "tz", "model"}` describes. Raises ValueError that says what is wrong.

    `days`: a list or comma list of `mon` ... `sun`, ranges (`fri-mon`), `weekdays`, `weekend`; without it every day.
    `hours`: `"00:30-08:30"`, also past midnight; without it the whole day. `tz`: an IANA name or an offset
    (`Asia/Shanghai`, `+08:00`); without it UTC.
    """
    if not isinstance(value, Mapping):
        raise ValueError("must be an object with model, hours, days and tz")
    unknown = set(value) - {"model", "days", "hours", "tz"}
    if unknown:
        raise ValueError(f"has the unknown key {min(unknown)!r}: known are model, days, hours, tz")
    model = value.get("model")
    if not isinstance(model, str) or not model.strip():
        raise ValueError("needs a model, as in 'provider,model'")
    start, end = _read_hours(value.get("hours"))
    return Window(model.strip(), _read_days(value.get("days")), start, end, _read_zone(value.get("tz")))


def _read_days(value: Any) -> frozenset[int]:
    if value is None:
        return _EVERY_DAY
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words:
        raise ValueError(f"days: {value!r} is not a list of days such as 'mon' or 'mon-fri'")
    return frozenset().union(*(_read_day(str(word).strip().lower()) for word in words))


def _read_day(word: str) -> frozenset[int]:
    if word in _GROUPS:
        return _GROUPS[word]
    first, dash, last = (part.strip()[:3] for part in word.partition("-"))
    if first not in _DAYS or (dash and last not in _DAYS):
        raise ValueError(f"days: {word!r} is not a day: write {', '.join(_DAYS)}, a range such as mon-fri, or weekend")
    begin = _DAYS.index(first)
    length = (_DAYS.index(last) - begin) % 7 if dash else 0
    return frozenset((begin + step) % 7 for step in range(length + 1))


def _read_hours(value: Any) -> tuple[int, int]:
    if value is None:
        return 0, _DAY_MINUTES
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"hours: {value!r} is not a time range such as '00:30-08:30'")
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise ValueError(f"hours: {value!r} has a time that no clock shows")
    if start == end:
        raise ValueError(f"hours: {value!r} is an empty range")
    return start, end


def _read_zone(value: Any) -> tzinfo:
    if value is None or (isinstance(value, str) and value.strip().upper() in ("UTC", "GMT", "Z")):
        return UTC
    offset = _OFFSET.fullmatch(value.strip()) if isinstance(value, str) else None
    if offset:
        sign, hours, minutes = offset.groups()
        minutes_east = int(hours) * 60 + int(minutes or 0)
        if minutes_east >= _DAY_MINUTES:
            raise ValueError(f"tz: {value!r} is not an offset from UTC")
        return timezone(timedelta(minutes=-minutes_east if sign == "-" else minutes_east))
    try:
        return ZoneInfo(value.strip())
    # An unknown name is a KeyError, a name like a path a ValueError, the name of a folder an OSError.
    except (AttributeError, KeyError, ValueError, OSError):
        raise ValueError(
            f"tz: {value!r} is not a known time zone: write one like 'Asia/Shanghai' or '+08:00'"
        ) from None
