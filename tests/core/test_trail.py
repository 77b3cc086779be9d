"""The record of a request for the log."""

from ccr.core.trail import Attempt, Trail
from ccr.core.usage import Usage


def test_record_leaves_out_what_is_empty() -> None:
    assert Trail(id="req_1", started=5.0).record() == {"id": "req_1", "started": 5.0}


def test_record_is_plain_json() -> None:
    trail = Trail(id="req_1", started=5.0, attempts=[Attempt("up", "m", status=200)], usage=Usage(input=3))
    record = trail.record()
    assert record["attempts"][0]["provider"] == "up"
    assert record["usage"]["input"] == 3


def test_answered_is_who_really_did() -> None:
    trail = Trail(id="r", started=0.0, provider="p", model="m")
    assert trail.answered == ("p", "m")
    trail.attempts = [Attempt("p", "m", result="no"), Attempt("q", "n", result="ok")]
    assert trail.answered == ("q", "n")
