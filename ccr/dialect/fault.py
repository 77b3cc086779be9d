"""Error bodies of every vendor, read into one `Fault` with Anthropic's kind and words that Claude Code reacts to."""

import re
from typing import Any

import msgspec

from ccr.core.event import Fault
from ccr.errors import ErrorKind

MESSAGE_LIMIT = 2000
"""Characters of a vendor's message that are passed on."""

KINDS: dict[int, ErrorKind] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}

# The words that vendors use instead of a status, in `type`, `code` or `status`, and the status they stand for.
CODES: dict[str, int] = {
    "invalid_request_error": 400,
    "invalid_argument": 400,
    "failed_precondition": 400,
    "context_length_exceeded": 400,
    "invalid_prompt": 400,
    "bad_request": 400,
    "tool_use_failed": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "unauthenticated": 401,
    "unauthorized": 401,
    "billing_error": 402,
    "insufficient_balance": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "forbidden": 403,
    "not_found_error": 404,
    "not_found": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limited": 429,
    "insufficient_quota": 429,
    "resource_exhausted": 429,
    "too_many_requests": 429,
    "server_error": 500,
    "internal_server_error": 500,
    "internal": 500,
    "api_error": 500,
    "internal_error": 500,
    "unavailable": 503,
    "service_unavailable": 503,
    "deadline_exceeded": 504,
    "timeout_error": 504,
    "timeout": 504,
    "overloaded_error": 529,
    "overloaded": 529,
    "engine_overloaded": 529,
}

# How vendors say that the prompt does not fit: one alternative per wording seen in documents and public reports.
OVERFLOW = re.compile(
    r"context_length_exceeded|prompt is too long|maximum context length|context window|max(?:imum)? prompt length"
    r"|exceed\w* (?:the |model |your )*(?:available |maximum |model )*context|exceed context limit"
    r"|input token count.{0,40}exceeds|exceeds? the maximum number of tokens|exceed_context_size"
    r"|reduce the length of the (?:messages|prompt|input)|exceeded model token limit"
    r"|longer than the maximum model length|range of input length should be|input is too long"
    r"|input length .{0,40}exceed|prompt token count of|prompt exceeds max length|prompt too long"
    r"|model_max_prompt_tokens_exceeded|loaded with context length|max_seq_len|`inputs` tokens",
    re.IGNORECASE,
)
_MAXIMUM = re.compile(
    r"(?:maximum|limit|allowed|at most|context (?:length|window|size)|n_ctx|max_seq_len|<=|>)\D{0,60}?(\d{3,})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{3,}")


def read_fault(status: int, body: bytes, *, retry_after: float | None = None) -> Fault:
    """Return the fault that an HTTP error answer stands for. `status` is kept unless the body knows better."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return make_fault(status, plain_text(body) or f"HTTP {status} without a message", retry_after=retry_after)
    found = error_in(value) or make_fault(status, _sentence(value) or f"HTTP {status} without a message")
    known = status if status >= 400 else found.status
    return make_fault(known, found.message, code=found.code, retry_after=retry_after or found.retry_after)


def error_in(value: Any) -> Fault | None:
    """Return the fault that a JSON value reports in any vendor's form, or None if it is not an error.

    Forms: {error: {message, type, code, status}}, {error: "..."}, {type: "error", error: {...}}, [{error: ...}],
    {code, message} with an error code, {detail: ...}, {success: false, message}.
    """
    if isinstance(value, list):
        return next((f for f in map(error_in, value) if f is not None), None)
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if isinstance(error, dict) and error:
        return _from_object(error)
    if isinstance(error, str) and error:
        return _from_object({**value, "message": value.get("message") or error})
    if value.get("success") is False or value.get("object") == "error" or value.get("type") == "error":
        return _from_object(value)
    has_code = isinstance(value.get("code"), (int, str)) and value.get("code") not in (
        0,
        200,
        "0",
        "200",
        "",
        "success",
    )
    if has_code and isinstance(value.get("message"), str) and "choices" not in value:
        return _from_object(value)
    return _from_object({"message": _sentence(value["detail"])}) if "detail" in value and len(value) == 1 else None


def make_fault(status: int, message: str, *, code: str = "", retry_after: float | None = None) -> Fault:
    """Return a fault with the kind that belongs to the status; an overflowing prompt gets Anthropic's own words."""
    message = message.strip()[:MESSAGE_LIMIT]
    if status in (400, 413, 422, 500) and (OVERFLOW.search(message) or code == "context_length_exceeded"):
        return Fault("invalid_request_error", overflow_message(message), 400, "context_length_exceeded")
    return Fault(kind_of(status), message, status, code, retry_after)


def kind_of(status: int) -> ErrorKind:
    """Return Anthropic's error kind for an HTTP status."""
    return KINDS.get(status) or ("invalid_request_error" if 400 <= status < 500 else "api_error")


def overflow_message(message: str) -> str:
    """Return `prompt is too long: N tokens > M maximum`, the words that make Claude Code compact.

    The vendor's own message follows in brackets; it stands alone where it has no numbers.
    """
    if re.search(r"prompt is too long: \d+ tokens > \d+ maximum|exceed context limit: \d+ \+ \d+ > \d+", message):
        return message
    numbers = [int(n) for n in _NUMBER.findall(message)]
    limit = _MAXIMUM.search(message)
    maximum = int(limit[1]) if limit else (min(numbers) if len(numbers) > 1 else 0)
    asked = next((n for n in numbers if n > maximum), 0) if maximum else 0
    if not asked:
        return f"prompt is too long: {message}"
    return f"prompt is too long: {asked} tokens > {maximum} maximum ({message})"


def plain_text(body: bytes) -> str:
    """Return the readable text of an error page, tags removed and white space folded."""
    text = body[:20000].decode("utf-8", "replace")
    if "<" in text:
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.IGNORECASE | re.DOTALL)
        text = title[1] if title else re.sub(r"<[^>]+>", " ", text)
    return " ".join(text.split())[:500]


def _from_object(error: dict[str, Any]) -> Fault:
    words = [w.lower() for w in (error.get("code"), error.get("type"), error.get("status")) if isinstance(w, str)]
    numbers = [n for n in (error.get("code"), error.get("status"), error.get("http_code")) if isinstance(n, int)]
    numbers += [int(w) for w in words if w.isdigit()]
    status = next((n for n in numbers if 400 <= n < 600), 0) or next((CODES[w] for w in words if w in CODES), 500)
    code = next((w for w in words if not w.isdigit() and w != "error"), "")
    return make_fault(status, _with_metadata(error) or code or "the upstream reported an error", code=code)


def _with_metadata(error: dict[str, Any]) -> str:
    """OpenRouter hides the provider's own words in `metadata.raw` behind "Provider returned error"."""
    message = _sentence(error.get("message") or error.get("msg") or error.get("detail") or error.get("error"))
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str) or not raw or raw in message:
        return message
    try:
        inner = error_in(msgspec.json.decode(raw))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        inner = None
    return f"{message}: {inner.message if inner else raw}"


def _sentence(value: Any) -> str:
    """Return a message in words: FastAPI's `detail` lists and nested objects included."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _sentence(value.get("message") or value.get("msg") or value.get("error") or value.get("detail"))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_sentence, value)))
    return ""
