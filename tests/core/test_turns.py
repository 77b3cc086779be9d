"""The order that strict chat templates insist on."""

from typing import Any

import pytest

from ccr.core.turns import UNDERSTOOD, with_few_calls, with_one_user, without_user_after_tool

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


def turn(*ids: str, content: str | None = None) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "reasoning_content": "hm", "tool_calls": [{"id": i} for i in ids]}


def result(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": call_id.upper()}


def test_a_turn_of_many_calls_becomes_several_with_their_results() -> None:
    results = [result(call_id) for call_id in "ecabd"]
    messages = [said("user", "go"), turn(*"abcde", content="so"), *results, said("user", "on"), turn("f"), result("f")]
    assert with_few_calls(messages, most=2) == [
        said("user", "go"),
        turn("a", "b", content="so"),
        result("a"),
        result("b"),
        turn("c", "d"),
        result("c"),
        result("d"),
        turn("e"),
        result("e"),
        said("user", "on"),
        turn("f"),
        result("f"),
    ]
    assert messages[1] == turn(*"abcde", content="so")


def test_a_turn_of_many_calls_may_be_the_last_message() -> None:
    assert with_few_calls([turn(*"abc")], most=2) == [turn("a", "b"), turn("c")]


def test_turns_of_few_calls_stay_the_same_objects() -> None:
    messages = [turn(*"ab"), result("a"), result("b")]
    assert with_few_calls(messages, most=2) is messages
