"""The order that strict chat templates insist on."""

from typing import Any

import pytest

from ccr.core.turns import UNDERSTOOD, with_one_user, without_user_after_tool

IMAGE = {"type": "image_url", "image_url": {"url": "data:,"}}
TEXT = {"type": "text", "text": "go on"}


def said(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    ("result", "user", "expected"),
    [
        ("ok", "go on", [said("tool", "ok\n\ngo on")]),
        ("", "go on", [said("tool", "go on")]),
        (None, "go on", [said("tool", "go on")]),
        ([IMAGE], "go on", [said("tool", [IMAGE, TEXT])]),
        ("ok", [IMAGE], [said("tool", "ok"), said("assistant", UNDERSTOOD), said("user", [IMAGE])]),
    ],
)
def test_a_users_words_join_the_result_before(result: Any, user: Any, expected: list[Any]) -> None:
    assert list(without_user_after_tool([said("tool", result), said("user", user)])) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a", "go on", "a\n\ngo on"),
        ([IMAGE], "go on", [IMAGE, TEXT]),
        ("go on", [IMAGE], [TEXT, IMAGE]),
        (None, [IMAGE], [IMAGE]),
    ],
)
def test_two_messages_of_the_user_are_one(first: Any, second: Any, expected: Any) -> None:
    assert with_one_user([said("user", first), said("user", second)]) == [said("user", expected)]


def test_other_turns_stay() -> None:
    turns = [said("system", "s"), said("user", "a"), said("assistant", "b"), said("tool", "c"), said("assistant", "d")]
    turns.append(said("user", "e"))
    assert with_one_user(without_user_after_tool(turns)) == turns
    assert with_one_user([{}, {}]) == [{}, {}]
