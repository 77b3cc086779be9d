"""Error bodies of the vendors, one row a form."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.event import Fault
from ccr.dialect.fault import LONGEST_WAIT, error_in, kind_of, make_fault, message_in, plain_text, read_fault

TABLE = Path(__file__).parent.parent / "wire" / "faults.json"
# {name: {status and body of the answer, then the status, the kind and some of the message that the client gets}}
BODIES: dict[str, dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", BODIES.values(), ids=BODIES.keys())
def test_fault_of_an_answer(row: dict[str, Any]) -> None:
    body = json.dumps(row["body"]) if row.get("is_json", True) else row["body"]
    fault = read_fault(row["status"], body.encode())
    assert (fault.status, fault.kind) == (row["expected"], row["kind"])
    assert row["message"] in fault.message


# What a good status hides: (the value, status, code)
HIDDEN: dict[str, tuple[Any, int, str]] = {
    "type": ({"error": {"message": "x", "type": "overloaded_error"}}, 529, "overloaded_error"),
    "exact word wins": (
        {"error": {"message": "x", "code": "invalid_request_error", "type": "authentication_error"}},
        401,
        "authentication_error",
    ),
    "number as text": ({"error": {"message": "x", "code": "429"}}, 429, ""),
    "glm": ({"error": {"code": "1305", "message": "x"}}, 529, ""),
    "glm balance": ({"error": {"code": "1113", "message": "x"}}, 402, ""),
    "minimax": ({"base_resp": {"status_code": 1002, "status_msg": "x"}, "choices": None}, 429, ""),
    "anthropic": ({"type": "error", "error": {"type": "rate_limit_error", "message": "x"}}, 429, "rate_limit_error"),
    "flag": ({"success": False, "message": "x"}, 500, ""),
    "text": ({"error": "x"}, 500, ""),
    "code and message": ({"code": 50505, "message": "x"}, 500, ""),
    "detail": ({"detail": [{"msg": "x"}]}, 500, ""),
    "problem": ({"title": "x", "status": 404}, 404, ""),
    "list": ([{"error": {"code": 503, "message": "x"}}], 503, ""),
    "google": ({"error": {"message": "x", "status": "RESOURCE_EXHAUSTED"}}, 429, "resource_exhausted"),
}


@pytest.mark.parametrize(("value", "status", "code"), HIDDEN.values(), ids=HIDDEN.keys())
def test_error_in_finds_what_a_good_status_hides(value: Any, status: int, code: str) -> None:
    fault = error_in(value)
    assert fault is not None
    assert (fault.status, fault.code, fault.message) == (status, code, "x")


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "error",
        {"error": None},
        {"error": {}},
        {"error": ""},
        {"code": 0, "message": "ok"},
        {"code": "200", "message": "ok"},
        {"code": 7, "choices": []},
        {"id": "c", "choices": [{"message": {"content": "error"}}]},
        {"base_resp": {"status_code": 0, "status_msg": ""}},
        {"message": "hi", "role": "assistant"},
        {"detail": "x", "id": 1},
    ],
    ids=repr,
)
def test_error_in_takes_nothing_else_for_an_error(value: Any) -> None:
    assert error_in(value) is None


def test_fault_believes_the_header_first_and_googles_details_next() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "27s"}]
    body = json.dumps({"error": {"code": 429, "message": "x", "details": details}}).encode()
    assert read_fault(429, body).retry_after == 27
    assert read_fault(429, body, retry_after=5).retry_after == 5


@pytest.mark.parametrize("delay", ["soon", "27", "27 s", "-1s", 27, None, {}])
def test_fault_takes_no_wait_that_google_does_not_write(delay: object) -> None:
    body = json.dumps({"error": {"code": 429, "message": "x", "details": [{"retryDelay": delay}]}}).encode()
    assert read_fault(429, body).retry_after is None


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnopqrstuvwxyz",
        "sk-or-v1-0123456789abcdef0123456789abcdef",
        "gsk_abcdefghijklmnopqrstuvwxyz",
        "xai-abcdefghijklmnopqrstuvwxyz",
        "AIzaSyAbcdefghijklmnopqrstuvwxyz",
        "0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def",
    ],
)
def test_fault_never_shows_a_key(key: str) -> None:
    fault = read_fault(401, json.dumps({"error": {"message": f"Incorrect API key provided: {key}. See"}}).encode())
    assert key not in fault.message
    assert "[key]" in fault.message


@pytest.mark.parametrize(("told", "expected"), [(3.0, 3.0), (float("inf"), LONGEST_WAIT), (None, None)])
def test_fault_takes_no_endless_wait(told: float | None, expected: float | None) -> None:
    assert make_fault(429, "slow down", retry_after=told).retry_after == expected


@pytest.mark.parametrize("status", [0, 200, 399, 600, 999])
def test_fault_has_the_status_of_an_error(status: int) -> None:
    assert make_fault(status, "odd").status == 502


def test_fault_limits_the_length_of_a_message() -> None:
    assert len(make_fault(400, "x" * 100_000).message) == 2000


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (408, "timeout_error"),
        (409, "invalid_request_error"),
        (413, "request_too_large"),
        (422, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
        (524, "api_error"),
        (529, "overloaded_error"),
    ],
)
def test_kind_belongs_to_the_status(status: int, kind: str) -> None:
    assert kind_of(status) == kind


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_an_overflowing_prompt_is_a_bad_request_whatever_its_status(status: int) -> None:
    fault = make_fault(status, "maximum context length is 8192 tokens, you asked for 9000")
    assert (fault.kind, fault.status, fault.code) == ("invalid_request_error", 400, "context_length_exceeded")
    assert fault.message.startswith("prompt is too long: 9000 tokens > 8192 maximum")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<html><head><style>x{}</style></head><body><h1>Oh</h1>\n no</body></html>", "Oh no"),
        (b"<title>\n A  B </title><p>x", "A B"),
        (b"plain\ttext\n", "plain text"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
    ],
)
def test_plain_text_is_what_one_can_read(body: bytes, expected: str) -> None:
    assert plain_text(body) == expected


def test_message_in_reads_lists_and_objects() -> None:
    assert message_in({"detail": [{"msg": "a"}, {"message": "b"}, 7]}) == "a; b"
    assert message_in({"message": "", "error": {"error_msg": "c"}}) == "c"
    assert message_in(None) == ""


WORDS = st.sampled_from(["error", "errors", "message", "code", "type", "status", "detail", "metadata", "base_resp"])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["error", "errors", "message", "code", "type", "status", "detail", "metadata", "raw", "base_resp"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


@given(JSON)
def test_error_in_takes_anything(value: Any) -> None:
    fault = error_in(value)
    assert fault is None or isinstance(fault, Fault)


@given(st.integers(400, 599), st.one_of(st.binary(max_size=50), JSON.map(lambda v: json.dumps(v).encode())))
def test_read_fault_takes_anything(status: int, body: bytes) -> None:
    fault = read_fault(status, body)
    assert fault.message
    assert fault.status >= 400


def test_an_overflow_without_numbers_is_said_once() -> None:
    error = {"message": "Your input exceeds the context window of this model.", "code": "context_length_exceeded"}
    found = read_fault(400, json.dumps({"error": error}).encode())
    assert found.message == "prompt is too long: Your input exceeds the context window of this model."
