"""Pools of keys: who is picked, what is remembered, what is told."""

import json
import math
import random
from collections import Counter
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.keys.failure import Failure, Kind
from ccr.keys.limit import UNLIMITED, Limits
from ccr.keys.pool import Lease, Pool, PoolSpec, Want
from ccr.keys.slot import KeySpec, key_id

M = Want("m")


def pool(*keys: str | KeySpec, strategy: str = "round_robin", rotates: bool = True, limits: Limits = UNLIMITED) -> Pool:
    specs = tuple(KeySpec(key) if isinstance(key, str) else key for key in keys)
    return Pool(PoolSpec("p", specs, strategy, rotates, limits), random.Random(1).random)


def take(found: Pool, now: float = 0.0, want: Want = M) -> Lease:
    assert found.wait(now, want) == 0
    return found.take(now, want)


def fail(found: Pool, key: str, kind: Kind, retry_after: float | None = None, now: float = 0.0) -> None:
    found.fail(key_id(key), "m", Failure(kind, 429, retry_after=retry_after), now)


def test_keys_that_are_taken_at_once_are_spread() -> None:
    found = pool("a", "b", "c", "d", "e")
    assert Counter(take(found).key for _ in range(10)) == dict.fromkeys("abcde", 2)


def test_only_the_first_key_is_used_without_rotation() -> None:
    found = pool("a", "b", rotates=False)
    assert {take(found).key for _ in range(4)} == {"a"}
    assert len(found.slots) == 1


def test_a_provider_without_keys_has_an_empty_one() -> None:
    assert take(pool()).key == ""


def test_a_key_that_is_left_out_is_not_picked() -> None:
    found = pool("a", "b", "c")
    fail(found, "b", "auth")
    assert {take(found).key for _ in range(6)} == {"a", "c"}


def test_tried_keys_are_not_picked() -> None:
    found = pool("a", "b")
    assert {take(found, want=Want("m", without=frozenset({key_id("a")}))).key for _ in range(3)} == {"b"}
    assert found.wait(0.0, Want("m", without=frozenset({key_id("a"), key_id("b")}), desperate=True)) is None


def test_without_a_usable_key_there_is_no_wait_but_none() -> None:
    found = pool("a", "b")
    fail(found, "a", "auth")
    fail(found, "b", "quota")
    assert found.wait(0.0, M) is None


def test_in_need_the_least_bad_key_is_taken() -> None:
    found = pool("a", "b", "c")
    fail(found, "a", "auth")
    fail(found, "b", "quota")
    fail(found, "c", "rate")
    order = []
    without: frozenset[str] = frozenset()
    for _ in range(3):
        lease = take(found, want=Want("m", without=without, desperate=True))
        order.append(lease.key)
        without |= {lease.id}
    assert order == ["c", "b", "a"]


def test_a_key_with_room_is_preferred_and_the_soonest_waited_for() -> None:
    found = pool(KeySpec("a", rpm=1), KeySpec("b", rpm=1))
    assert take(found, 0.0).key == "a"
    assert take(found, 10.0).key == "b"
    assert found.wait(20.0, M) == pytest.approx(41.0)
    assert take(found, 61.0).key == "a"


def test_a_told_end_is_waited_for_if_no_key_is_free() -> None:
    found = pool("a", "b")
    fail(found, "a", "rate", 30.0)
    fail(found, "b", "rate", 9.0)
    assert found.wait(0.0, M) == 9.0


def test_the_providers_limits_hold_over_all_keys() -> None:
    found = pool("a", "b", limits=Limits(rpm=3, concurrency=2))
    first, second = take(found), take(found)
    assert found.wait(0.0, M) == math.inf
    first.release(1.0)
    second.release(1.0)
    take(found, 1.0).release(1.0)
    assert found.wait(1.0, M) == pytest.approx(60.0)


def test_release_counts_once_and_settles_tokens() -> None:
    found = pool(KeySpec("a", tpm=100), limits=Limits(concurrency=1, tpm=100))
    lease = take(found, want=Want("m", tokens=90))
    lease.release(1.0, 10)
    lease.release(1.0, 10)
    assert found.meter.running == 0
    assert found.wait(1.0, Want("m", tokens=90)) == 0


def test_success_brings_a_key_back() -> None:
    found = pool("a")
    fail(found, "a", "auth")
    lease = take(found, 1.0, Want("m", desperate=True))
    found.succeed(lease.id, "m", sent=1.0)
    assert found.wait(1.0, M) == 0


def test_refusals_and_headers_pace_a_model_of_a_key() -> None:
    found = pool("a", "b")
    leases = [take(found) for _ in range(40)]
    refused = [lease for lease in leases if lease.key == "a"][-1]
    refused.refuse(0.0)
    assert {take(found).key for _ in range(5)} == {"b"}
    lease = take(found, 0.0, Want("other"))
    lease.hold(9.0)
    assert take(found, 0.0, Want("other")).key != lease.key


def test_sticky_sessions_stay() -> None:
    found = pool("a", "b", "c", strategy="sticky")
    assert len({take(found, want=Want("m", session="s")).key for _ in range(5)}) == 1


def test_a_new_configuration_keeps_the_state_of_the_same_keys() -> None:
    old = pool("a", "b", "c", limits=Limits(concurrency=1))
    fail(old, "a", "auth")
    running = take(old)
    new = pool("c", "a", KeySpec("d", rpm=1), limits=Limits(concurrency=1, rpm=9))
    new.adopt(old)
    assert new.wait(0.0, M) == math.inf
    running.release(0.0)
    fail(new, "d", "rate")
    assert take(new).key == "c"
    assert new.slots[1].block(0.0) is not None
    assert new.meter.limits.rpm == 9


def test_turns_go_on_after_a_new_configuration() -> None:
    old = pool("a", "b", "c")
    take(old)
    new = pool("a", "b", "c")
    new.adopt(old)
    assert take(new).key == "b"


def test_cool_downs_outlive_a_restart_and_disabled_keys_do_not() -> None:
    old = pool("a", "b", "c", "d")
    fail(old, "a", "rate", 100.0)
    fail(old, "b", "quota")
    fail(old, "c", "auth")
    text = json.dumps(old.dump(now=50.0, wall=1000.0))
    assert '"a"' not in text
    new = pool("a", "b", "c", "d")
    new.restore(json.loads(text), now=5.0, wall=1020.0)
    assert new.slots[0].wait(5.0, "m", 0) == pytest.approx(30.0)
    assert new.slots[1].wait(5.0, "m", 0) is None
    assert new.slots[2].wait(5.0, "m", 0) == 0


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {key_id("a"): 1},
        {key_id("a"): {"m": {"state": "odd"}}},
        {key_id("a"): {"m": {"state": "parked"}}},
    ],
)
def test_what_cannot_be_restored_is_passed_over(data: object) -> None:
    found = pool("a")
    found.restore(data, 0.0, 0.0)
    assert found.wait(0.0, M) == 0


def test_report_tells_all_but_the_keys() -> None:
    found = pool(KeySpec("secret-a", rpm=5), "secret-b", limits=Limits(rpm=10))
    take(found)
    found.fail(key_id("secret-b"), "m", Failure("rate", 429, "secret-b is slow"), 0.0)
    report = found.report(10.0, lambda key: f"...{key[-1]}")
    assert "secret" not in json.dumps(report)
    assert (report["total"], report["available"], report["strategy"]) == (2, 2, "round_robin")
    first, second = report["keys"]
    assert (first["key"], first["state"], first["used_ago"], first["requests"]) == ("...a", "active", 10, 1)
    assert second["models"] == {"m": {"state": "cooling", "left": 50, "reason": "429 rate"}}
    found.fail(key_id("secret-b"), "m", Failure("auth", 401), 0.0)
    assert found.report(0.0, str)["available"] == 1


def test_reset_brings_all_back() -> None:
    found = pool("a")
    fail(found, "a", "auth")
    found.reset()
    assert found.wait(0.0, M) == 0


EVENTS: list[Kind | Literal["ok", "told"]] = ["ok", "auth", "quota", "rate", "told", "server", "caller"]
EVENT = st.tuples(
    st.sampled_from("abcde"),
    st.sampled_from(EVENTS),
    st.floats(0.0, 50.0),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(EVENT, max_size=40), st.sampled_from(["round_robin", "random", "weighted", "least_used", "sticky"]))
def test_no_key_is_picked_while_it_is_left_out(events: list[tuple[str, Any, float]], strategy: str) -> None:
    found, now = pool("a", "b", "c", "d", "e", strategy=strategy), 0.0
    for key, event, pause in events:
        now += pause
        if event == "ok":
            found.succeed(key_id(key), "m", sent=now)
        else:
            fail(found, key, "rate" if event == "told" else event, 20.0 if event == "told" else None, now)
        wait = found.wait(now, Want("m", session="s"))
        if wait == 0:
            lease = found.take(now, Want("m", session="s"))
            slot = next(slot for slot in found.slots if slot.id == lease.id)
            assert slot.block(now, "m") is None
            lease.release(now)
        else:
            assert all(slot.block(now, "m") for slot in found.slots)
