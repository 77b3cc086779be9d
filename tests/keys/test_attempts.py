"""The order of tries: tables of what happens to what is done, on a clock of numbers."""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from ccr.keys.attempts import REPAIRS, Ask, Candidate, Outcome, attempts
from ccr.keys.circuit import PAUSE, THRESHOLD, Circuit
from ccr.keys.failure import Failure, Kind, busy
from ccr.keys.limit import UNLIMITED, Limits
from ccr.keys.pool import Pool, PoolSpec
from ccr.keys.slot import KeySpec, key_id
from ccr.keys.verdict import Verdict

STATUS: dict[str, int] = {
    "auth": 401,
    "quota": 402,
    "rate": 429,
    "server": 500,
    "network": 502,
    "timeout": 504,
    "model": 404,
    "overflow": 400,
    "silent": 502,
    "caller": 400,
}
Script = Callable[[str, str], str]
"""Tells what happens: (model, key) to `ok`, `begun`, `repair`, a kind, or `rate 7` for a limit that ends in 7 s."""

MANY = 100


class Done(Struct):
    """What the shell did. `tries` are `model:key`; `pauses` all waits, for keys too."""

    verdict: Verdict
    tries: list[str]
    pauses: list[float]
    now: float


def candidate(
    model: str,
    keys: str = "",
    *,
    window: int = 0,
    repeats: int = 0,
    retries: bool = True,
    relieves: bool = False,
    limits: Limits = UNLIMITED,
) -> Candidate:
    pool = Pool(PoolSpec(f"p-{model}", tuple(KeySpec(key) for key in keys), limits=limits), random.Random(1).random)
    return Candidate(f"p-{model}", model, pool, Circuit(), window, retries, repeats, relieves=relieves)


def drive(candidates: Sequence[Candidate], script: Script, *, now: float = 0.0, tokens: int = 0) -> Done:
    """Do what the generator says, as the shell would; a try takes a second."""
    steps = attempts(candidates, Ask(now, "s", tokens), random=lambda: 0.5)
    tries: list[str] = []
    pauses: list[float] = []
    outcome: Outcome | None = None
    for _ in range(MANY):
        try:
            step = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration as stop:
            return Done(stop.value, tries, pauses, now)
        found = candidates[step.candidate]
        now += step.pause
        wait = found.pool.wait(now, step.want)
        pauses += [pause for pause in (step.pause, wait) if pause]
        if wait is None or wait > step.patience:
            outcome = Outcome(now, busy(found.provider, wait))
            continue
        now += wait
        lease = found.pool.take(now, step.want)
        tries.append(f"{found.model}:{lease.key}")
        outcome = answer(script(found.model, lease.key), lease.id, now)
        now += 1.0
        lease.release(now)
    raise AssertionError("does not end")


def answer(what: str, key: str, sent: float) -> Outcome:
    now = sent + 1.0
    if what == "ok":
        return Outcome(now, None, key, sent)
    kind, _, told = what.partition(" ")
    if kind == "begun":
        return Outcome(now, Failure("server", 502), key, sent, begun=True)
    if kind == "repair":
        return Outcome(now, Failure("caller", 400), key, sent, repaired=True)
    return Outcome(now, failed(kind, float(told) if told else None), key, sent)


def failed(kind: str, told: float | None = None) -> Failure:
    kinds: dict[str, Kind] = {name: name for name in STATUS}  # type: ignore[misc]
    return Failure(kinds[kind], STATUS[kind], f"{kind}!", "", told)


def always(**answers: str) -> Script:
    """Answer by model, or by `model_key`."""
    return lambda model, key: answers.get(f"{model}_{key}") or answers[model]


def in_turn(*answers: str) -> Script:
    """Answer with one after the other; the last stays."""
    left = list(answers)
    return lambda model, key: left.pop(0) if len(left) > 1 else left[0]


ONE_KEY = [
    ("ok", ["a:1"], None),
    ("server", ["a:1"], 500),
    ("rate", ["a:1"], 429),
    ("rate 3", ["a:1"], 429),
    ("auth", ["a:1"], 401),
    ("quota", ["a:1"], 402),
    ("caller", ["a:1"], 400),
    ("overflow", ["a:1"], 400),
    ("model", ["a:1"], 404),
    ("timeout", ["a:1"], 504),
    ("network", ["a:1", "a:1", "a:1"], 502),
    ("silent", ["a:1", "a:1"], 502),
    ("begun", ["a:1"], None),
]


@pytest.mark.parametrize(("what", "tries", "status"), ONE_KEY, ids=[row[0] for row in ONE_KEY])
def test_one_key_without_fallback_leaves_repeating_to_the_client(
    what: str, tries: list[str], status: int | None
) -> None:
    done = drive([candidate("a", "1")], always(a=what))
    assert done.tries == tries
    assert (done.verdict.failure and done.verdict.failure.status) == status


@pytest.mark.parametrize(
    ("what", "should_retry"),
    [("auth", False), ("quota", False), ("model", False), ("rate 7200", False), ("rate 20", None), ("server", None)],
)
def test_client_is_told_not_to_repeat_what_cannot_heal(what: str, should_retry: bool | None) -> None:
    assert drive([candidate("a", "1")], always(a=what)).verdict.should_retry is should_retry


def test_connection_is_tried_again_with_growing_pauses() -> None:
    done = drive([candidate("a", "1")], in_turn("network", "network", "ok"))
    assert done.verdict.failure is None
    assert done.pauses == [0.125, 0.25]


@pytest.mark.parametrize("what", ["auth", "quota", "rate", "rate 30", "server"])
def test_the_next_keys_are_tried(what: str) -> None:
    done = drive([candidate("a", "12345")], always(a=what, a_5="ok"))
    assert done.tries == ["a:1", "a:2", "a:3", "a:4", "a:5"]
    assert done.verdict.failure is None
    assert done.pauses == []


@pytest.mark.parametrize("what", ["caller", "model", "timeout", "overflow"])
def test_what_no_key_changes_is_not_tried_with_the_next(what: str) -> None:
    assert drive([candidate("a", "123")], always(a=what)).tries == ["a:1"]


@pytest.mark.parametrize("what", ["auth", "quota", "rate", "rate 30", "server", "network", "timeout", "model"])
def test_then_the_next_models_are_tried(what: str) -> None:
    done = drive([candidate("a", "1"), candidate("b", "2"), candidate("c", "3")], always(a=what, b=what, c="ok"))
    assert done.tries[-1] == "c:3"
    assert list(dict.fromkeys(t[0] for t in done.tries)) == ["a", "b", "c"]
    assert done.verdict.failure is None


@pytest.mark.parametrize("what", ["caller", "begun"])
def test_nobody_else_is_asked(what: str) -> None:
    assert drive([candidate("a", "12"), candidate("b", "3")], always(a=what, b="ok")).tries == ["a:1"]


def test_overflow_goes_to_larger_windows_only() -> None:
    some = [
        candidate("a", "1", window=100),
        candidate("b", "2", window=50),
        candidate("c", "3"),
        candidate("d", "4", window=200),
    ]
    done = drive(some, always(a="overflow", b="ok", c="ok", d="ok"))
    assert done.tries == ["a:1", "d:4"]


def test_overflow_of_an_unknown_window_is_measured_by_the_prompt() -> None:
    some = [candidate("a", "1"), candidate("b", "2", window=50), candidate("c", "3", window=200)]
    assert drive(some, always(a="overflow", b="ok", c="ok"), tokens=100).tries == ["a:1", "c:3"]
    assert drive(some, always(a="overflow", b="ok", c="ok")).tries == ["a:1"]


def test_windows_that_are_not_known_are_tried_when_nothing_else_is_left() -> None:
    some = [candidate("a", "1", window=100), candidate("b", "2"), candidate("c", "3", window=50)]
    assert drive(some, always(a="overflow", b="ok")).tries == ["a:1", "b:2"]
    assert drive(some, always(a="overflow", b="overflow")).tries == ["a:1", "b:2"]


@pytest.mark.parametrize("window", [0, 200], ids=["unknown", "larger"])
def test_relief_comes_only_for_prompts_that_are_too_long(window: int) -> None:
    some = [candidate("a", "1", window=100), candidate("b", "2"), candidate("r", "3", window=window, relieves=True)]
    assert drive(some, always(a="overflow", b="ok", r="ok")).tries == ["a:1", "r:3"]
    assert drive(some, always(a="server", b="ok", r="ok")).tries == ["a:1", "b:2"]
    done = drive(some, always(a="server", b="server", r="ok"))
    assert done.tries == ["a:1", "b:2"]
    assert done.verdict.failure is not None


def test_relief_with_a_window_that_is_no_larger_does_not_come() -> None:
    some = [candidate("a", "1", window=100), candidate("r", "3", window=90, relieves=True)]
    done = drive(some, always(a="overflow", r="ok"))
    assert done.tries == ["a:1"]
    assert done.verdict.failure is not None
    assert done.verdict.failure.kind == "overflow"


def test_relief_does_not_shorten_the_wait_for_the_only_model() -> None:
    some = [candidate("a", "1", limits=Limits(rpm=1)), candidate("r", "3", relieves=True)]
    assert drive(some, always(a="ok", r="ok")).tries == ["a:1"]
    assert drive(some, always(a="ok", r="ok"), now=25.0).tries == ["a:1"]


def test_repairs_are_tried_at_once_and_bounded() -> None:
    done = drive([candidate("a", "1")], in_turn(*["repair"] * 5, "ok"))
    assert (done.tries, done.pauses, done.verdict.failure) == (["a:1"] * 6, [], None)
    done = drive([candidate("a", "1")], always(a="repair"))
    assert len(done.tries) == REPAIRS + 1
    assert done.verdict.failure is not None
    assert done.verdict.failure.kind == "caller"


def test_a_silent_model_is_asked_once_more_and_blamed_for_nothing() -> None:
    some = [candidate("a", "1"), candidate("b", "2")]
    for _ in range(THRESHOLD + 1):
        assert drive(some, always(a="silent", b="ok")).tries == ["a:1", "a:1", "b:2"]
    alone = [candidate("a", "1", retries=False), candidate("b", "2")]
    assert drive(alone, always(a="silent", b="ok")).tries == ["a:1", "b:2"]


def test_without_retries_the_next_model_comes_at_once() -> None:
    some = [candidate("a", "12", retries=False, repeats=3), candidate("b", "3")]
    assert drive(some, always(a="network", b="ok")).tries == ["a:1", "b:3"]


def test_repeats_come_after_the_keys_with_growing_pauses() -> None:
    done = drive([candidate("a", "12", repeats=2)], always(a="server"))
    assert done.tries == ["a:1", "a:2"] * 3
    assert done.pauses == [0.5, 1.0]


def test_repeats_wait_out_a_limit_that_ends_soon() -> None:
    done = drive([candidate("a", "1", repeats=2)], in_turn("rate 4", "ok"))
    assert (done.tries, done.pauses) == (["a:1", "a:1"], [4.0])


@pytest.mark.parametrize("what", ["rate 6", "auth", "quota", "model", "timeout"])
def test_repeats_do_not_wait_for_what_is_far_or_cannot_heal(what: str) -> None:
    assert drive([candidate("a", "1", repeats=5)], always(a=what)).tries == ["a:1"]


def test_repeats_end_with_the_budget() -> None:
    done = drive([candidate("a", "1", repeats=90)], always(a="server"))
    assert 10 < len(done.tries) < 40
    assert done.now <= 62


def test_a_limit_told_before_is_waited_for_when_nothing_else_is_there() -> None:
    only = candidate("a", "1")
    drive([only], always(a="rate 30"))
    done = drive([only], always(a="ok"), now=11.0)
    assert (done.tries, done.pauses) == (["a:1"], [20.0])


def test_a_limit_told_before_goes_to_the_next_model_if_it_is_far() -> None:
    some = [candidate("a", "1"), candidate("b", "2")]
    drive(some[:1], always(a="rate 30"))
    assert drive(some, always(a="ok", b="ok"), now=2.0).tries == ["b:2"]
    assert drive(some, always(a="ok", b="ok"), now=15.0).tries == ["a:1"]


def test_a_limit_far_away_is_tried_rather_than_waited_for() -> None:
    only = candidate("a", "1")
    drive([only], always(a="rate 7200"))
    done = drive([only], always(a="ok"), now=10.0)
    assert (done.tries, done.pauses) == (["a:1"], [])


@pytest.mark.parametrize("what", ["auth", "quota", "rate"])
def test_a_key_left_out_is_used_when_nothing_else_is_there(what: str) -> None:
    only = candidate("a", "1")
    drive([only], always(a=what))
    done = drive([only], always(a="ok"), now=2.0)
    assert done.verdict.failure is None
    assert drive([only], always(a="ok"), now=3.0).tries == ["a:1"]


def test_all_keys_left_out_are_tried_after_the_other_models() -> None:
    some = [candidate("a", "12"), candidate("b", "3")]
    drive(some[:1], always(a="auth"))
    done = drive(some, always(a="ok", b="server"), now=5.0)
    assert done.tries == ["b:3", "a:1"]
    assert done.verdict.failure is None


def opened(found: Candidate) -> Candidate:
    for _ in range(THRESHOLD):
        found.circuit.fail(0.0)
    return found


def test_open_circuit_is_passed_over() -> None:
    some = [opened(candidate("a", "12")), candidate("b", "3")]
    assert drive(some, always(a="ok", b="ok"), now=1.0).tries == ["b:3"]


def test_open_circuit_is_tried_when_nothing_else_is_left() -> None:
    done = drive([opened(candidate("a", "12")), candidate("b", "4")], always(a="server", b="server"), now=1.0)
    assert done.tries == ["b:4", "a:1", "a:2"]
    assert drive([opened(candidate("a", "1"))], always(a="ok"), now=1.0).tries == ["a:1"]


def test_probe_closes_the_circuit_or_opens_it_for_longer() -> None:
    some = [opened(candidate("a", "1")), candidate("b", "2")]
    assert drive(some, always(a="server", b="ok"), now=PAUSE).tries == ["a:1", "b:2"]
    assert drive(some, always(a="ok", b="ok"), now=PAUSE + 40).tries == ["b:2"]
    assert drive(some, always(a="ok", b="ok"), now=PAUSE + 70).tries == ["a:1"]
    assert some[0].circuit.state(PAUSE + 72) == "closed"


def test_client_that_leaves_during_the_probe_makes_way_for_the_next() -> None:
    only = opened(candidate("a", "1"))
    steps = attempts([only], Ask(PAUSE), random=random.random)
    next(steps)
    assert only.circuit.is_open(PAUSE)
    steps.close()
    assert not only.circuit.is_open(PAUSE)


@pytest.mark.parametrize(
    ("what", "counts"),
    [("server", True), ("network", True), ("timeout", True), ("begun", True), ("rate", False), ("auth", False),
     ("caller", False), ("model", False), ("overflow", False)],
)  # fmt: skip
def test_only_the_providers_failures_open_the_circuit(what: str, counts: bool) -> None:
    only = candidate("a", "1")
    for turn in range(THRESHOLD):
        drive([only], always(a=what), now=turn * 3.0)
    assert (only.circuit.state(3.0 * THRESHOLD) == "open") is counts


def test_a_burst_waits_for_the_limit_instead_of_meeting_it() -> None:
    only = candidate("a", "1", limits=Limits(rpm=3))
    for _ in range(3):
        assert drive([only], always(a="ok")).pauses == []
    done = drive([only], always(a="ok"), now=5.0)
    assert done.pauses == [pytest.approx(56.0)]


def test_a_burst_overflows_to_the_next_model() -> None:
    some = [candidate("a", "1", limits=Limits(rpm=1)), candidate("b", "2")]
    assert [drive(some, always(a="ok", b="ok")).tries for _ in range(2)] == [["a:1"], ["b:2"]]


def test_a_mute_model_costs_only_the_first_request_its_time() -> None:
    some = [candidate("a", "1"), candidate("b", "2")]
    steps = attempts(some, Ask(0.0), random=lambda: 0.5)
    first = next(steps)
    assert steps.send(Outcome(600.0, failed("timeout"), "1", sent=1.0)).candidate == 1
    assert first.candidate == 0
    steps.close()
    assert drive(some, always(a="ok", b="ok"), now=601.0).tries == ["b:2"]


def test_verdict_tells_of_every_try_and_of_whom_was_passed_over() -> None:
    some = [candidate("a", "12"), candidate("b", "3"), opened(candidate("c", "4"))]
    verdict = drive(some, always(a="auth", b="rate 9", c="server"), now=1.0).verdict
    assert [(t.candidate, t.failure.kind, t.key) for t in verdict.tries] == [
        (0, "auth", key_id("1")), (0, "auth", key_id("2")), (1, "rate", key_id("3")), (2, "server", key_id("4")),
    ]  # fmt: skip
    assert verdict.failure is not None
    assert (verdict.failure.status, verdict.should_retry) == (500, None)


def test_no_candidates_is_an_end_too() -> None:
    verdict = drive([], always()).verdict
    assert verdict.failure is not None
    assert verdict.failure.status == 503


KINDS = st.sampled_from(["ok", "repair", *STATUS, "rate 1", "rate 30", "rate 5000"])


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), min_size=1, max_size=4),
    st.lists(KINDS, min_size=1, max_size=60),
    st.integers(1, 4),
)
def test_every_course_ends(shapes: list[tuple[int, int, bool]], answers: list[str], requests: int) -> None:
    some = [
        candidate("abcd"[index], "12345"[:keys], repeats=repeats, retries=retries)
        for index, (keys, repeats, retries) in enumerate(shapes)
    ]
    for turn in range(requests):
        drive(some, in_turn(*answers), now=turn * 10.0)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(["auth", "quota", "rate", "rate 10", "rate 400", "server"]), min_size=4, max_size=4),
    st.integers(0, 4),
    st.sampled_from(["round_robin", "random", "weighted", "least_used", "sticky"]),
    st.integers(1, 12),
)
def test_with_one_key_of_five_alive_every_request_succeeds(
    dead: list[str], alive: int, strategy: str, requests: int
) -> None:
    pool = Pool(PoolSpec("p", tuple(KeySpec(key) for key in "12345"), strategy), random.Random(3).random)
    only = Candidate("p", "a", pool, Circuit())
    fates = dict(zip([key for index, key in enumerate("12345") if index != alive], dead, strict=True))
    for turn in range(requests):
        done = drive([only], lambda model, key: fates.get(key, "ok"), now=turn * 7.0)
        assert done.verdict.failure is None
