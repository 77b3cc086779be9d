"""What a meter lets through, on a clock of numbers."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.keys.limit import LEARNT_SECONDS, WINDOW, Limits, Meter


def flood(meter: Meter, count: int, tokens: int = 0) -> list[float]:
    """Send as many requests as soon as the meter allows; return when each started."""
    now, starts = 0.0, []
    for _ in range(count):
        for _ in range(10):
            wait = meter.wait(now, tokens)
            if wait == 0:
                break
            now += wait
        starts.append(now)
        meter.settle(meter.take(now, tokens), now)
    return starts


def most_within(starts: list[float], span: float) -> int:
    return max(sum(1 for other in starts if 0 <= other - start < span) for start in starts)


def test_unlimited_meter_never_waits() -> None:
    assert flood(Meter(), 500) == [0.0] * 500


@pytest.mark.parametrize("rpm", [1, 7, 40])
def test_no_minute_holds_more_requests_than_allowed(rpm: int) -> None:
    starts = flood(Meter(Limits(rpm=rpm)), rpm * 4)
    assert most_within(starts, 60.0) == rpm
    assert starts[-1] == pytest.approx(3 * WINDOW)


def test_no_minute_holds_more_requests_whenever_they_come() -> None:
    chance = random.Random(1)
    meter, now, starts = Meter(Limits(rpm=40)), 0.0, []
    for _ in range(1000):
        now += chance.expovariate(1.0)
        now += meter.wait(now)
        assert meter.wait(now) == 0
        meter.settle(meter.take(now), now)
        starts.append(now)
    assert most_within(starts, 60.0) == 40


def test_no_minute_holds_more_tokens_than_allowed() -> None:
    starts = flood(Meter(Limits(tpm=1000)), 20, tokens=300)
    assert most_within(starts, 60.0) == 3


def test_request_larger_than_the_limit_goes_when_nothing_else_counts() -> None:
    meter = Meter(Limits(tpm=1000))
    assert meter.wait(0.0, 5000) == 0
    meter.settle(meter.take(0.0, 10), 0.0)
    assert meter.wait(1.0, 5000) == pytest.approx(WINDOW - 1)


def test_true_usage_replaces_the_estimate() -> None:
    meter = Meter(Limits(tpm=1000))
    meter.settle(meter.take(0.0, 900), 5.0, 100)
    assert meter.tokens(5.0) == 100
    assert meter.wait(5.0, 900) == 0


def test_tokens_beyond_the_estimate_count_when_they_were_made() -> None:
    meter = Meter(Limits(tpm=1000))
    entry = meter.take(0.0, 100)
    meter.settle(entry, 50.0, 900)
    assert meter.tokens(50.0) == 900
    assert meter.wait(50.0, 500) == pytest.approx(50.0 + WINDOW - 50.0)
    assert meter.tokens(WINDOW + 1) == 800


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 50), st.integers(0, 90), st.booleans()), max_size=40))
def test_tokens_are_those_of_the_last_minute(uses: list[tuple[float, int, int, bool]]) -> None:
    meter, now, running = Meter(Limits(tpm=100)), 0.0, []
    for pause, estimate, used, ends in uses:
        now += pause
        running.append((meter.take(now, estimate), used))
        if ends:
            entry, tokens = running.pop(0)
            meter.settle(entry, now, tokens)
        counted = sum(e.tokens for e in meter._starts) + sum(tokens for _, tokens in meter._late)
        assert meter.tokens(now) == counted
    assert meter.tokens(now + 2 * WINDOW) == 0


def test_concurrency_waits_for_an_end() -> None:
    meter = Meter(Limits(concurrency=2))
    first, _ = meter.take(0.0), meter.take(0.0)
    assert meter.wait(0.0) == math.inf
    meter.settle(first, 1.0)
    assert meter.wait(1.0) == 0


def test_settling_twice_counts_once() -> None:
    meter = Meter(Limits(concurrency=1))
    entry = meter.take(0.0)
    meter.settle(entry, 1.0)
    meter.settle(entry, 1.0)
    assert meter.running == 0


def test_hold_lets_nothing_start_before() -> None:
    meter = Meter()
    meter.hold(10.0)
    meter.hold(5.0)
    assert meter.wait(4.0) == 6.0
    assert meter.wait(10.0) == 0


def test_refusals_teach_the_limit() -> None:
    meter = Meter()
    entries = [meter.take(i / 10) for i in range(60)]
    for entry in entries[40:]:
        meter.refuse(entry, 7.0)
    assert meter.rpm(7.0) == 40
    assert meter.wait(7.0) > 0
    assert meter.wait(WINDOW + 6) == 0


def test_a_learnt_limit_is_forgotten() -> None:
    meter = Meter()
    entries = [meter.take(0.0) for _ in range(20)]
    meter.refuse(entries[-1], 0.0)
    assert meter.rpm(1.0) == 19
    assert meter.rpm(LEARNT_SECONDS + 1) is None


def test_few_requests_teach_nothing() -> None:
    meter = Meter()
    meter.refuse(meter.take(0.0), 0.0)
    assert meter.rpm(0.0) is None


def test_the_lower_of_configured_and_learnt_holds() -> None:
    meter = Meter(Limits(rpm=15))
    entries = [meter.take(0.0) for _ in range(30)]
    meter.refuse(entries[-1], 0.0)
    assert meter.rpm(0.0) == 15


def test_changed_limits_hold_at_once() -> None:
    meter = Meter(Limits(rpm=1))
    meter.take(0.0)
    assert meter.wait(0.0) > 0
    meter.limits = Limits(rpm=2)
    assert meter.wait(0.0) == 0
    assert meter.requests(0.0) == 1
