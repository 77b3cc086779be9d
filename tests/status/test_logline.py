from datetime import UTC
from typing import Any

import pytest

from ccr.status.logline import describe, is_trouble

REQUEST: dict[str, Any] = {
    "time": "2026-11-21T05:10:22.123Z",
    "type": "request",
    "status": 200,
    "result": "ok",
    "provider": "p",
    "model": "m",
    "scenario": "think",
    "reason": "plan mode",
    "usage": {"input": 1000, "cache_read": 3000, "output": 55},
    "ttft_ms": 350,
    "ms": 2100,
    "attempts": [{"provider": "p", "model": "m"}],
}


def test_request_is_one_line() -> None:
    assert describe(REQUEST, zone=UTC) == (
        "11-21 05:10:22 200  p,m  think (plan mode)  4.0k in, 75% cached, 55 out  ttft 350ms  2.1s"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"attempts": [{}, {"provider": "q", "model": "n"}]}, "2 attempts, the last at q,n"),
        ({"attempts": [{}, {"provider": "p", "model": "m"}]}, "  2 attempts"),
        ({"status": 502, "result": "error", "error": "no\nway"}, "502  p,m"),
        ({"status": 502, "result": "error", "error": "no\nway"}, "error: no way"),
        ({"cost": 0.123}, "55 out  $0.12  ttft"),
        ({"result": "gone"}, "the client left"),
        ({"status": 0, "provider": "", "model": "", "asked": "opus", "result": "error"}, "error  opus"),
        ({"reason": "think"}, "  think  "),
    ],
)
def test_request_tells_what_was_special(changes: dict[str, Any], words: str) -> None:
    line = describe({**REQUEST, **changes}, zone=UTC)
    assert words in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (REQUEST, False),
        ({**REQUEST, "status": 404}, True),
        ({**REQUEST, "result": "error"}, True),
        ({"level": "warn", "text": "x"}, True),
        ({"level": "info", "text": "x"}, False),
        ({}, False),
    ],
)
def test_trouble_is_what_went_wrong(record: dict[str, Any], expected: bool) -> None:
    assert is_trouble(record) is expected


def test_event_is_a_line() -> None:
    assert describe({"time": "x", "level": "warn", "text": "oh"}) == "x warn: oh"
    assert describe({}) == " info: "
