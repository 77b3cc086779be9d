"""Refusals in the vendors' own wordings, and what is learnt from each."""

# ruff: noqa: E501 -- their sentences are kept whole.

import json
from typing import Any

import pytest

from ccr.keys.fix import Fix, mend
from ccr.keys.learn import diagnose, is_refusal

TURNS: list[dict[str, Any]] = [
    {"role": "system", "content": "s"},
    {"role": "user", "content": "u", "name": "n"},
    {"role": "assistant", "content": "a", "reasoning": "r", "reasoning_content": "r", "thinking": "t"},
]
CHAT: dict[str, Any] = {
    "model": "m",
    "messages": TURNS,
    "tools": [{"type": "function", "function": {"name": "t", "strict": True, "parameters": {"$schema": "x"}}}],
    "tool_choice": "required",
    "max_tokens": 64000,
    "temperature": 0.2,
    "top_p": 1,
    "presence_penalty": 0,
    "stream": True,
    "stream_options": {"include_usage": True},
    "reasoning_effort": "high",
    "parallel_tool_calls": True,
    "metadata": {"user_id": "u"},
    "enable_thinking": True,
}
MESSAGES: dict[str, Any] = {
    "model": "c",
    "max_tokens": 64000,
    "messages": [
        {"role": "user", "content": "hi"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "t", "signature": "s"},
                {"type": "tool_use", "id": "1", "name": "t", "input": {"caller": 1}, "caller": {"type": "direct"}},
            ],
        },
    ],
    "tools": [{"name": "t", "input_schema": {"type": "object"}, "defer_loading": True}],
    "thinking": {"type": "adaptive"},
    "context_management": {"edits": []},
    "output_config": {"effort": "high"},
}
THOUGHTFUL: dict[str, Any] = {
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
    "generationConfig": {"thinkingConfig": {"thinkingBudget": 100}, "maxOutputTokens": 10},
}
GEMINI: dict[str, Any] = {
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
    "tools": [
        {
            "functionDeclarations": [
                {"name": "t", "parameters": {"$schema": "x", "properties": {"a": {"type": "string", "const": "c"}}}}
            ]
        }
    ],
    "generationConfig": {"maxOutputTokens": 100000},
}
RESPONSES: dict[str, Any] = {"model": "m", "input": [{"role": "user", "metadata": {}}], "max_output_tokens": 1}


def openai(message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def forbidden(*where: str | int) -> dict[str, Any]:
    return {"type": "extra_forbidden", "loc": list(where), "msg": "Extra inputs are not permitted", "input": None}


def google(*pairs: tuple[str, str]) -> dict[str, Any]:
    lines = [
        f"Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field." for name, at in pairs
    ]
    return {"error": {"code": 400, "message": "\n".join(lines), "status": "INVALID_ARGUMENT"}}


def drop(*path: str) -> Fix:
    return Fix("drop", path)


def most(tokens: int) -> Fix:
    return Fix("clamp", ("max_tokens",), most=tokens)


def room(tokens: int) -> Fix:
    return Fix("clamp", ("max_tokens",), most=tokens, span="once")


REFUSALS: list[tuple[str, dict[str, Any], Any, tuple[Fix, ...]]] = [
    # Fields that are not known.
    (
        "anthropic top",
        MESSAGES,
        {"type": "error", "error": {"type": "e", "message": "context_management: Extra inputs are not permitted"}},
        (drop("context_management"),),
    ),
    (
        "anthropic tool",
        MESSAGES,
        {"type": "error", "error": {"message": "tools.0.custom.defer_loading: Extra inputs are not permitted"}},
        (drop("tools", "*", "custom", "defer_loading"),),
    ),
    (
        "anthropic block",
        MESSAGES,
        {"error": {"message": "messages.1.content.1.tool_use.caller: Extra inputs are not permitted"}},
        (drop("messages", "*", "content", "*", "tool_use", "caller"),),
    ),
    (
        "quoted by a gateway",
        MESSAGES,
        {"error": {"message": '{"message":"tools.0.custom.defer_loading: Extra inputs are not permitted"}. Group=x'}},
        (drop("tools", "*", "custom", "defer_loading"),),
    ),
    (
        "google",
        GEMINI,
        google(("$schema", "tools[0].function_declarations[0].parameters"), ("$schema", "tools[0].function_declarations[1].parameters")),
        (drop("tools", "*", "function_declarations", "*", "parameters", "$schema"),),
    ),
    (
        "google in properties",
        GEMINI,
        google(("const", "tools[0].function_declarations[0].parameters.properties[0].value")),
        (drop("tools", "*", "function_declarations", "*", "parameters", "properties", "*", "value", "const"),),
    ),
    (
        "google in a wrapper",
        GEMINI,
        google(("$schema", "request.tools[0].function_declarations[0].parameters")),
        (drop("request", "tools", "*", "function_declarations", "*", "parameters", "$schema"),),
    ),
    (
        "groq turn",
        CHAT,
        openai("'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning' is unsupported, did you mean 'role'?)]"),
        (drop("messages", "*", "reasoning"),),
    ),
    ("groq top", CHAT, openai("property 'stream_options' is unsupported, did you mean 'stream'?"), (drop("stream_options"),)),
    (
        "cerebras",
        CHAT,
        {
            "message": "messages.2.assistant.reasoning_content: property 'messages.2.assistant.reasoning_content' is unsupported",
            "code": "wrong_api_format",
        },
        (drop("messages", "*", "assistant", "reasoning_content"),),
    ),
    (
        "mistral",
        CHAT,
        {"object": "error", "message": {"detail": [forbidden("body", "messages", 2, "assistant", "reasoning_content")]}},
        (drop("messages", "*", "assistant", "reasoning_content"),),
    ),
    (
        "fastapi, several at once",
        CHAT,
        {"detail": [forbidden("body", "enable_thinking"), forbidden("body", "metadata")]},
        (drop("enable_thinking"), drop("metadata")),
    ),
    ("openai of old", CHAT, openai("Unrecognized request argument supplied: reasoning_effort"), (drop("reasoning_effort"),)),
    (
        "jsonschema",
        CHAT,
        openai("Additional properties are not allowed ('reasoning' was unexpected) - 'messages.2'"),
        (drop("messages", "*", "reasoning"),),
    ),
    (
        "openai unknown",
        RESPONSES,
        openai("Unknown parameter: 'input[0].metadata'.", "input[0].metadata", "unknown_parameter"),
        (drop("input", "*", "metadata"),),
    ),
    (
        "azure",
        CHAT,
        openai("Unknown parameter: 'stream_options'. (request id: 1)", "stream_options", "unknown_parameter"),
        (drop("stream_options"),),
    ),
    ("a bare word", CHAT, b'"stream_options" is not allowed', (drop("stream_options"),)),
    # Fields that are known and not wanted.
    (
        "openai temperature",
        CHAT,
        openai(
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
            "temperature",
            "unsupported_value",
        ),
        (drop("temperature"),),
    ),
    ("anthropic temperature", CHAT, openai("temperature is deprecated for this model."), (drop("temperature"),)),
    ("kimi temperature", CHAT, openai("invalid temperature: only 1 is allowed for this model"), (drop("temperature"),)),
    (
        "openai max_tokens",
        CHAT,
        openai(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        ),
        (Fix("rename", ("max_tokens",), to="max_completion_tokens"),),
    ),
    (
        "limit of the reply, and no word of another name",
        CHAT,
        openai("Unsupported parameter: 'max_tokens'"),
        (Fix("rename", ("max_tokens",), to="max_completion_tokens"),),
    ),
    (
        "limit of the reply by its other name",
        {"messages": [], "max_completion_tokens": 9},
        openai("Unsupported parameter: 'max_completion_tokens'"),
        (drop("max_completion_tokens"),),
    ),
    ("chatgpt", RESPONSES, {"detail": "Unsupported parameter: max_output_tokens"}, (drop("max_output_tokens"),)),
    (
        "xai",
        CHAT,
        {"code": "Client specified an invalid argument", "error": "Model grok-4 does not support parameter reasoningEffort."},
        (drop("reasoningEffort"),),
    ),
    (
        "xai of old",
        CHAT,
        {"code": "c", "error": "Argument not supported on this model: presencePenalty"},
        (drop("presencePenalty"),),
    ),
    ("deepseek tool_choice", CHAT, openai("deepseek-reasoner does not support this tool_choice"), (drop("tool_choice"),)),
    ("deepseek thinking mode", CHAT, openai("Thinking mode does not support this tool_choice"), (drop("tool_choice"),)),
    (
        "kimi tool_choice",
        CHAT,
        openai("tool_choice 'specified' is incompatible with thinking enabled"),
        (drop("tool_choice"),),
    ),
    (
        "groq response_format",
        {**CHAT, "response_format": {"type": "json_object"}},
        openai("json mode cannot be combined with tool/function calling", "response_format"),
        (drop("response_format"),),
    ),
    (
        "openai stream_options",
        {**CHAT, "stream": False},
        openai("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"),
        (drop("stream_options"),),
    ),
    (
        "anthropic tool_choice",
        {**MESSAGES, "tool_choice": {"type": "any"}},
        {"error": {"message": "Thinking may not be enabled when tool_choice forces tool use."}},
        (drop("tool_choice"),),
    ),
    (
        "dashscope tool_choice",
        CHAT,
        openai("The tool_choice parameter does not support being set to required or object in thinking mode"),
        (drop("tool_choice"),),
    ),
    (
        "anthropic temperature",
        {**MESSAGES, "temperature": 0.5},
        {"error": {"message": "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."}},
        (drop("temperature"),),
    ),
    (
        "anthropic one of two",
        {**MESSAGES, "temperature": 0.5, "top_p": 0.9},
        {"error": {"message": "`temperature` and `top_p` cannot both be specified for this model. Please use only one."}},
        (drop("top_p"),),
    ),
    ("copilot", CHAT, openai("The requested model does not support the parameter(s): top_p"), (drop("top_p"),)),
    ("groq effort", CHAT, openai("`reasoning_effort` must be one of `none` or `default`"), (drop("reasoning_effort"),)),
    (
        "ollama thinking",
        {**CHAT, "enable_thinking": True},
        openai('"llama3" does not support thinking'),
        (drop("enable_thinking"), drop("reasoning_effort")),
    ),
    *(
        (f"google {words}", THOUGHTFUL, {"error": {"code": 400, "message": words}}, (drop("generationConfig", "thinkingConfig"),))
        for words in (
            "The thinking budget 100 is invalid. Please choose a value between 128 and 32768.",
            "Thinking level is not supported for this model.",
            "Budget 0 is invalid. This model only works in thinking mode.",
        )
    ),
    (
        "google signature",
        {"contents": [{"role": "model", "parts": [{"functionCall": {"name": "t", "args": {}}}]}]},
        {"error": {"message": "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly"}},
        (Fix("sign"),),
    ),
    ("anthropic adaptive", MESSAGES, {"error": {"message": "adaptive thinking is not supported on this model"}}, (drop("thinking"),)),
    ("anthropic effort", MESSAGES, {"error": {"message": "This model does not support the effort parameter."}}, (drop("effort"),)),
    # How long the reply may be.
    (
        "openai at most",
        CHAT,
        openai("max_tokens is too large: 64000. This model supports at most 16384 completion tokens, whereas you provided 64000."),
        (most(16384),),
    ),
    ("deepseek range", CHAT, openai("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"), (most(8192),)),
    ("zhipu range", {**CHAT, "max_tokens": 128000}, openai("max_tokens 参数取值范围 [1, 98304]"), (most(98304),)),
    (
        "dashscope range",
        CHAT,
        openai("<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 32768]"),
        (most(32768),),
    ),
    (
        "groq",
        CHAT,
        openai("`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model"),
        (most(8192),),
    ),
    (
        "anthropic maximum",
        MESSAGES,
        {"error": {"message": "max_tokens: 64000 > 32000, which is the maximum allowed number of output tokens for claude-x"}},
        (most(32000),),
    ),
    (
        "volcengine",
        CHAT,
        openai("The parameter `max_tokens` specified in the request are not valid: integer above maximum value, expected a value <= 12288, but got 64000 instead."),
        (most(12288),),
    ),
    (
        "vertex",
        GEMINI,
        {"error": {"message": "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again."}},
        (most(65536),),
    ),
    (
        "bedrock",
        MESSAGES,
        {"message": "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096."},
        (most(4096),),
    ),
    (
        "in param, as a reseller does",
        CHAT,
        {"error": {"message": "Param Incorrect", "param": "max_tokens is too large: 64000. This model supports at most 4096 completion tokens"}},
        (most(4096),),
    ),
    (
        "responses minimum",
        RESPONSES,
        openai("Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.", "max_output_tokens"),
        (Fix("clamp", ("max_tokens",), least=16),),
    ),
    (
        "nvidia fixed value",
        CHAT,
        {"message": "Validation: `top_p` is immutable for this model and must be 0.95, got 1", "type": "Bad Request", "code": 400},
        (drop("top_p"),),
    ),
    (
        "nvidia template",
        {**CHAT, "chat_template_kwargs": {"thinking": True}},
        openai("chat_template is not supported for Mistral tokenizers."),
        (drop("chat_template_kwargs"),),
    ),
    (
        "vllm value",
        CHAT,
        openai("[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\", 'input': 'max'}]"),
        (drop("reasoning_effort"),),
    ),
    (
        "fastapi value",
        CHAT,
        {"detail": [{"type": "literal_error", "loc": ["body", "reasoning_effort"], "msg": "Input should be 'low', 'medium' or 'high'"}]},
        (drop("reasoning_effort"),),
    ),
    (
        "vllm extra in a message",
        CHAT,
        openai("[{'type': 'extra_forbidden', 'loc': ('body', 'messages', 2, 'reasoning'), 'msg': 'Extra inputs are not permitted'}]"),
        (drop("messages", "*", "reasoning"),),
    ),
    # Prompt and reply together.
    (
        "vllm room",
        CHAT,
        openai("'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 64001 tokens and your request has 24235 input tokens (64000 > 64001 - 24235)."),
        (room(64001 - 24235 - 8),),
    ),
    (
        "vllm room, newer",
        CHAT,
        openai("This model's maximum context length is 65536 tokens. However, you requested 64000 output tokens and your prompt contains at least 1537 input tokens, for a total of at least 65537 tokens."),
        (room(32000),),
    ),
    (
        "vllm room, newest",
        CHAT,
        openai("You passed 1537 input tokens and requested 64000 output tokens. However, the model's context length is only 65536 tokens, resulting in a maximum input length of 1536 tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=1537)"),
        (room(32000),),
    ),
    (
        "sglang room",
        CHAT,
        openai("Requested token count exceeds the model's maximum context length of 65536 tokens. You requested a total of 74000 tokens: 10000 tokens from the input messages and 64000 tokens for the completion. Please reduce the number of tokens in the input messages or the completion to fit within the limit."),
        (room(65536 - 10000 - 8),),
    ),
    (
        "openai room",
        CHAT,
        openai("This model's maximum context length is 65000 tokens. However, you requested 66000 tokens (2000 in the messages, 64000 in the completion). Please reduce the length of the messages or completion."),
        (room(65000 - 2000 - 8),),
    ),
    (
        "openrouter room",
        CHAT,
        {"error": {"message": "This endpoint's maximum context length is 131072 tokens. However, you requested about 172000 tokens (76000 of text input, 32000 of tool input, 64000 in the output). Please reduce the length of either one"}},
        (room(131072 - 108000 - 8),),
    ),
    (
        "anthropic room",
        MESSAGES,
        {"error": {"message": "input length and `max_tokens` exceed context limit: 150000 + 64000 > 200000, decrease input length or `max_tokens` and try again"}},
        (room(200000 - 150000 - 8),),
    ),
    # Thoughts.
    (
        "invalid signature",
        MESSAGES,
        {"error": {"message": "messages.1.content.0: Invalid `signature` in `thinking` block"}},
        (Fix("strip_thinking", span="session"),),
    ),
    (
        "invalid signature, quoted twice",
        MESSAGES,
        {"error": {"message": json.dumps({"type": "error", "error": {"message": "messages.5.content.0: Invalid `signature` in `thinking` block"}})}},
        (Fix("strip_thinking", span="session"),),
    ),
    (
        "thoughts changed",
        MESSAGES,
        {"error": {"message": "messages.1.content.1: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were."}},
        (Fix("strip_thinking", span="session"),),
    ),
    (
        "thoughts expected",
        MESSAGES,
        {"error": {"message": "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block"}},
        (Fix("stop_thinking", span="session"),),
    ),
    (
        "budget",
        MESSAGES,
        {"error": {"message": "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation"}},
        (Fix("drop", ("thinking",), span="once"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "answer", "fixes"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusal_is_understood(name: str, body: dict[str, Any], answer: Any, fixes: tuple[Fix, ...]) -> None:
    raw = json.dumps(body).encode()
    told = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    assert diagnose(told, raw) == fixes
    mended = mend(raw, fixes)
    assert mended != raw
    assert diagnose(told, mended) != fixes


@pytest.mark.parametrize(
    "message",
    [
        "Missing `reasoning_content` field in the assistant message at message index 2.",
        "The `reasoning_content` in the thinking mode must be passed back to the API.",
        "thinking is enabled but reasoning_content is missing in assistant tool call message at index 7",
        "The `content[].thinking` in the thinking mode must be passed back to the API.",
    ],
)
def test_missing_reasoning_is_filled_in(message: str) -> None:
    body = {"messages": [{"role": "assistant", "content": "", "tool_calls": [{}]}]}
    (fix,) = diagnose(json.dumps(openai(message)).encode(), json.dumps(body).encode())
    assert fix.op == "fill"


@pytest.mark.parametrize(
    "told",
    [
        {"object": "error", "message": "Tool call id was toolu_01ABC but must be a-z, A-Z, 0-9, with a length of 9.", "type": "invalid_function_call", "param": None, "code": "3280"},
        openai("Tool call id was call_0123456789 but must be a-z, A-Z, 0-9, with a length of 9."),
        openai("Tool call IDs should be alphanumeric strings with length 9!"),
    ],
    ids=["mistral", "vllm", "a chat template"],
)  # fmt: skip
def test_long_ids_of_tool_calls_are_shortened(told: dict[str, Any]) -> None:
    body = {"messages": [{"role": "assistant", "tool_calls": [{"id": "toolu_01ABC"}]}]}
    answer = json.dumps(told).encode()
    assert diagnose(answer, json.dumps(body).encode()) == (Fix("short_ids"),)
    assert diagnose(answer, json.dumps({"messages": [{"tool_call_id": "Ab3dEf6hI"}]}).encode()) == ()


JINJA = """
------------
While executing CallExpression at line 189, column 32 in source:
...== 0) %}{{- raise_exception('After the optional system message, con...
Error: Jinja Exception: After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results."""


@pytest.mark.parametrize(
    "told",
    [
        {"object": "error", "message": "Unexpected role 'user' after role 'tool'", "type": "invalid_request_message_order", "param": None, "code": "3230"},
        {"object": "error", "message": "After the optional system message, conversation roles must alternate user/assistant/user/assistant/...", "code": 400},
        {"error": {"code": 500, "message": JINJA, "type": "server_error"}},
    ],
    ids=["mistral", "vllm", "llama.cpp"],
)  # fmt: skip
def test_turns_are_ordered_as_the_template_wants(told: dict[str, Any]) -> None:
    body = {"messages": [{"role": "tool", "content": "x"}, {"role": "user", "content": "y"}]}
    answer = json.dumps(told).encode()
    assert diagnose(answer, json.dumps(body).encode()) == (Fix("take_turns"),)
    assert diagnose(answer, json.dumps(CHAT).encode()) == ()


@pytest.mark.parametrize("status", [400, 404, 500])
def test_images_that_a_model_can_not_see_are_left_out(status: int) -> None:
    told = json.dumps(openai("No endpoints found that support image input")).encode()
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
    assert is_refusal(status, told)
    (fix,) = diagnose(told, json.dumps(body).encode())
    mended = mend(json.dumps(body).encode(), [fix])
    assert b"image_url" not in mended
    assert diagnose(told, mended) == ()


def test_a_model_that_is_not_there_is_no_refusal_of_the_body() -> None:
    assert not is_refusal(404, json.dumps(openai("model not found")).encode())
    assert not is_refusal(500, json.dumps(openai("boom")).encode())


HOPELESS: list[Any] = [
    openai("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."),
    openai(
        "'max_tokens' is too large: 64000. This model's maximum context length is 8192 tokens and your request has 8190 input tokens"
    ),
    openai("tools.0.custom.input_schema: Extra inputs are not permitted"),
    openai("'messages' is not supported"),
    openai("max_tokens must be at least 1, got -853. (parameter=max_tokens, value=-853)", "max_tokens"),
    openai("[{'type': 'literal_error', 'loc': ('body', 'messages', 0, 'role'), 'msg': 'Input should be'}]"),
    openai("Unsupported value: 'stream' does not support true with this model."),
    openai("Unknown parameter: 'nothing_that_was_sent'."),
    openai("This model does not support image input"),
    openai("Invalid JSON"),
    {"error": "Bad Request"},
    [],
    None,
]


@pytest.mark.parametrize("answer", HOPELESS, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("body", [CHAT, MESSAGES, GEMINI], ids=["chat", "messages", "gemini"])
def test_nothing_is_learnt_from_what_cannot_be_mended(answer: Any, body: dict[str, Any]) -> None:
    assert diagnose(json.dumps(answer).encode(), json.dumps(body).encode()) == ()


@pytest.mark.parametrize("answer", [b"", b"\xff\xfe", b"<html>not supported</html>", b"{" * 3000])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"{" * 3000])
def test_garbage_is_no_lesson(answer: bytes, body: bytes) -> None:
    assert diagnose(answer, body) == ()


def test_a_flood_of_complaints_is_bounded() -> None:
    pairs = [(f"x{index}", "tools[0].function_declarations[0].parameters") for index in range(5000)]
    assert diagnose(json.dumps(google(*pairs)).encode(), json.dumps(GEMINI).encode()) == ()
