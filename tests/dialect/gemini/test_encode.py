"""Whole requests."""

import json
from typing import Any

import pytest
from google.genai import types

from ccr.anthropic.unify import unify
from ccr.core.jsonio import dump
from ccr.dialect.gemini import Gemini
from ccr.dialect.gemini.encode import encode
from tests.dialect.gemini.wire import target

CLIENT: dict[str, Any] = {
    "model": "google,gemini-2.5-pro",
    "max_tokens": 32000,
    "stream": True,
    "system": [{"type": "text", "text": "You are Claude Code.", "cache_control": {"type": "ephemeral"}}],
    "metadata": {"user_id": "u"},
    "thinking": {"type": "adaptive"},
    "context_management": {"edits": []},
    "output_config": {"effort": "high"},
    "service_tier": "auto",
    "tools": [
        {
            "name": "Read",
            "description": "Reads.",
            "input_schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "limit": {"type": "integer", "exclusiveMinimum": 0},
                },
                "required": ["path"],
                "additionalProperties": False,
            },
        }
    ],
    "messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]}],
}
SENT: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "You are Claude Code."}]},
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "Read",
                    "description": "Reads.",
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "path": {"type": "string", "description": "Minimum length: 1."},
                            "limit": {"type": "integer", "minimum": 1},
                        },
                        "required": ["path"],
                    },
                }
            ]
        }
    ],
    "generationConfig": {
        "maxOutputTokens": 32000,
        "thinkingConfig": {"thinkingBudget": -1, "includeThoughts": True},
    },
}


def test_encode_sends_an_allow_list() -> None:
    call = encode(unify(CLIENT), target())
    assert json.loads(call.body) == SENT
    assert call.url.endswith("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse")
    assert call.method == "POST"


def test_encode_without_stream_asks_for_the_whole_reply() -> None:
    call = encode(unify({**CLIENT, "stream": False}), target())
    assert call.url.endswith(":generateContent")
    assert json.loads(call.body) == SENT


def test_key_travels_in_googles_header_unless_told_otherwise() -> None:
    request = unify(CLIENT)
    assert Gemini().encode(request, target()).auth == "x-goog-api-key"
    assert Gemini().encode(request, target(options={"UseBearer": True})).auth == "bearer"


def test_encode_leaves_the_request_alone_and_is_deterministic() -> None:
    request = unify(CLIENT)
    before = dump(request)
    first = encode(request, target())
    assert (dump(request), encode(request, target()).body) == (before, first.body)


@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemini-2.5-flash", "gemini-3-pro-preview", "gemini-3.8-flash"])
def test_body_is_what_the_sdk_knows(model: str) -> None:
    sent = json.loads(encode(unify(CLIENT), target(model)).body)
    assert set(sent) <= {"systemInstruction", "contents", "tools", "toolConfig", "generationConfig"}
    types.Content.model_validate(sent["systemInstruction"])
    for content in sent["contents"]:
        types.Content.model_validate(content)
    for tool in sent["tools"]:
        types.Tool.model_validate(tool)
    types.GenerationConfig.model_validate(sent["generationConfig"])
