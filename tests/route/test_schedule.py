from datetime import UTC, datetime
from typing import Any

import pytest

from ccr.route.schedule import read_window


def window(**value: Any) -> Any:
    return read_window({"model": "p,m", **value})


# 2026-11-20 is a Friday.
@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        pytest.param({}, "2026-11-20T00:00", True, id="always"),
        pytest.param({"hours": "00:30-08:30"}, "2026-11-20T00:29", False, id="before"),
        pytest.param({"hours": "00:30-08:30"}, "2026-11-20T00:30", True, id="first minute"),
        pytest.param({"hours": "00:30-08:30"}, "2026-11-20T08:29", True, id="last minute"),
        pytest.param({"hours": "00:30-08:30"}, "2026-11-20T08:30", False, id="after"),
        pytest.param({"hours": "16:30-00:30"}, "2026-11-20T23:59", True, id="before midnight"),
        pytest.param({"hours": "16:30-00:30"}, "2026-11-20T00:29", True, id="after midnight"),
        pytest.param({"hours": "16:30-00:30"}, "2026-11-20T12:00", False, id="outside of the night"),
        pytest.param({"hours": "22:00-24:00"}, "2026-11-20T23:59", True, id="until midnight"),
        pytest.param({"hours": "22:00-00:00"}, "2026-11-20T00:00", False, id="until midnight, written 0"),
        pytest.param({"days": ["fri"]}, "2026-11-20T12:00", True, id="the day"),
        pytest.param({"days": ["fri"]}, "2026-11-21T00:00", False, id="the next day"),
        pytest.param({"days": "mon-thu"}, "2026-11-20T12:00", False, id="a range without it"),
        pytest.param({"days": "fri-mon"}, "2026-11-23T12:00", True, id="a range over the weekend"),
        pytest.param({"days": "sat,Sunday"}, "2026-11-22T12:00", True, id="full names, commas"),
        pytest.param({"days": "weekdays"}, "2026-11-20T12:00", True, id="weekdays"),
        pytest.param({"days": "weekdays"}, "2026-11-21T12:00", False, id="Saturday is no weekday"),
        pytest.param({"days": ["weekend"]}, "2026-11-20T12:00", False, id="Friday is no weekend"),
        pytest.param({"days": ["weekend"]}, "2026-11-21T12:00", True, id="Saturday"),
        pytest.param({"days": "weekends"}, "2026-11-22T12:00", True, id="Sunday"),
        pytest.param({"days": "weekends"}, "2026-11-23T12:00", False, id="Monday is no weekend"),
        pytest.param({"days": "sun", "hours": "22:00-06:00"}, "2026-11-23T05:59", True, id="Sunday's night on Monday"),
        pytest.param({"hours": "10:59-11:59"}, "2026-11-20T10:59", True, id="minute 59"),
        pytest.param({"hours": "22:00-06:00"}, "2026-11-20T22:00", True, id="first minute of a night"),
        pytest.param({"hours": "22:00-06:00"}, "2026-11-20T06:00", False, id="night is over"),
        pytest.param({"hours": "00:30-08:30", "tz": "+8"}, "2026-11-19T16:29", False, id="short offset, before"),
        pytest.param({"hours": "00:30-08:30", "tz": "+8"}, "2026-11-19T16:30", True, id="short offset, first minute"),
        pytest.param(
            {"days": "fri", "hours": "22:00-06:00"}, "2026-11-21T05:00", True, id="Friday's night on Saturday"
        ),
        pytest.param(
            {"days": "fri", "hours": "22:00-06:00"}, "2026-11-20T05:00", False, id="Thursday's night on Friday"
        ),
        pytest.param({"hours": "00:30-08:30", "tz": "Asia/Shanghai"}, "2026-11-19T16:30", True, id="zone"),
        pytest.param({"hours": "00:30-08:30", "tz": "+08:00"}, "2026-11-20T00:30", False, id="offset, outside"),
        pytest.param({"days": "fri", "tz": "UTC+8"}, "2026-11-19T16:00", True, id="offset moves the day"),
        pytest.param({"hours": "10:00-11:00", "tz": "-0230"}, "2026-11-20T12:30", True, id="western offset"),
        pytest.param({"hours": "10:00-11:00", "tz": "Europe/Berlin"}, "2026-07-01T08:30", True, id="summer time"),
        pytest.param({"hours": "10:00-11:00", "tz": "Europe/Berlin"}, "2026-12-01T08:30", False, id="winter time"),
    ],
)
def test_window_is_open(value: dict[str, Any], now: str, expected: bool) -> None:
    assert window(**value).covers(datetime.fromisoformat(now).replace(tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("p,m", "must be an object"),
        ({"hours": "1:00-2:00"}, "needs a model"),
        ({"model": " "}, "needs a model"),
        ({"model": "p,m", "hour": "1:00-2:00"}, "unknown key 'hour'"),
        ({"model": "p,m", "hours": "1-2"}, "'1-2' is not a time range"),
        ({"model": "p,m", "hours": 5}, "5 is not a time range"),
        ({"model": "p,m", "hours": "10:00-25:00"}, "no clock shows"),
        ({"model": "p,m", "hours": "24:00-25:00"}, "no clock shows"),
        ({"model": "p,m", "hours": "10:60-12:00"}, "no clock shows"),
        ({"model": "p,m", "hours": "10:00-11:60"}, "no clock shows"),
        ({"model": "p,m", "hours": "24:00-10:00"}, "no clock shows"),
        ({"model": "p,m", "hours": "10:00-10:00"}, "empty range"),
        ({"model": "p,m", "days": "someday"}, "'someday' is not a day"),
        ({"model": "p,m", "days": ["mon-"]}, "'mon-' is not a day"),
        ({"model": "p,m", "days": []}, "not a list of days"),
        ({"model": "p,m", "days": 5}, "not a list of days"),
        ({"model": "p,m", "tz": "Mars/Base"}, "not a known time zone"),
        ({"model": "p,m", "tz": "../../etc/passwd"}, "not a known time zone"),
        ({"model": "p,m", "tz": "Europe"}, "not a known time zone"),
        ({"model": "p,m", "tz": 8}, "not a known time zone"),
        ({"model": "p,m", "tz": "+30:00"}, "not an offset"),
        ({"model": "p,m", "tz": "-24:00"}, "not an offset"),
    ],
)
def test_odd_window_is_refused_with_what_to_write(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_window(value)


def test_window_tells_its_hours() -> None:
    assert str(window(hours="0:30-8:30", days="mon-wed", tz="Asia/Shanghai")) == "mon,tue,wed 00:30-08:30 Asia/Shanghai"
    assert str(window(hours="16:30-00:30")) == "16:30-00:30 UTC"
