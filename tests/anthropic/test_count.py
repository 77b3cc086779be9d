"""Questions for others who count."""

from typing import Any

import pytest

from ccr.anthropic.count import number, question, text

BODY: dict[str, Any] = {
    "model": "claude-x",
    "max_tokens": 5,
    "stream": True,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "tools": [{"name": "Bash", "description": "runs", "input_schema": {"type": "object"}}],
    "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "ls"}}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "a.py"}]}],
        },
        {"role": "system", "content": "a notice"},
    ],
}


def test_standard_is_the_request_itself() -> None:
    assert question(BODY, model="m", form="standard") == {**BODY, "model": "m", "stream": False}


def test_anthropic_has_only_what_counts() -> None:
    asked = question(BODY, model="m", form="anthropic")
    assert asked == {"model": "m", **{name: BODY[name] for name in ("messages", "system", "tools")}}


def test_openai_is_chat() -> None:
    asked = question(BODY, model="m", form="openai")
    assert asked["model"] == "m"
    assert [message["role"] for message in asked["messages"]] == ["system", "user", "assistant", "user", "system"]
    assert asked["messages"][0]["content"] == 'Be brief.\nBash\nruns\n{"type":"object"}'
    assert [message["content"] for message in asked["messages"][1:]] == [
        "hi",
        'Bash\n{"command":"ls"}',
        "a.py",
        "a notice",
    ]


def test_custom_is_all_text() -> None:
    assert question({"messages": BODY["messages"][:1], "system": "s"}, model="m", form="custom") == {"text": "s\nhi"}


def test_text_has_no_images_and_no_end_of_depth() -> None:
    deep: Any = "down here"
    for _ in range(100):
        deep = [deep]
    image = {"type": "image", "source": {"type": "base64", "data": "iVBOR"}}
    assert text([image, {"type": "text", "text": "seen"}, deep, 7, None]) == "seen"


@pytest.mark.parametrize(
    ("answer", "field", "expected"),
    [
        ({"token_count": 7}, "token_count", 7),
        ({"usage": {"tokens": 7.0}}, "usage.tokens", 7),
        ({"token_count": "7"}, "token_count", None),
        ({"token_count": True}, "token_count", None),
        ({"token_count": 0}, "token_count", None),
        ({"token_count": float("nan")}, "token_count", None),
        ({"token_count": 7}, "usage.tokens", None),
        ([7], "token_count", None),
    ],
)
def test_number(answer: Any, field: str, expected: int | None) -> None:
    assert number(answer, field) == expected
