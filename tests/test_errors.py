"""Errors know their status and what the client is told."""

import pytest

from ccr.errors import (
    BadRequest,
    CommandError,
    Forbidden,
    NotFound,
    RequestError,
    TooLarge,
    Unauthorized,
    UpstreamError,
)


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        (BadRequest, 400, "invalid_request_error"),
        (Unauthorized, 401, "authentication_error"),
        (Forbidden, 403, "permission_error"),
        (NotFound, 404, "not_found_error"),
        (TooLarge, 413, "request_too_large"),
        (RequestError, 500, "api_error"),
    ],
)
def test_request_errors_have_their_status_and_kind(kind: type[RequestError], status: int, word: str) -> None:
    error = kind("why")
    assert (error.status, error.kind, error.message) == (status, word, "why")


def test_what_cannot_heal_is_not_to_be_repeated() -> None:
    assert Unauthorized("x").should_retry is False
    assert NotFound("x").should_retry is False
    assert BadRequest("x").should_retry is None
    assert NotFound("x", should_retry=True).should_retry is True


def test_upstream_errors_keep_the_upstreams_status() -> None:
    error = UpstreamError("busy", status=529, kind="overloaded_error", retry_after=3)
    assert (error.status, error.kind, error.retry_after) == (529, "overloaded_error", 3)


def test_command_errors_have_an_exit_code() -> None:
    assert CommandError("x").code == 1
    assert CommandError("x", code=127).code == 127
