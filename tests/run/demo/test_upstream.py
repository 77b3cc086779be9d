"""The made-up model of the demo."""

from typing import Any

from ccr.run.demo.upstream import GREETING, answer, joined

TOOLS = [{"type": "function", "function": {"name": "Bash"}}]
QUESTION = {"role": "user", "content": "hi"}


def whole(body: dict[str, Any]) -> dict[str, Any]:
    return dict(joined(answer(body))["choices"][0])


def test_a_question_is_answered_with_a_tool_call() -> None:
    found = whole({"messages": [QUESTION], "tools": TOOLS})
    assert found["finish_reason"] == "tool_calls"
    assert found["message"]["tool_calls"][0]["function"]["name"] == "Bash"


def test_a_tools_result_is_answered_in_words() -> None:
    found = whole({"messages": [QUESTION, {"role": "tool", "content": "42"}], "tools": TOOLS})
    assert found["finish_reason"] == "stop"
    assert "42" in found["message"]["content"]


def test_without_tools_there_is_a_greeting() -> None:
    assert whole({"messages": [QUESTION]})["message"]["content"] == GREETING


def test_json_is_given_where_it_is_demanded() -> None:
    found = whole({"messages": [QUESTION], "response_format": {"type": "json_schema"}})
    assert found["message"]["content"].startswith("{")
