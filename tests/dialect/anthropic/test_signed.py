"""Signatures are read out of replies that nobody translates."""

from ccr.dialect.anthropic.signed import Signatures, signature_of


def test_signatures_of_a_stream_are_put_together_by_block() -> None:
    found = Signatures()
    found.event({"index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}})
    found.event({"index": 0, "delta": {"type": "signature_delta", "signature": "ab"}})
    found.event({"index": 0, "delta": {"type": "signature_delta", "signature": "c"}})
    found.event({"index": 1, "content_block": {"type": "redacted_thinking", "data": "d"}})
    found.event({"index": 2, "content_block": {"type": "text", "text": '"signature'}})
    assert found.all == ["abc", "d"]


def test_an_index_may_be_anything() -> None:
    found = Signatures()
    for index in (None, {}, "0"):
        found.event({"index": index, "delta": {"type": "signature_delta", "signature": "a"}})
    assert found.all == ["aaa"]


def test_signatures_of_a_message_are_those_of_its_blocks() -> None:
    found = Signatures()
    found.message({"content": [{"type": "thinking", "thinking": "x", "signature": "s"}, {"type": "text"}, 7]})
    found.message({"content": "text"})
    assert found.all == ["s"]


def test_a_block_without_a_signature_proves_nothing() -> None:
    assert signature_of({"type": "thinking", "thinking": "x"}) == ""
    assert signature_of({"type": "thinking", "signature": None}) == ""
    assert signature_of({"type": "text", "signature": "s"}) == ""
