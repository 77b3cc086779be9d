from typing import Any

import pytest

from ccr.config.redact import label
from ccr.keys.failure import Failure
from ccr.keys.pool import Pool, PoolSpec, Want
from ccr.keys.slot import KeySpec
from ccr.status.rotation import HEADER, span, summary, view

FIRST, SECOND = "sk-aaaa-0123456789abcdef", "sk-bbbb-0123456789fedcba"


def report() -> dict[str, Any]:
    """Return the report of a pool of two keys; the second has been refused."""
    pool = Pool(PoolSpec("gemini", (KeySpec(FIRST), KeySpec(SECOND))), lambda: 0.0)  # type: ignore[arg-type]
    for _ in range(2):
        pool.take(100.0, Want("m")).release(101.0)
    pool.fail(pool.slots[1].id, "m", Failure("quota", 402, "no money"), 102.0)
    return pool.report(105.0, label)


def test_view_shows_each_key_masked_with_its_state() -> None:
    shown = view(report())
    assert (shown.provider, dict(shown.facts)["Available keys"]) == ("gemini", "1")
    assert dict(shown.facts)["Strategy"] == "round_robin"
    first, second = (dict(zip(HEADER, row, strict=True)) for row in shown.rows)
    assert (first["key"], first["state"], first["last used"], first["last failed"]) == (
        "sk-a...cdef",
        "active",
        "5 s ago",
        "never",
    )
    assert second["state"].startswith("parked, 59 min 57 s left")
    assert FIRST not in str(shown)


def test_summary_is_short() -> None:
    lines = summary([report()])
    assert lines[0] == "gemini: round_robin, 1 of 2 keys available"
    assert lines[1] == "  ok sk-a...cdef (0 failures)"
    assert lines[2] == "  -- sk-b...dcba (1 failure)"


def test_models_and_circuits_are_notes() -> None:
    key = {"key": "k", "state": "active", "models": {"m": {"state": "cooling", "left": 30, "reason": "limit"}}}
    circuits = {"m": {"state": "half_open", "left": 0}, "n": {"state": "closed", "left": 0}}
    shown = view({"provider": "p", "keys": [key], "circuits": circuits})
    assert shown.notes == (
        "m failed too often: half open, tried again in 0 s",
        "k is cooling, 30 s left: limit for m",
    )


def test_report_of_another_version_is_shown_as_far_as_it_goes() -> None:
    assert view({"keys": [{}]}).rows == (("(no key)", "?", "?", "?", "never", "never"),)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, "-"), (0, "0 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3600, "1 h"), (90061, "1 d 1 h"), (-4, "0 s")],
)
def test_span_has_two_units(seconds: float | None, expected: str) -> None:
    assert span(seconds) == expected


def test_limits_and_lessons_are_shown() -> None:
    lesson = {"provider": "p", "model": "m", "fix": "leave out x", "why": "x is unknown"}
    limits = {"rpm": 40, "requests_last_minute": 12, "tpm": None, "max_concurrency": 2, "running": 1}
    given = {"provider": "p", "keys": [], "queued": 3, "lessons": [lesson], **limits}
    shown = view(given)
    facts = dict(shown.facts)
    assert (facts["Waiting requests"], facts["Requests a minute"], facts["Requests at a time"]) == (
        "3",
        "12 of 40",
        "1 of 2",
    )
    assert "Tokens a minute" not in facts
    assert shown.notes == ("m: we leave out x, since it said: x is unknown",)
    assert summary([given])[-1] == "  m: we leave out x, since it said: x is unknown"
