"""Exceptions that end a request or a command; one type for each way a caller reacts.

Every `RequestError` knows the HTTP status and the Anthropic error kind that the client gets.
Messages name the offending thing and say what to do next; they never hold a secret or a path of the code.
Kinds and statuses: https://docs.claude.com/en/api/errors
"""

from typing import ClassVar, Literal

ErrorKind = Literal[
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "timeout_error",
    "overloaded_error",
]


class CcrError(Exception):
    """Anything that ccr reports to its user in one line, without a traceback."""


class ConfigError(CcrError):
    """The configuration can't be used; the message lists every problem with its path."""


class CommandError(CcrError):
    """A command can't do what was asked; `code` is the exit code of the process."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class RequestError(CcrError):
    """A request can't be served. `retry_after` is in seconds; `should_retry` becomes `x-should-retry` unless None."""

    status: int = 500
    kind: ErrorKind = "api_error"
    default_should_retry: ClassVar[bool | None] = None

    def __init__(self, message: str, *, retry_after: float | None = None, should_retry: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        self.should_retry = self.default_should_retry if should_retry is None else should_retry


class BadRequest(RequestError):
    """The client's request is not one that any upstream could answer."""

    status = 400
    kind: ErrorKind = "invalid_request_error"


class BadEncoding(BadRequest):
    """The body is compressed in a way that is not understood here."""

    status = 415


class Unauthorized(RequestError):
    """The client's key is missing or is not the configured `APIKEY`."""

    status = 401
    kind: ErrorKind = "authentication_error"
    default_should_retry = False


class Forbidden(RequestError):
    """The client may not do this, whatever key it has (for example a foreign Host header)."""

    status = 403
    kind: ErrorKind = "permission_error"


class NotFound(RequestError):
    """The provider, model or path does not exist here; the message says what does."""

    status = 404
    kind: ErrorKind = "not_found_error"
    default_should_retry = False


class TooLarge(RequestError):
    """The body is over the size limit."""

    status = 413
    kind: ErrorKind = "request_too_large"


class Unavailable(RequestError):
    """The router itself can't serve now: it is shutting down, or nothing is configured."""

    status = 503
    kind: ErrorKind = "overloaded_error"


class UpstreamError(RequestError):
    """The upstream answered with an error, in its status, its body or its stream."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        kind: ErrorKind,
        retry_after: float | None = None,
        should_retry: bool | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after, should_retry=should_retry)
        self.status = status
        self.kind = kind


class Unreachable(RequestError):
    """No HTTP answer from the upstream: refused, reset, DNS, TLS, or a broken body before any content."""

    status = 502


class UpstreamTimeout(RequestError):
    """The upstream stayed silent for longer than its limit."""

    status = 504
    kind: ErrorKind = "timeout_error"
