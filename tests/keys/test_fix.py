"""Changes to encoded bodies of every wire format."""

import json
from typing import Any

import pytest

from ccr.keys.fix import ANY, UNSIGNED, Fix, apply, mend

CHAT: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "reasoning": "r", "tool_calls": [{"function": {"arguments": "{}"}}]},
        {"role": "tool", "content": "x", "cache_control": {"type": "ephemeral"}},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "t",
                "strict": True,
                "parameters": {
                    "$schema": "x",
                    "properties": {"strict": {"type": "string", "format": "uri"}, "format": {"type": "string"}},
                },
            },
        }
    ],
    "max_tokens": 64000,
    "stream_options": {"include_usage": True},
}
GEMINI: dict[str, Any] = {
    "contents": [{"parts": [{"functionCall": {"name": "t", "args": {"title": "T"}}}]}],
    "tools": [{"functionDeclarations": [{"parameters": {"properties": {"a": {"type": "string", "title": "A"}}}}]}],
    "generationConfig": {"maxOutputTokens": 64000, "responseSchema": {"title": "R"}},
}
ANTHROPIC: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": "s"}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "t"}, {"type": "tool_use", "caller": 1}]},
    ],
    "max_tokens": 64000,
    "thinking": {"type": "enabled", "budget_tokens": 31999},
    "context_management": {"edits": []},
}


def mended(body: dict[str, Any], fix: Fix) -> Any:
    return json.loads(mend(json.dumps(body).encode(), [fix]))


@pytest.mark.parametrize(
    ("body", "path", "gone"),
    [
        (CHAT, ("stream_options",), ["stream_options", "include_usage"]),
        (CHAT, ("messages", ANY, "reasoning"), ["reasoning"]),
        (CHAT, ("messages", ANY, "assistant", "reasoning"), ["reasoning"]),
        (CHAT, ("request", "messages", ANY, "reasoning"), ["reasoning"]),
        (CHAT, ("reasoning",), ["reasoning"]),
        (CHAT, ("cache_control",), ["cache_control"]),
        (CHAT, ("tools", ANY, "function", "parameters", "$schema"), ["$schema"]),
        (CHAT, ("tools", ANY, "properties", ANY, "value", "$schema"), ["$schema"]),
        (ANTHROPIC, ("messages", ANY, "content", ANY, "tool_use", "caller"), ["caller"]),
    ],
)
def test_drop_takes_out_the_field_and_nothing_else(
    body: dict[str, Any], path: tuple[str, ...], gone: list[str]
) -> None:
    text = json.dumps(mended(body, Fix("drop", path)))
    assert [key for key in _keys(body) if f'"{key}":' not in text] == gone


def test_drop_spares_what_users_have_named() -> None:
    after = mended(CHAT, Fix("drop", ("tools", ANY, "parameters", "deep", "format")))
    assert after["tools"][0]["function"]["parameters"]["properties"] == {
        "strict": {"type": "string"},
        "format": {"type": "string"},
    }
    after = mended(GEMINI, Fix("drop", ("title",)))
    assert after["contents"] == GEMINI["contents"]
    assert after["tools"][0]["functionDeclarations"][0]["parameters"]["properties"] == {"a": {"type": "string"}}
    assert after["generationConfig"]["responseSchema"] == {}


def test_drop_finds_names_in_another_spelling_and_objects_by_index() -> None:
    path = ("tools", ANY, "function_declarations", ANY, "parameters", "properties", ANY, "value", "title")
    after = mended(GEMINI, Fix("drop", path))
    assert after["tools"][0]["functionDeclarations"][0]["parameters"]["properties"] == {"a": {"type": "string"}}
    assert after["generationConfig"] == GEMINI["generationConfig"]


def test_drop_spares_the_text_of_blocks_of_that_name() -> None:
    body = {key: value for key, value in ANTHROPIC.items() if key != "thinking"}
    assert mended(body, Fix("drop", ("thinking",))) == body


def test_rename_moves_the_value() -> None:
    after = mended(CHAT, Fix("rename", ("max_tokens",), to="max_completion_tokens"))
    assert "max_tokens" not in after
    assert after["max_completion_tokens"] == 64000


@pytest.mark.parametrize(
    ("body", "fix", "value"),
    [
        (CHAT, Fix("clamp", ("max_tokens",), most=8192), 8192),
        (CHAT, Fix("clamp", ("max_tokens",), most=99000), 64000),
        ({"max_output_tokens": 1}, Fix("clamp", ("max_tokens",), least=16), 16),
        ({"max_completion_tokens": 64000}, Fix("clamp", ("max_tokens",), most=5), 5),
        ({"max_tokens": True}, Fix("clamp", ("max_tokens",), most=5), True),
    ],
)
def test_clamp_finds_the_limit_by_any_name(body: dict[str, Any], fix: Fix, value: int) -> None:
    after = mended(body, fix)
    assert next(after[key] for key in after if key.startswith("max")) == value


def test_clamp_reaches_into_the_generation_config() -> None:
    assert mended(GEMINI, Fix("clamp", ("max_tokens",), most=8))["generationConfig"]["maxOutputTokens"] == 8


def test_clamp_keeps_the_thinking_budget_below_the_limit() -> None:
    after = mended(ANTHROPIC, Fix("clamp", ("max_tokens",), most=8192))
    assert after["thinking"]["budget_tokens"] == 8191


def test_fill_gives_reasoning_to_the_turns_that_lack_it() -> None:
    body = {"messages": [{"role": "assistant"}, {"role": "user"}, {"role": "assistant", "reasoning_content": "r"}]}
    after = mended(body, Fix("fill", ("messages", ANY, "reasoning_content"), to="."))
    assert [m.get("reasoning_content") for m in after["messages"]] == [".", None, "r"]


def test_fill_gives_anthropic_turns_a_block() -> None:
    body = {"messages": [{"role": "assistant", "content": [{"type": "tool_use"}]}]}
    after = mended(body, Fix("fill", ("messages", ANY, "reasoning_content"), to="."))
    assert [block["type"] for block in after["messages"][0]["content"]] == ["thinking", "tool_use"]


def test_short_ids_keep_a_call_and_its_result_together() -> None:
    def body(first: str, second: str) -> dict[str, Any]:
        calls = [{"id": call_id, "type": "function"} for call_id in (first, second)]
        results = [{"role": "tool", "tool_call_id": call_id} for call_id in (first, second)]
        return {"messages": [{"role": "assistant", "tool_calls": calls}, *results, {"role": "user"}]}

    after = mended(body("Ab3dEf6hI", "toolu_01"), Fix("short_ids"))
    short = after["messages"][2]["tool_call_id"]
    assert after == body("Ab3dEf6hI", short)
    assert len(short) == 9
    assert mended(after, Fix("short_ids")) == after


def test_take_turns_lets_no_user_speak_after_a_tool() -> None:
    turns = [("user", "a"), ("user", "b"), ("assistant", ""), ("tool", "c"), ("user", "d")]
    after = mended({"messages": [{"role": role, "content": text} for role, text in turns]}, Fix("take_turns"))
    assert [(turn["role"], turn["content"]) for turn in after["messages"]] == [
        ("user", "a\n\nb"),
        ("assistant", ""),
        ("tool", "c\n\nd"),
    ]
    assert mended(after, Fix("take_turns")) == after


def test_strip_thinking_leaves_the_rest_of_each_turn() -> None:
    after = mended(ANTHROPIC, Fix("strip_thinking"))
    assert after["messages"] == [
        ANTHROPIC["messages"][0],
        {"role": "assistant", "content": [{"type": "tool_use", "caller": 1}]},
    ]
    assert after["thinking"] == ANTHROPIC["thinking"]


def test_stop_thinking_asks_for_none() -> None:
    after = mended(ANTHROPIC, Fix("stop_thinking"))
    assert "thinking" not in after
    assert "context_management" not in after


@pytest.mark.parametrize(
    "fix",
    [
        Fix("drop", ("nothing",)),
        Fix("rename", ("max_output",), to="x"),
        Fix("clamp", ("max_tokens",), most=99000),
        Fix("short_ids"),
        Fix("take_turns"),
        Fix("strip_thinking"),
        Fix("fill", ("messages", ANY, "reasoning"), to="."),
    ],
)
def test_a_fix_that_changes_nothing_leaves_the_very_bytes(fix: Fix) -> None:
    raw = b'{ "messages": [],  "max_tokens": 5 }'
    assert mend(raw, [fix]) is raw


@pytest.mark.parametrize("value", [[], "x", 1, None])
def test_what_is_no_object_is_left_alone(value: Any) -> None:
    assert not apply(Fix("drop", ("x",)), value)


@pytest.mark.parametrize(
    "op", ["drop", "rename", "clamp", "fill", "sign", "short_ids", "take_turns", "strip_thinking", "stop_thinking"]
)
def test_a_fix_says_what_it_does(op: Any) -> None:
    assert len(str(Fix(op, ("a", "b"), to="c"))) > 5


def _keys(value: Any) -> list[str]:
    found: list[str] = []
    if isinstance(value, dict):
        for key, child in value.items():
            found += [key, *_keys(child)]
    elif isinstance(value, list):
        for child in value:
            found += _keys(child)
    return list(dict.fromkeys(found))


def test_sign_marks_the_first_call_of_a_turn_that_has_no_signature() -> None:
    call = {"functionCall": {"name": "t"}}
    signed = {**call, "thoughtSignature": "mine"}
    body = {"contents": [{"role": "model", "parts": [{"text": "x"}, call, call]}, {"role": "model", "parts": [signed]}]}
    after = mended(body, Fix("sign"))
    assert after["contents"][0]["parts"] == [{"text": "x"}, {**call, "thoughtSignature": UNSIGNED}, call]
    assert after["contents"][1]["parts"] == [signed]


def test_sign_knows_how_openais_format_carries_it() -> None:
    body = {"messages": [{"role": "assistant", "tool_calls": [{"id": "1"}, {"id": "2"}]}, {"role": "tool"}]}
    first, second = mended(body, Fix("sign"))["messages"][0]["tool_calls"]
    assert first["extra_content"] == {"google": {"thought_signature": UNSIGNED}}
    assert second == {"id": "2"}
