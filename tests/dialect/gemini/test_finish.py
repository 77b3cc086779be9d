"""Why Gemini stopped, in the client's terms."""

import pytest
from google.genai import types

from ccr.dialect.gemini.finish import BROKEN, FINISHES, broken, refusal_text


def test_every_reason_is_one_that_the_sdk_knows() -> None:
    assert FINISHES.keys() | BROKEN.keys() <= {reason.value for reason in types.FinishReason}


@pytest.mark.parametrize(
    ("reason", "status", "kind"),
    [
        ("MALFORMED_FUNCTION_CALL", 502, "api_error"),
        ("UNEXPECTED_TOOL_CALL", 502, "api_error"),
        ("MISSING_THOUGHT_SIGNATURE", 400, "invalid_request_error"),
        ("PUP_LIMITED_DISABLED", 403, "permission_error"),
    ],
)
def test_broken_replies_are_faults(reason: str, status: int, kind: str) -> None:
    fault = broken(reason, {"finishMessage": "Malformed function call: print(x)."})
    assert fault is not None
    assert (fault.status, fault.kind, fault.code) == (status, kind, reason.lower())
    assert fault.message == f"Gemini stopped with {reason} (Malformed function call: print(x))"


def test_ends_are_no_faults() -> None:
    assert [broken(r, {}) for r in ("STOP", "MAX_TOKENS", "SAFETY", "OTHER", "SOMETHING_NEW")] == [None] * 5


def test_refusal_text_gives_googles_words() -> None:
    said = refusal_text("SAFETY", {"finishMessage": "Unsafe."}, "finishMessage")
    assert said == "[Gemini refused to answer: SAFETY (Unsafe). Try to rephrase.]"
    assert refusal_text("", {"m": 7}, "m") == "[Gemini refused to answer: no reason given. Try to rephrase.]"
