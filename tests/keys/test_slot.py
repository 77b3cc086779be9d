"""What becomes of one key."""

import math

import pytest

from ccr.keys.failure import Failure, Kind
from ccr.keys.slot import COOLDOWN_SECONDS, MODELS, PARK_SECONDS, PATIENCE_SECONDS, KeySpec, Slot, key_id


def failure(kind: Kind, retry_after: float | None = None, status: int = 429) -> Failure:
    return Failure(kind, status, retry_after=retry_after)


@pytest.mark.parametrize(
    ("kind", "retry_after", "state", "until"),
    [
        ("auth", None, "disabled", math.inf),
        ("quota", None, "parked", PARK_SECONDS),
        ("quota", 40.0, "parked", 40.0),
        ("rate", None, "cooling", COOLDOWN_SECONDS),
        ("rate", 7.0, "cooling", 7.0),
    ],
)
def test_a_keys_failure_leaves_it_out(kind: Kind, retry_after: float | None, state: str, until: float) -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure(kind, retry_after), 0.0)
    block = slot.block(0.0, "m")
    assert block is not None
    assert (block.state, block.until) == (state, until)
    assert slot.failures == 1


@pytest.mark.parametrize("kind", ["server", "network", "timeout", "model", "overflow", "caller", "busy"])
def test_others_failures_leave_the_key_alone(kind: Kind) -> None:
    slot = Slot(KeySpec("k"))
    for _ in range(20):
        slot.fail("m", failure(kind), 0.0)
    assert slot.wait(0.0, "m", 0) == 0
    assert slot.failures == 0


def test_a_rate_limit_is_the_models_and_an_empty_account_the_keys() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("rate"), 0.0)
    assert slot.wait(0.0, "m", 0) is None
    assert slot.wait(0.0, "other", 0) == 0
    slot.fail("m", failure("quota"), 0.0)
    assert slot.wait(0.0, "other", 0) is None


def test_a_told_end_is_waited_for() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("rate", 7.0), 10.0)
    assert slot.wait(12.0, "m", 0) == 5.0
    assert slot.wait(12.0, "m", 0, desperate=True) == 5.0
    assert slot.wait(17.0, "m", 0) == 0


def test_our_own_caution_gives_way_in_need() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("rate"), 0.0)
    assert slot.wait(1.0, "m", 0) is None
    assert slot.wait(1.0, "m", 0, desperate=True) == 0


def test_an_end_too_far_away_binds_no_more() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("rate", 3600.0), 0.0)
    assert slot.wait(0.0, "m", 0) is None
    assert slot.wait(0.0, "m", 0, desperate=True) == 0
    assert slot.wait(3600.0 - PATIENCE_SECONDS, "m", 0) == PATIENCE_SECONDS


def test_the_configured_cooldown_is_used() -> None:
    slot = Slot(KeySpec("k", cooldown_ms=5000))
    slot.fail("m", failure("rate"), 0.0)
    assert slot.wait(4.9, "m", 0) is None
    assert slot.wait(5.0, "m", 0) == 0


def test_failures_of_the_server_count_against_a_key_that_has_a_maximum() -> None:
    slot = Slot(KeySpec("k", max_failures=3, cooldown_ms=10_000))
    for _ in range(2):
        slot.fail("m", failure("server"), 0.0)
    assert slot.wait(0.0, "m", 0) == 0
    slot.fail("m", failure("server"), 0.0)
    assert slot.wait(0.0, "any", 0) is None
    assert slot.wait(10.0, "any", 0) == 0


def test_success_ends_what_was_before_it() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("auth"), 1.0)
    slot.fail("m", failure("rate"), 1.0)
    slot.succeed("m", sent=2.0)
    assert slot.block(2.0, "m") is None
    assert slot.failures == 0


def test_success_of_an_older_request_ends_nothing_newer() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("rate", 30.0), 5.0)
    slot.succeed("m", sent=1.0)
    assert slot.wait(6.0, "m", 0) == 29.0


def test_what_is_graver_or_better_known_stays() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("auth"), 0.0)
    slot.fail("m", failure("quota"), 0.0)
    assert slot.blocks[""].state == "disabled"
    slot.fail("m", failure("rate", 30.0), 0.0)
    slot.fail("m", failure("rate"), 0.0)
    assert slot.blocks["m"].until == 30.0
    slot.fail("m", failure("rate"), 31.0)
    assert slot.blocks["m"].until == 31.0 + COOLDOWN_SECONDS


def test_a_told_end_replaces_a_guess() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("rate"), 0.0)
    slot.fail("m", failure("rate", 3.0), 1.0)
    assert slot.wait(1.0, "m", 0) == 3.0


def test_the_keys_own_limits_make_it_wait() -> None:
    slot = Slot(KeySpec("k", rpm=1, tpm=100))
    slot.take(0.0, "m", 10)
    assert (slot.wait(1.0, "m", 0) or 0) > 50
    slot.configure(KeySpec("k", tpm=100))
    assert slot.wait(1.0, "m", 80) == 0
    assert (slot.wait(1.0, "m", 95) or 0) > 50


def test_what_is_learnt_of_a_model_is_bounded() -> None:
    slot = Slot(KeySpec("k"))
    for index in range(3 * MODELS):
        slot.take(0.0, f"m{index}", 0)
        slot.fail(f"m{index}", failure("rate"), 0.0)
    assert len(slot.blocks) <= MODELS
    assert len(slot._paces) <= MODELS


def test_reset_forgets() -> None:
    slot = Slot(KeySpec("k"))
    slot.fail("m", failure("auth"), 0.0)
    slot.reset()
    assert slot.wait(0.0, "m", 0) == 0


def test_id_gives_nothing_away() -> None:
    assert key_id("sk-secret") == key_id("sk-secret") != key_id("sk-other")
    assert "secret" not in key_id("sk-secret")
