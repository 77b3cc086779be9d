"""Signatures that carry no seal are told apart by who was seen to make them."""

from ccr.core.origin import Origins


def test_makers_are_known_by_the_signatures_that_were_noted() -> None:
    origins = Origins()
    origins.note("deepseek", ["a", "b"])
    origins.note("claude", ["c", ""])
    assert [origins.maker(signature) for signature in ("a", "b", "c", "d", "")] == [
        "deepseek",
        "deepseek",
        "claude",
        "",
        "",
    ]


def test_a_later_maker_of_the_same_signature_counts() -> None:
    origins = Origins()
    origins.note("deepseek", ["a"])
    origins.note("claude", ["a"])
    assert origins.maker("a") == "claude"


def test_the_oldest_are_forgotten_when_it_is_full() -> None:
    origins = Origins(limit=2)
    origins.note("p", ["a", "b"])
    origins.note("p", ["a", "c"])
    assert [origins.maker(signature) for signature in "abc"] == ["p", "", "p"]


def test_a_signature_that_is_no_text_is_no_fault() -> None:
    origins = Origins()
    origins.note("p", ["\ud800"])
    assert origins.maker("\ud800") == "p"
