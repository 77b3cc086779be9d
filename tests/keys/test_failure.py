"""Failures told apart by status and words: the wordings are those of the vendors."""

import pytest

from ccr.core.event import Fault
from ccr.keys.failure import Failure, Kind, busy, classify, unfit


def fault(status: int, message: str = "", code: str = "", retry_after: float | None = None) -> Fault:
    return Fault("api_error", message, status, code, retry_after)


BY_STATUS: list[tuple[int, Kind]] = [
    (400, "caller"),
    (401, "auth"),
    (402, "quota"),
    (403, "auth"),
    (404, "model"),
    (405, "model"),
    (408, "server"),
    (409, "server"),
    (410, "model"),
    (413, "caller"),
    (415, "caller"),
    (422, "caller"),
    (425, "server"),
    (429, "rate"),
    (498, "server"),
    (500, "server"),
    (502, "server"),
    (503, "server"),
    (504, "server"),
    (529, "server"),
]


@pytest.mark.parametrize(("status", "kind"), BY_STATUS)
def test_kind_without_words_follows_the_status(status: int, kind: Kind) -> None:
    assert classify(fault(status, "no")).kind == kind


BY_WORDS: list[tuple[int, str, str, Kind]] = [
    # An empty account, whatever the status.
    (
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
        "quota",
    ),
    (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "quota"),
    (403, "30001", "Sorry, your account balance is insufficient", "quota"),
    (403, "exceeded_current_quota_error", "Your account is not active, organization exceeded current quota", "quota"),
    (403, "", "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys", "quota"),
    (402, "", "This request requires more credits, or fewer max_tokens. You can only afford 3919", "quota"),
    (429, "1113", "余额不足或无可用资源包,请充值。", "quota"),
    (429, "1113", "Insufficient balance or no resource package. Please recharge.", "quota"),
    (400, "arrearage", "Access denied, please make sure your account is in good standing.", "quota"),
    (403, "", "This API method requires billing to be enabled.", "quota"),
    (403, "insufficient_balance", "Insufficient account balance", "quota"),
    # A wrong key, also as 400.
    (400, "invalid_argument", "API key not valid. Please pass a valid API key.", "auth"),
    (400, "invalid_argument", "API key expired. Please renew the API key.", "auth"),
    (400, "", "Incorrect API key provided: xa***23.", "auth"),
    (401, "invalid_api_key", "Incorrect API key provided", "auth"),
    (403, "permission_denied", "Your API key was reported as leaked. Please use another API key.", "auth"),
    (403, "permission_error", "Your API key does not have permission to use the specified resource", "auth"),
    # Not the key's fault.
    (403, "unsupported_country_region_territory", "Country, region, or territory not supported", "model"),
    (400, "failed_precondition", "User location is not supported for the API use.", "model"),
    (403, "model_not_found", "Project `p` does not have access to model `gpt-x`", "model"),
    (403, "", "You are not allowed to sample from this model", "model"),
    (403, "", "Your chosen model requires moderation and your input was flagged for violence", "model"),
    (404, "model_not_found", "The model `x` does not exist or you do not have access to it.", "model"),
    (400, "20012", "Model does not exist. Please check it carefully.", "model"),
    (400, "", "Model Not Exist", "model"),
    (400, "model_not_supported", "The requested model is not supported.", "model"),
    (400, "", "openrouter/nope is not a valid model ID", "model"),
    (401, "", "Your organization must be verified to stream this model.", "model"),
    (403, "", "Attention Required! | Cloudflare", "server"),
    (403, "", "Just a moment...", "server"),
    # Too large for the tier, however long one waits.
    (413, "rate_limit_exceeded", "Request too large for model `x` on tokens per minute (TPM): Limit 6000", "model"),
    (429, "", "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389.", "model"),
    (429, "tokens", "on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce", "model"),
    # Plain limits.
    (429, "rate_limit_exceeded", "Rate limit reached for model `x`: Limit 30, Used 30, Requested 1.", "rate"),
    (429, "resource_exhausted", "Resource has been exhausted (e.g. check quota).", "rate"),
    (429, "token_quota_exceeded", "Tokens per minute limit exceeded - too many tokens processed.", "rate"),
    (429, "", "Provider returned error: upstream is temporarily rate-limited", "rate"),
    # Wrong requests stay wrong.
    (400, "", "Unsupported parameter: 'max_tokens' is not supported with this model.", "caller"),
    (400, "", "messages.3.content.0: Invalid `signature` in `thinking` block", "caller"),
    (400, "", "tool_choice is not supported by this model", "caller"),
    (422, "", "Extra inputs are not permitted", "caller"),
    # What the model spoilt may go better next time.
    (400, "tool_use_failed", "Failed to call a function. Please adjust your prompt.", "server"),
    # The words of gateways in front of a broken server prove nothing.
    (502, "", "Cloudflare: insufficient balance of workers", "server"),
    (502, "silent_reply", "the model ended its turn without a word", "silent"),
    (400, "context_length_exceeded", "prompt is too long: 9 tokens > 8 maximum", "overflow"),
]


@pytest.mark.parametrize(("status", "code", "message", "kind"), BY_WORDS, ids=lambda value: str(value)[:30])
def test_kind_follows_the_words(status: int, code: str, message: str, kind: Kind) -> None:
    assert classify(fault(status, message, code)).kind == kind


def test_quota_that_ends_soon_is_a_rate() -> None:
    message = "You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s."
    found = classify(fault(429, message, "resource_exhausted"))
    assert (found.kind, found.retry_after) == ("rate", 34.07)


def test_a_header_is_believed_before_the_words() -> None:
    assert classify(fault(429, "try again in 5s", retry_after=9.0)).retry_after == 9.0


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (classify(fault(502, "refused", "network"), answered=False), "network"),
        (classify(fault(504, "too slow", "timeout"), answered=False), "timeout"),
        (classify(fault(504, "too slow", "timeout")), "timeout"),
        (classify(fault(502, "empty", "empty_reply")), "server"),
        (classify(fault(500, "the user's transformer failed", "configuration")), "model"),
        (unfit(400, "no images"), "model"),
        (busy("p", 3.0), "busy"),
    ],
)
def test_kind_of_what_is_no_http_error(found: Failure, kind: Kind) -> None:
    assert found.kind == kind


@pytest.mark.parametrize(
    ("found", "heals"),
    [
        (Failure("auth", 401), False),
        (Failure("quota", 429), False),
        (Failure("model", 404), False),
        (Failure("caller", 400), False),
        (Failure("server", 500), True),
        (Failure("server", 502, code="html"), False),
        (Failure("server", 502, code="redirect"), False),
        (Failure("rate", 429), True),
        (Failure("rate", 429, retry_after=60.0), True),
        (Failure("rate", 429, retry_after=7200.0), False),
        (Failure("network", 502), True),
        (Failure("timeout", 504), True),
        (busy("p", 30.0), True),
    ],
)
def test_healing(found: Failure, heals: bool) -> None:
    assert found.heals is heals


def test_a_spoilt_reply_is_told_as_the_servers_error() -> None:
    assert classify(fault(400, "Failed to call a function", "tool_use_failed")).status == 502


@pytest.mark.parametrize(
    ("message", "retry_after", "is_limit"),
    [
        ("Too Many Requests", None, True),
        ("Too Many Requests", 20.0, True),
        ("Too Many Requests", 3600.0, False),
        ("Rate limit reached on tokens per minute (TPM)", 4.0, False),
        ("The engine is currently overloaded", None, False),
        ("Service tier capacity exceeded for this model", None, False),
        ("max organization concurrency: 3", None, False),
        ("limit of requests per day", None, False),
    ],
)
def test_only_a_limit_of_requests_teaches_the_pace(message: str, retry_after: float | None, is_limit: bool) -> None:
    assert Failure("rate", 429, message, "", retry_after).limits_requests is is_limit
