"""Errors as Anthropic words them: https://docs.claude.com/en/api/errors"""

from typing import Any

import msgspec

from ccr.errors import ErrorKind, RequestError


def error_body(kind: ErrorKind, message: str, *, request_id: str = "") -> dict[str, Any]:
    """Return {type: error, error: {type, message}}, with the request id if there is one."""
    body: dict[str, Any] = {"type": "error", "error": {"type": kind, "message": message}}
    if request_id:
        body["request_id"] = request_id
    return body


def error_answer(error: RequestError, *, request_id: str = "") -> tuple[int, dict[str, str], bytes]:
    """Return (status, headers, body) for an error before the first byte.

    `retry-after` is in whole seconds, rounded up; `x-should-retry` is what Anthropic's SDKs look at first.
    """
    headers = {"content-type": "application/json"}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(0, -int(-error.retry_after // 1)))
    if error.should_retry is not None:
        headers["x-should-retry"] = "true" if error.should_retry else "false"
    return error.status, headers, msgspec.json.encode(error_body(error.kind, error.message, request_id=request_id))
