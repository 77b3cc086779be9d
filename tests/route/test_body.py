from typing import Any

import pytest

from ccr.route.body import backwards, blocks, last_words, own_words, reminders, result_text, text, tools
from tests.route.samples import IMAGE, result, system, user

ODD = [None, 5, "x", [], {}, [1, None, "x"], {"a": 1}]


@pytest.mark.parametrize("value", ODD)
def test_odd_values_have_nothing_in_them(value: Any) -> None:
    assert tools({"tools": value}) == []
    assert list(backwards({"messages": value}, "user")) == []
    assert last_words({"messages": value}) == ""
    assert text({"type": "text", "text": value}) == (value if isinstance(value, str) else "")


def test_string_is_one_text_block() -> None:
    assert blocks("hi") == [{"type": "text", "text": "hi"}]
    assert blocks([{"type": "image"}, "x"]) == [{"type": "image"}]


def test_result_text_joins_its_texts() -> None:
    assert result_text(result([{"type": "text", "text": "a"}, IMAGE, {"type": "text", "text": "b"}])) == "a\nb"
    assert result_text(result("plain")) == "plain"


@pytest.mark.parametrize(
    ("said", "own", "reminded"),
    [
        ("hello", "hello", []),
        ("<system-reminder>\na\n</system-reminder>\nhello", "\nhello", ["a"]),
        ("a<system-reminder>b</system-reminder>c<system-reminder>d</system-reminder>e", "ace", ["b", "d"]),
        ("a<system-reminder>never closed", "a", ["never closed"]),
        ("a</system-reminder>b", "a</system-reminder>b", []),
        ("", "", []),
    ],
)
def test_reminders_and_own_words_are_told_apart(said: str, own: str, reminded: list[str]) -> None:
    assert own_words(said) == own
    assert reminders(said) == reminded


def test_last_words_are_the_user_s_own() -> None:
    messages = [
        user("<system-reminder>context</system-reminder>", "first"),
        {"role": "assistant", "content": "answer"},
        user("second", "<system-reminder>note</system-reminder>"),
        {"role": "assistant", "content": [{"type": "tool_use", "name": "Bash", "input": {}}]},
        user(result("output"), "<system-reminder>note</system-reminder>"),
        system("notice"),
    ]
    assert last_words({"messages": messages}) == "second"
