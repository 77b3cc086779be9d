"""The client's request, as far as every route needs it."""

from typing import Any

import pytest

from ccr.anthropic.request import Inbound, check_messages, read_body
from ccr.errors import BadRequest

USER = {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("given", "expected"), [(True, True), ("true", True), (False, False), ("false", False), (None, False)]
)
def test_inbound_knows_whether_a_stream_is_wanted(given: Any, expected: bool) -> None:
    assert Inbound({"stream": given}, b"", {}).stream is expected
    assert Inbound({}, b"", {}).stream is False


def test_inbound_has_the_model_as_text() -> None:
    assert Inbound({"model": "a,b"}, b"", {}).model == "a,b"
    assert Inbound({}, b"", {}).model == ""


def test_read_body_gives_the_object() -> None:
    assert read_body(b'\xef\xbb\xbf{"a": "\xc3\xbc"}') == {"a": "ü"}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b"[" * 100_000, b'{"a":' * 5000])
def test_read_body_refuses_what_is_no_object(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="request body"):
        read_body(raw)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"messages": [USER]}, "model"),
        ({"model": "", "messages": [USER]}, "model"),
        ({"model": 7, "messages": [USER]}, "model"),
        ({"model": "m"}, "messages"),
        ({"model": "m", "messages": []}, "messages"),
        ({"model": "m", "messages": "hi"}, "messages"),
        ({"model": "m", "messages": [USER, "hi"]}, "messages.1"),
        ({"model": "m", "messages": [{"role": "tool"}]}, "messages.0"),
    ],
)
def test_check_messages_names_what_is_wrong(body: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRequest, match=named):
        check_messages(body)


def test_check_messages_lets_unknown_fields_pass() -> None:
    check_messages({"model": "m", "messages": [USER, {"role": "system", "content": [{"type": "new"}]}], "new": 1})
