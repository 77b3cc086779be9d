"""Thought signatures inside the client's thinking blocks."""

import pytest

from ccr.core.seal import seal
from ccr.dialect.gemini.signature import Signed, pack, unpack


@pytest.mark.parametrize(
    "signed",
    [
        Signed("tool", "abc=", "call_1"),
        Signed("thought", "abc="),
        Signed("text", "abc="),
        Signed("part", part={"toolCall": {"id": "x"}, "thoughtSignature": "s"}),
    ],
)
def test_unpack_returns_what_was_packed(signed: Signed) -> None:
    block = {"type": "thinking", "thinking": "", "signature": seal("google", "gemini-3-pro", pack(signed))}
    assert unpack(block, "google", "gemini-3-pro") == signed


@pytest.mark.parametrize(
    "signature",
    [
        seal("google", "gemini-3-flash", pack(Signed("tool", "a", "b"))),
        seal("other", "gemini-3-pro", pack(Signed("tool", "a", "b"))),
        seal("google", "gemini-3-pro", ""),
        seal("google", "gemini-3-pro", '{"on":"somewhere"}'),
        seal("google", "gemini-3-pro", "no json"),
        "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk",
        "",
        None,
    ],
)
def test_unpack_of_what_is_not_ours_is_none(signature: str | None) -> None:
    assert unpack({"signature": signature}, "google", "gemini-3-pro") is None
