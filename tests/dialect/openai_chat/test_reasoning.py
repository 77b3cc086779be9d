"""Reasoning in every field that vendors use."""

from typing import Any

import pytest

from ccr.dialect.openai_chat.reasoning import Details, Thoughts, reasoning_text


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        ({"reasoning_content": "a"}, "a"),
        ({"reasoning": "a"}, "a"),
        ({"reasoning_text": "a"}, "a"),
        ({"thinking": "a"}, "a"),
        ({"reasoning": "a", "reasoning_content": "a"}, "a"),
        ({"reasoning_content": "", "reasoning": "a"}, "a"),
        ({"reasoning": None, "reasoning_details": [{"type": "reasoning.text", "text": "a"}]}, "a"),
        ({"reasoning_details": [{"summary": "a"}, {"text": "b"}, {"data": "x"}]}, "ab"),
        ({"thinking": [{"type": "text", "text": "a"}, {"text": "b"}]}, "ab"),
        ({"reasoning": {"content": "a"}}, "a"),
        ({"thinking": {"type": "enabled"}}, ""),
        ({"reasoning_details": [{"text": None, "signature": "s"}]}, ""),
        ({"reasoning": 7, "thinking": True}, ""),
        ({}, ""),
    ],
    ids=repr,
)
def test_reasoning_text_is_found_wherever_it_is(delta: dict[str, Any], expected: str) -> None:
    assert reasoning_text(delta) == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["a", "b", "a"], ["a", "b", "a"]),
        (["The user asks me ", "The user asks me to go"], ["The user asks me ", "to go"]),
        (["The user asks me ", "The user asks me ", "more"], ["The user asks me ", "", "more"]),
        (["short", "short too"], ["short", "short too"]),
    ],
    ids=["pieces", "the whole so far", "the same again", "too short to tell"],
)
def test_thoughts_are_new_ones(pieces: list[str], expected: list[str]) -> None:
    thoughts = Thoughts()
    assert [thoughts.read({"reasoning": piece}) for piece in pieces] == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [("So be it.", ""), ("So be it. Now", " Now"), ("", ""), ("Other", "Other")],
    ids=["all of it once more", "with more", "the signature alone", "the rest only"],
)
def test_thoughts_beside_a_signature_are_told_once(last: str, expected: str) -> None:
    thoughts = Thoughts()
    pieces = [{"thinking": {"content": "So "}}, {"thinking": {"content": "be it."}}]
    assert [thoughts.read(piece) for piece in pieces] == ["So ", "be it."]
    assert thoughts.read({"content": None, "thinking": {"content": last, "signature": "1758000000000"}}) == expected


def test_thoughts_know_what_is_told_again() -> None:
    thoughts = Thoughts()
    thoughts.read({"reasoning": "\nThe user"})
    assert [thoughts.repeats(text) for text in ("The ", "user", " asks")] == [True, True, False]
    thoughts.read({"reasoning": " asks"})
    assert thoughts.repeats(" asks")
    assert not thoughts.repeats(" asks")


def collected(*deltas: Any) -> list[Any]:
    details = Details()
    for delta in deltas:
        details.add(delta)
    return details.take()


def text(value: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", **({} if value is None else {"text": value}), **more}


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        ([[text("a", index=0)], [text("b", index=0)]], [text("ab", index=0)]),
        ([[text("a", index=0)], [text("b", index=1)]], [text("a", index=0), text("b", index=1)]),
        ([[text("a")], [text(signature="s", format="f")]], [text("a", signature="s", format="f")]),
        ([[text("a", signature="s")], [text("b")]], [text("a", signature="s"), text("b")]),
        ([[text("a", id="1")], [text("b", id="2")]], [text("a", id="1"), text("b", id="2")]),
        ([[text("a", id=None)], [text("b", id="2")]], [text("ab", id="2")]),
        ([[{"type": "reasoning.encrypted", "data": "a"}]] * 2, [{"type": "reasoning.encrypted", "data": "a"}] * 2),
        ([[text("The user asks me ")], [text("The user asks me more")]], [text("The user asks me more")]),
        ([None, "x", [7, None], []], []),
    ],
    ids=["pieces", "index", "signature", "signed", "id", "late id", "encrypted", "the whole so far", "odd"],
)
def test_details_are_joined_where_they_belong_together(deltas: list[Any], expected: list[Any]) -> None:
    assert collected(*deltas) == expected


def test_details_are_taken_once_and_not_changed() -> None:
    given = text("a")
    details = Details()
    details.add([given])
    details.add([text("b")])
    assert details.take() == [text("ab")]
    assert details.take() == []
    assert given == text("a")
