"""The client's request, as far as every route needs it."""

from typing import Any

import pytest

from ccr.anthropic.request import Inbound, check_messages, read_body
from ccr.core.jsonio import dump
from ccr.core.known import History
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


@pytest.mark.parametrize(
    "raw",
    [
        b'{"model":"m","messages":[{"role":"user","content":"hi"},"x",5],"tools":[{"name":"t"}],"stream":true}',
        b'\xef\xbb\xbf{"messages":[{"a":1}]}',
        b'{"messages":null,"tools":{}}',
        b'{"messages":[{"a":"\xff"}],"tools":[{"a":NaN}]}',
        b'{"messages":[],"messages":[{"a":1}]}',
        b" { } ",
    ],
)
def test_read_body_gives_the_same_with_a_history(raw: bytes) -> None:
    history = History()
    plain = read_body(raw)
    assert str([read_body(raw, history) for _ in range(3)]) == str([plain] * 3)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"messages":[{]}', b"[" * 100_000])
def test_read_body_refuses_the_same_with_a_history(raw: bytes) -> None:
    with pytest.raises(BadRequest) as plain:
        read_body(raw)
    with pytest.raises(BadRequest) as found:
        read_body(raw, History())
    assert found.value.message == plain.value.message


def test_read_body_gives_what_the_history_knows() -> None:
    history = History()
    first = read_body(b'{"messages":[{"role":"user"}],"tools":[{"name":"t"}]}', history)
    second = read_body(b'{"messages":[{"role":"user"},{"role":"assistant"}],"tools":[{"name":"t"}]}', history)
    assert second["messages"][0] is first["messages"][0]
    assert second["tools"][0] is first["tools"][0]


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


@pytest.mark.parametrize("known", [True, False])
def test_images_and_documents_are_seen_in_any_message(known: bool) -> None:
    history = History() if known else None
    for kind, found in (("image", (True, False)), ("document", (False, True)), ("text", (False, False))):
        inner = {"role": "user", "content": [{"type": "tool_result", "content": [{"type": kind}]}]}
        raw = dump({"messages": [{"role": "user", "content": 'an "image", a "document"'}, inner]})
        asked = Inbound(body=read_body(raw, history), raw=raw, headers={})
        assert (asked.has_images, asked.has_documents) == found
