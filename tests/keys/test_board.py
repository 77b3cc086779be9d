"""What outlives a configuration and a process."""

import json
import random

from ccr.keys.board import CIRCUITS, Board
from ccr.keys.circuit import THRESHOLD
from ccr.keys.failure import Failure
from ccr.keys.pool import PoolSpec, Want
from ccr.keys.slot import KeySpec, key_id


def board(*providers: str) -> Board:
    found = Board(random.Random(1).random)
    found.configure(spec(name) for name in providers)
    return found


def spec(name: str, *keys: str) -> PoolSpec:
    return PoolSpec(name, tuple(KeySpec(key) for key in keys or ("a", "b")))


def test_state_outlives_a_configuration() -> None:
    found = board("p", "q")
    found.pool("p").fail(key_id("a"), "m", Failure("auth", 401), 0.0)
    found.circuit("p", "m").fail(0.0)
    circuit, gone = found.circuit("p", "m"), found.circuit("q", "m")
    found.configure([spec("p", "b", "a")])
    assert found.pool("p").slots[1].block(0.0) is not None
    assert found.circuit("p", "m") is circuit
    assert found.circuit("q", "m") is not gone


def test_an_unknown_provider_has_a_pool_without_keys() -> None:
    assert board().pool("x").wait(0.0, Want("m")) == 0


def test_cool_downs_outlive_a_process() -> None:
    old = board("p", "q")
    old.pool("p").fail(key_id("a"), "m", Failure("rate", 429, retry_after=60.0), 0.0)
    data = json.loads(json.dumps(old.dump(10.0, 1000.0)))
    new = board("p")
    new.restore(data, 0.0, 1020.0)
    assert new.pool("p").slots[0].wait(0.0, "m", 0) == 30.0
    new.restore({"q": 1, "p": []}, 0.0, 0.0)
    new.restore("x", 0.0, 0.0)


def test_circuits_are_bounded() -> None:
    found = board("p")
    for index in range(2 * CIRCUITS):
        found.circuit("p", f"m{index}")
    assert len(found._circuits) == CIRCUITS


def test_report_tells_open_circuits() -> None:
    found = board("p", "q")
    for _ in range(THRESHOLD):
        found.circuit("p", "m").fail(0.0)
    found.circuit("p", "n").fail(0.0)
    first, second = found.report(10.0, lambda key: "masked")
    assert first["circuits"] == {"m": {"state": "open", "left": 20}}
    assert second["circuits"] == {}
    assert [key["key"] for key in first["keys"]] == ["masked", "masked"]


def test_reset_forgets_the_failures_of_one_provider_or_all() -> None:
    found = board("p", "q")
    for name in ("p", "q"):
        found.pool(name).fail(key_id("a"), "m", Failure("auth", 401), 0.0)
        for _ in range(THRESHOLD):
            found.circuit(name, "m").fail(0.0)
    found.reset("p")
    assert [report["available"] for report in found.report(0.0, str)] == [2, 1]
    assert found.circuit("q", "m").is_open(0.0)
    found.reset()
    assert not found.circuit("q", "m").is_open(0.0)
