"""Spans of time in vendors' words."""

import pytest

from ccr.keys.span import LONGEST, told_wait


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Please try again in 6m0s.", 360.0),
        ("Please try again in 7m12.5s. Need more tokens?", 432.5),
        ("Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s. Visit https://x", 5.289),
        ("* Quota exceeded for metric: x, limit: 20 Please retry in 34.074824224s.", 34.074824224),
        ("Please retry after 26 seconds.", 26.0),
        ("request reached max request: 3, please try again after 1 seconds", 1.0),
        ("rate limit exceeded, try again in 250ms", 0.25),
        ("please try again in 5 hours", 18000.0),
        ("try again in 2 minutes", 120.0),
        ("try again in 1h2m3s", 3723.0),
        ("quota resets in 2 days", 172800.0),
        ("Rate limit reached, please wait 10 sec before retrying", 10.0),
    ],
)
def test_span_is_read(message: str, seconds: float) -> None:
    assert told_wait(message) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "message",
    [
        "Too many requests",
        "Please retry your requests after a brief wait",
        "retry with fewer than 4096 tokens",
        "Your limit will reset at 2026-01-02 03:04:05",
        "wait for 3 other requests",
        "",
    ],
)
def test_span_is_not_made_up(message: str) -> None:
    assert told_wait(message) is None


def test_span_is_never_endless() -> None:
    assert told_wait(f"try again in {'9' * 400} seconds") == LONGEST
