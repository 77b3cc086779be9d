# ruff: noqa: RUF001 - DeepSeek's tokens are made of full-width bars.

import json

import pytest

from ccr.transform.textcall import Call, read_calls

TOOLS = {
    "Bash": {"type": "object", "properties": {"command": {"type": "string"}, "timeout": {"type": "integer"}}},
    "mcp__a.b-c": {},
}

SAMPLES = {
    "hermes": '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls", "timeout": 5}}\n</tool_call>',
    "hermes, arguments as text": '<tool_call>{"name": "Bash", '
    '"arguments": "{\\"command\\": \\"ls\\", \\"timeout\\": 5}"}</tool_call>',
    "sloppy json": "<tool_call>{'name': 'Bash', 'arguments': {'command': 'ls', 'timeout': 5,}}</tool_call>",
    "parameters": '<function_call>{"function": {"name": "Bash", '
    '"parameters": {"command": "ls", "timeout": 5}}}</function_call>',
    "bare": '{"type": "function", "name": "Bash", "parameters": {"command": "ls", "timeout": 5}}',
    "glm": "<tool_call>Bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n"
    "<arg_key>timeout</arg_key>\n<arg_value>5</arg_value>\n</tool_call>",
    "glm in one line": "<tool_call>Bash<arg_key>command</arg_key><arg_value>ls</arg_value>"
    "<arg_key>timeout</arg_key><arg_value>5</arg_value></tool_call>",
    "qwen coder": "<tool_call>\n<function=Bash>\n<parameter=command>\nls\n</parameter>\n"
    "<parameter=timeout>\n5\n</parameter>\n</function>\n</tool_call>",
    "qwen coder, naked": "<function=Bash>\n<parameter=command>\nls\n</parameter>\n"
    "<parameter=timeout>\n5\n</parameter>\n</function>",
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>"
    '{"command": "ls", "timeout": 5}<|tool_call_end|><|tool_calls_section_end|>',
    "minimax": '<minimax:tool_call>\n<invoke name="Bash">\n<parameter name="command">ls</parameter>\n'
    '<parameter name="timeout">5</parameter>\n</invoke>\n</minimax:tool_call>',
    "invoke, naked": '<invoke name="Bash"><parameter name="command">ls</parameter>'
    '<parameter name="timeout">5</parameter></invoke>',
    "deepseek v3": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>Bash\n```json\n"
    '{"command": "ls", "timeout": 5}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    "deepseek v3.1": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Bash<｜tool▁sep｜>"
    '{"command": "ls", "timeout": 5}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    "deepseek v3.2": '<｜DSML｜function_calls>\n<｜DSML｜invoke name="Bash">\n'
    '<｜DSML｜parameter name="command" string="true">ls</｜DSML｜parameter>\n'
    '<｜DSML｜parameter name="timeout" string="false">5</｜DSML｜parameter>\n'
    "</｜DSML｜invoke>\n</｜DSML｜function_calls>",
    "mistral": '[TOOL_CALLS]Bash[ARGS]{"command": "ls", "timeout": 5}',
    "mistral, list": '[TOOL_CALLS][{"name": "Bash", "arguments": {"command": "ls", "timeout": 5}}]',
}


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_markup_is_the_same_call(text: str) -> None:
    (call,) = read_calls(text, TOOLS)
    assert call.name == "Bash"
    assert json.loads(call.arguments) == {"command": "ls", "timeout": 5}


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES.keys())
def test_a_tool_that_is_not_offered_is_not_called(text: str) -> None:
    assert read_calls(text, {"Read": {}}) == []


def test_several_calls_come_in_their_order() -> None:
    kimi = "<|tool_call_begin|>Bash:{}<|tool_call_argument_begin|>{{}}<|tool_call_end|>"
    assert read_calls(kimi.format(0) + kimi.format(1), TOOLS) == [Call("Bash", "{}")] * 2
    assert read_calls("[TOOL_CALLS]Bash[ARGS]{}[TOOL_CALLS]mcp__a.b-c[ARGS]{}", TOOLS) == [
        Call("Bash", "{}"),
        Call("mcp__a.b-c", "{}"),
    ]


def test_one_unknown_call_makes_all_of_it_text() -> None:
    assert read_calls('[TOOL_CALLS][{"name": "Bash", "arguments": {}}, {"name": "Nope", "arguments": {}}]', TOOLS) == []


def test_values_keep_their_own_lines_and_spaces() -> None:
    text = "<function=Bash>\n<parameter=command>\n  a\n\n  b <c>\n</parameter>\n</function>"
    assert json.loads(read_calls(text, TOOLS)[0].arguments) == {"command": "  a\n\n  b <c>"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<tool_call></tool_call>",
        "<tool_call>Let me think</tool_call>",
        '<tool_call>{"name": "Bash"}</tool_call>',
        '<tool_call>{"name": "Bash", "arguments": ["ls"]}</tool_call>',
        '<tool_call>{"name": "Bash", "arguments": {"command": "cut o</tool_call>',
        "<function=Bash><parameter=command>cut o</function>",
        "<function=Bash>some words</function>",
        '<|tool_call_begin|>Bash:0<|tool_call_argument_begin|>{"command": "cut o',
        '<invoke name="Bash"><parameter name="command">cut o</invoke>',
        "[TOOL_CALLS] is a token",
        "[TOOL_CALLS][1, 2]",
        "[" * 100_000,
    ],
)
def test_what_is_no_whole_call_is_none(text: str) -> None:
    assert read_calls(text, TOOLS) == []
