"""Errors as Anthropic words them."""

import json

import pytest

from ccr.anthropic.error import error_answer, error_body
from ccr.errors import BadRequest, NotFound, RequestError, TooLarge, Unauthorized, Unavailable, UpstreamError


def test_error_body_has_the_envelope_of_the_protocol() -> None:
    assert error_body("api_error", "x") == {"type": "error", "error": {"type": "api_error", "message": "x"}}
    assert error_body("api_error", "x", request_id="req_1")["request_id"] == "req_1"


@pytest.mark.parametrize(
    ("error", "status", "kind", "headers"),
    [
        (BadRequest("x"), 400, "invalid_request_error", {}),
        (Unauthorized("x"), 401, "authentication_error", {"x-should-retry": "false"}),
        (NotFound("x"), 404, "not_found_error", {"x-should-retry": "false"}),
        (TooLarge("x"), 413, "request_too_large", {}),
        (Unavailable("x", retry_after=1.2), 503, "overloaded_error", {"retry-after": "2"}),
        (
            UpstreamError("x", status=429, kind="rate_limit_error", retry_after=30, should_retry=True),
            429,
            "rate_limit_error",
            {"retry-after": "30", "x-should-retry": "true"},
        ),
        (
            UpstreamError("x", status=529, kind="overloaded_error", retry_after=-3),
            529,
            "overloaded_error",
            {"retry-after": "0"},
        ),
    ],
)
def test_error_answer_tells_status_kind_and_when_to_retry(
    error: RequestError, status: int, kind: str, headers: dict[str, str]
) -> None:
    found, sent, body = error_answer(error, request_id="req_1")
    assert (found, sent) == (status, {"content-type": "application/json", **headers})
    assert json.loads(body) == {"type": "error", "error": {"type": kind, "message": "x"}, "request_id": "req_1"}
