"""When a circuit opens, probes and closes."""

from ccr.keys.circuit import LONGEST_PAUSE, PAUSE, THRESHOLD, WINDOW, Circuit


def broken(now: float = 0.0) -> Circuit:
    circuit = Circuit()
    for _ in range(THRESHOLD):
        circuit.fail(now)
    return circuit


def test_failures_in_a_row_open_it() -> None:
    circuit = Circuit()
    for index in range(THRESHOLD):
        assert not circuit.is_open(float(index))
        circuit.fail(float(index))
    assert circuit.is_open(float(THRESHOLD))
    assert circuit.left(THRESHOLD - 1.0) == PAUSE


def test_a_success_in_between_keeps_it_closed() -> None:
    circuit = Circuit()
    for index in range(3 * THRESHOLD):
        circuit.fail(float(index))
        if index % 3 == 2:
            circuit.succeed()
    assert circuit.state(100.0) == "closed"


def test_failures_far_apart_keep_it_closed() -> None:
    circuit = Circuit()
    for index in range(3 * THRESHOLD):
        circuit.fail(index * WINDOW / (THRESHOLD - 2))
    assert circuit.state(1000.0) == "closed"


def test_one_failure_that_was_long_in_coming_opens_it() -> None:
    circuit = Circuit()
    circuit.fail(100.0, took=WINDOW - 1)
    assert circuit.state(100.0) == "closed"
    circuit.fail(200.0, took=WINDOW)
    assert circuit.is_open(200.0 + PAUSE - 1)


def test_one_probe_goes_through_when_the_pause_is_over() -> None:
    circuit = broken()
    assert circuit.is_open(PAUSE - 1)
    assert not circuit.is_open(PAUSE)
    assert circuit.begin(PAUSE)
    assert circuit.is_open(PAUSE)
    assert not circuit.begin(PAUSE)


def test_a_probe_that_succeeds_closes_it() -> None:
    circuit = broken()
    circuit.begin(PAUSE)
    circuit.succeed()
    assert circuit.state(PAUSE) == "closed"


def test_a_probe_that_fails_doubles_the_pause() -> None:
    circuit, now, pauses = broken(), 0.0, []
    for _ in range(6):
        now += circuit.left(now)
        assert circuit.begin(now)
        circuit.fail(now, is_probe=True)
        pauses.append(circuit.left(now))
    assert pauses == [60.0, 120.0, 240.0, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_probe_without_a_result_makes_way_for_the_next() -> None:
    circuit = broken()
    circuit.begin(PAUSE)
    circuit.release()
    assert circuit.begin(PAUSE)


def test_late_failures_of_requests_from_before_change_nothing() -> None:
    circuit = broken()
    circuit.fail(PAUSE + 1)
    assert circuit.state(PAUSE + 1) == "half_open"


def test_a_success_while_open_closes_it() -> None:
    circuit = broken()
    circuit.succeed()
    assert not circuit.is_open(1.0)
