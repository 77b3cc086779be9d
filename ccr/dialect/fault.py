"""Error bodies of every vendor, read into one `Fault` with Anthropic's kind and words that Claude Code reacts to."""

import re
from collections.abc import Mapping
from typing import Any

from ccr.core.event import Fault
from ccr.core.jsonio import load
from ccr.core.sse import Splitter
from ccr.dialect.overflow import CODE, is_overflow, overflow_message
from ccr.errors import ErrorKind, RequestError

LONGEST_WAIT = 366 * 86400.0
"""Seconds; what vendors ask for beyond that is a slip of theirs."""
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
    498: "overloaded_error",  # Groq: https://console.groq.com/docs/errors
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}

# The words that vendors use instead of a status, in `type`, `code` or `status`, and the status they stand for.
CODES: dict[str, int] = {
    "context_length_exceeded": 400,
    "exceed_context_size_error": 400,
    "model_max_prompt_tokens_exceeded": 400,
    "failed_precondition": 400,
    "invalid_argument": 400,
    "invalid_parameter_error": 400,
    "invalidparameter": 400,
    "invalid_prompt": 400,
    "tool_use_failed": 400,
    "content_filter": 400,
    "authentication_error": 401,
    "invalid_authentication_error": 401,
    "invalid_api_key": 401,
    "wrong_api_key": 401,
    "unauthenticated": 401,
    "unauthorized": 401,
    "billing_error": 402,
    "insufficient_balance": 402,
    "accountoverdueerror": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "forbidden": 403,
    "not_found_error": 404,
    "not_found": 404,
    "notfound": 404,
    "model_not_found": 404,
    "deploymentnotfound": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limit_reached_error": 429,
    "rate_limited": 429,
    "insufficient_quota": 429,
    "exceeded_current_quota_error": 429,
    "request_quota_exceeded": 429,
    "resource_exhausted": 429,
    "too_many_requests": 429,
    "too_many_requests_error": 429,
    "toomanyrequests": 429,
    "service_tier_capacity_exceeded": 429,
    "unavailable": 503,
    "unavailable_error": 503,
    "service_unavailable": 503,
    "deadline_exceeded": 504,
    "timeout_error": 504,
    "timeout": 504,
    "overloaded_error": 529,
    "overloaded": 529,
    "engine_overloaded": 529,
    "engine_overloaded_error": 529,
    # GLM: https://docs.z.ai/api-reference/api-code
    **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), 401),
    **dict.fromkeys(("1110", "1111", "1112", "1121", "1220", "1311"), 403),
    **dict.fromkeys(("1113", "1309"), 402),
    **dict.fromkeys(("1210", "1213", "1214", "1215", "1261", "1301"), 400),
    **dict.fromkeys(("1211", "1212", "1221", "1222"), 404),
    **dict.fromkeys(("1302", "1303", "1304", "1308", "1310", "1313"), 429),
    **dict.fromkeys(("1305", "1312"), 529),
}
GENERAL: dict[str, int] = {
    "invalid_request_error": 400,
    "bad_request": 400,
    "badrequest": 400,
    "server_error": 500,
    "internal_server_error": 500,
    "internal": 500,
    "api_error": 500,
    "internal_error": 500,
}
"""Words that vendors put beside a more exact one."""

# https://platform.minimax.io/docs/api-reference/errorcode
MINIMAX: dict[int, int] = {
    1001: 504,
    1002: 429,
    1004: 401,
    1008: 402,
    1026: 400,
    1027: 400,
    1039: 429,
    1041: 429,
    2013: 400,
    2045: 429,
    2049: 401,
    2056: 429,
}

_KEY = re.compile(
    r"\b(?:sk|pk|rk|ak|gsk|csk|xai|pplx|nvapi|hf|tgp|fw|AIza)[-_]?[\w*-]{16,}|(?<=Bearer )[\w.~+/=-]{8,}"
    r"|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+|\b[0-9a-f]{32}\.\w{16}\b"
)
_DETAIL_LIMIT = 20


def read_fault(status: int, body: bytes, *, retry_after: float | None = None) -> Fault:
    """Return the fault that an HTTP error answer stands for.

    `status` is kept unless it is a plain 500 or 502 and the body knows better. `retry_after` is in seconds.
    """
    try:
        value = _value(body)
    except ValueError:
        return make_fault(status, plain_text(body) or f"HTTP {status} without a message", retry_after=retry_after)
    found = error_in(value) or make_fault(status, message_in(value) or f"HTTP {status} without a message")
    knows_better = status < 400 or (status in (500, 502) and found.status < 500)
    known = found.status if knows_better else status
    return make_fault(known, found.message, code=found.code, retry_after=retry_after or found.retry_after)


def _value(body: bytes) -> Any:
    """Return the JSON in an error body, also where it is an event of a stream. Raises ValueError if there is none."""
    if not body.lstrip().startswith((b"data:", b"event:", b":")):
        return load(body)
    splitter = Splitter()
    events = [*splitter.feed(body), *splitter.close()]
    return load(events[0].data if events else b"")


def error_in(value: Any) -> Fault | None:
    """Return the fault that a JSON value reports in any vendor's form, or None if it is not an error.

    Forms: {error: {message, type, code, status}}, {error: "..."}, {type: "error", error: {...}}, [{error: ...}],
    {errors: ...}, {code, message} with an error code, {status, title, detail}, {detail: ...}, {success: false,
    message}, {base_resp: {status_code, status_msg}}.
    """
    if isinstance(value, list):
        return next((fault for fault in map(error_in, value) if fault is not None), None)
    if not isinstance(value, dict):
        return None
    error = value.get("error") or value.get("errors")
    if error:
        return _from_error(error, value)
    if value.get("success") is False or value.get("object") == "error" or value.get("type") == "error":
        return _from_object(value)
    status = value.get("base_resp")
    if isinstance(status, dict) and status.get("status_code"):
        return _from_minimax(status)
    if value.get("choices"):
        return None
    if (_is_problem(value) or _has_code(value)) and message_in(value):
        return _from_object(value)
    return _from_object({"message": message_in(value["detail"])}) if "detail" in value and len(value) == 1 else None


def fault_of(error: RequestError) -> Fault:
    """Return what broke a reply off from our side, such as a transformer of the user's."""
    code = "configuration" if error.should_retry is False and error.status == 500 else ""
    return Fault(error.kind, error.message, error.status, code, error.retry_after)


def make_fault(status: int, message: str, *, code: str = "", retry_after: float | None = None) -> Fault:
    """Return a fault with the kind that belongs to the status; an overflowing prompt gets Anthropic's own words.

    What looks like a key is masked. A status that no error has, such as LinkedIn's 999, becomes 502.
    """
    message = _KEY.sub("[key]", message.strip()[:MESSAGE_LIMIT])
    if retry_after is not None:
        retry_after = min(retry_after, LONGEST_WAIT)
    if not 400 <= status < 600:
        status = 502
    if status in (400, 413, 422, 500) and is_overflow(message, code):
        return Fault("invalid_request_error", overflow_message(message), 400, CODE)
    return Fault(kind_of(status), message, status, code, retry_after)


def kind_of(status: int) -> ErrorKind:
    """Return Anthropic's error kind for an HTTP status."""
    return KINDS.get(status) or ("invalid_request_error" if 400 <= status < 500 else "api_error")


def plain_text(body: bytes) -> str:
    """Return the readable text of an error page, tags removed and white space folded."""
    text = body[:20000].decode("utf-8", "replace")
    if "<" in text:
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.IGNORECASE | re.DOTALL)
        text = title[1] if title else re.sub(r"<[^>]+>", " ", text)
    return " ".join(text.split())[:500]


def message_in(value: Any) -> str:
    """Return a message in words: FastAPI's `detail` lists and nested objects included."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        words = ("message", "msg", "detail", "error_msg", "error", "title", "Message")
        return next((text for word in words if (text := message_in(value.get(word)))), "")
    if isinstance(value, list):
        return "; ".join(filter(None, map(message_in, value[:_DETAIL_LIMIT])))
    return ""


def _from_error(error: Any, value: Mapping[str, Any]) -> Fault:
    if isinstance(error, dict):
        return _from_object(error)
    return _from_object({**value, "message": message_in(value.get("message")) or message_in(error)})


def _from_object(error: Mapping[str, Any]) -> Fault:
    told = (error.get("code"), error.get("type"), error.get("status"))
    words = [str(word).lower() for word in told if isinstance(word, (str, int))]
    codes = [word for word in words if word != "error" and not word.isdigit() and ":" not in word]
    code = next((word for word in codes if word not in GENERAL), next(iter(codes), ""))
    message = _with_metadata(error) or code or "the upstream reported an error"
    if {"n_prompt_tokens", "n_ctx"} <= error.keys():  # llama.cpp
        message = f"{message} ({error['n_prompt_tokens']} input tokens, n_ctx {error['n_ctx']})"
    return make_fault(_status(error, words), message, code=code, retry_after=_told_wait(error))


def _status(error: Mapping[str, Any], words: list[str]) -> int:
    """Return the status that an error object stands for."""
    places = ("code", "status", "status_code", "statusCode", "http_code")
    numbers = (_integer(error.get(place)) for place in places)
    told = next((n for n in numbers if 400 <= n < 600), 0)
    return told or next((table[w] for table in (CODES, GENERAL) for w in words if w in table), 500)


def _from_minimax(status: Mapping[str, Any]) -> Fault:
    number = _integer(status.get("status_code"))
    return make_fault(MINIMAX.get(number, 500), message_in(status.get("status_msg")) or f"error {number}")


def _with_metadata(error: Mapping[str, Any]) -> str:
    """OpenRouter hides the provider's own words in `metadata.raw` behind "Provider returned error"."""
    message = message_in(error)
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str) or not raw or raw in message:
        return message
    try:
        inner = error_in(load(raw))
    except ValueError:
        inner = None
    return f"{message}: {inner.message if inner else raw}"


def _is_problem(value: Mapping[str, Any]) -> bool:
    """A status in the body: RFC 9457, as NVIDIA and others use it, and iFlow."""
    return 400 <= _integer(value.get("status")) < 600


def _has_code(value: Mapping[str, Any]) -> bool:
    code = value.get("code") or value.get("error_code")
    return isinstance(code, (int, str)) and str(code).lower() not in ("0", "200", "", "success", "true", "false")


def _told_wait(error: Mapping[str, Any]) -> float | None:
    """Google's RetryInfo: https://cloud.google.com/apis/design/errors#error_details"""
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and re.fullmatch(r"\d+(\.\d+)?s", delay):
            return float(delay[:-1])
    return None


def _integer(value: Any) -> int:
    if isinstance(value, str) and value.isdecimal():
        return int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
