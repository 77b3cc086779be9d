"""Which key each strategy picks."""

import itertools
import random
from collections import Counter

import pytest

from ccr.keys.strategy import Option, Strategy, make_strategy


def options(*weights: float) -> list[Option]:
    return [Option("abcdefgh"[index], weight, index + 1) for index, weight in enumerate(weights)]


def picks(strategy: Strategy, keys: list[Option], frees: list[list[int]], session: str = "") -> str:
    return "".join(keys[strategy.pick(keys, free, session)].id for free in frees)


ALL = [0, 1, 2]


@pytest.mark.parametrize(
    ("frees", "expected"),
    [
        ([ALL] * 6, "abcabc"),
        ([ALL, [0, 2], [0, 2], [0, 2], ALL], "acaca"),
        ([ALL, ALL, [0, 2], ALL, ALL], "abcab"),
        ([[2]] * 2 + [ALL] * 3, "ccabc"),
    ],
    ids=["all", "one drops out and returns", "one skipped once", "one alone"],
)
def test_round_robin_takes_turns_over_the_configured_list(frees: list[list[int]], expected: str) -> None:
    assert picks(make_strategy("round_robin", random.random), options(1, 1, 1), frees) == expected


def test_round_robin_is_even_while_a_key_is_out() -> None:
    strategy, keys = make_strategy("round_robin", random.random), options(1, 1, 1, 1)
    assert Counter(picks(strategy, keys, [[0, 2, 3]] * 30)) == {"a": 10, "c": 10, "d": 10}


def test_round_robin_outlives_a_change_of_the_list() -> None:
    strategy, keys = make_strategy("round_robin", random.random), options(1, 1, 1)
    assert picks(strategy, keys, [ALL, ALL]) == "ab"
    assert picks(strategy, keys[1:], [[0, 1]] * 2) == "cb"


def test_random_is_even() -> None:
    strategy, keys = make_strategy("random", random.Random(1).random), options(1, 1, 1)
    counts = Counter(picks(strategy, keys, [ALL] * 3000))
    assert all(900 < count < 1100 for count in counts.values())


def test_random_stays_within_the_free_ones() -> None:
    assert picks(make_strategy("random", lambda: 0.999999), options(1, 1, 1), [[0, 1]]) == "b"


def test_weights_are_kept_exactly_and_spread_evenly() -> None:
    found = picks(make_strategy("weighted", random.random), options(5, 1, 1), [ALL] * 14)
    assert Counter(found) == {"a": 10, "b": 2, "c": 2}
    assert "aaaaa" not in found


def test_weights_hold_among_those_that_are_left() -> None:
    found = picks(make_strategy("weighted", random.random), options(5, 2, 1), [[1, 2]] * 30)
    assert Counter(found) == {"b": 20, "c": 10}


def test_weight_of_nothing_is_for_need_only() -> None:
    strategy = make_strategy("weighted", random.random)
    assert set(picks(strategy, options(1, 0, 1), [ALL] * 10)) == {"a", "c"}
    assert picks(strategy, options(1, 0, 1), [[1]]) == "b"


def test_least_used_takes_the_one_that_rested_longest() -> None:
    keys = [Option("a", used=5), Option("b", used=2), Option("c")]
    strategy = make_strategy("least_used", random.random)
    assert picks(strategy, keys, [ALL, [0, 1]]) == "cb"


def test_sticky_keeps_a_session_at_its_key() -> None:
    strategy, keys = make_strategy("sticky", random.random), options(1, 1, 1)
    for session in ("s1", "s2", "s3"):
        assert len(set(picks(strategy, keys, [ALL] * 5, session))) == 1


def test_sticky_spreads_sessions_by_weight() -> None:
    strategy, keys = make_strategy("sticky", random.random), options(2, 1, 1)
    counts = Counter(picks(strategy, keys, [ALL], f"session {n}") for n in range(2000))
    assert 900 < counts["a"] < 1100
    assert 400 < counts["b"] < 600


def test_sticky_moves_only_the_sessions_of_a_lost_key() -> None:
    strategy, keys = make_strategy("sticky", random.random), options(1, 1, 1)
    sessions = [f"session {n}" for n in range(200)]
    before = {s: picks(strategy, keys, [ALL], s) for s in sessions}
    during = {s: picks(strategy, keys, [[0, 2]], s) for s in sessions}
    after = {s: picks(strategy, keys, [ALL], s) for s in sessions}
    assert all(during[s] == before[s] for s in sessions if before[s] != "b")
    assert set(during.values()) == {"a", "c"}
    assert after == before


def test_sticky_without_a_session_takes_turns() -> None:
    assert picks(make_strategy("sticky", random.random), options(1, 1, 1), [ALL] * 3) == "abc"


@pytest.mark.parametrize("name", ["round_robin", "random", "weighted", "least_used", "sticky"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_only_free_keys_are_picked(name: str, size: int) -> None:
    strategy, keys = make_strategy(name, random.Random(2).random), options(1, 0, 3)
    for free in itertools.combinations(ALL, size):
        for session in ("", "s"):
            assert strategy.pick(keys, free, session) in free
