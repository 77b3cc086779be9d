"""`generationConfig` for every family of models."""

from typing import Any

import pytest
from google.genai import types

from ccr.anthropic.unify import unify
from ccr.dialect.gemini.config import generation_config, thinking_config, wanted_schema
from ccr.dialect.vendor import Vendor
from tests.dialect.gemini.wire import body, to

PRO, FLASH, LITE = "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"
PRO3, PRO31, FLASH3, FLASH38 = (
    "gemini-3-pro-preview",
    "gemini-3.1-pro-preview",
    "gemini-3-flash-preview",
    "gemini-3.8-flash",
)

OFF: dict[str, Any] = {"enabled": False}
ADAPTIVE: dict[str, Any] = {"enabled": True, "adaptive": True}


def budget(tokens: int) -> dict[str, Any]:
    return {"enabled": True, "max_tokens": tokens}


def effort(word: str, **more: Any) -> dict[str, Any]:
    return {"enabled": True, "effort": word, **more}


@pytest.mark.parametrize(
    ("model", "reasoning", "expected"),
    [
        (PRO, OFF, {"thinkingBudget": 128}),
        (FLASH, OFF, {"thinkingBudget": 0}),
        (LITE, OFF, {"thinkingBudget": 0}),
        (PRO3, OFF, {"thinkingLevel": "low"}),
        (FLASH3, OFF, {"thinkingLevel": "minimal"}),
        (FLASH38, OFF, {"thinkingLevel": "low"}),
        (PRO, ADAPTIVE, {"thinkingBudget": -1, "includeThoughts": True}),
        (PRO3, ADAPTIVE, {"includeThoughts": True}),
        (PRO, {"enabled": True}, {"thinkingBudget": -1, "includeThoughts": True}),
        (PRO, budget(50), {"thinkingBudget": 128, "includeThoughts": True}),
        (PRO, budget(40000), {"thinkingBudget": 32768, "includeThoughts": True}),
        (FLASH, budget(31999), {"thinkingBudget": 24576, "includeThoughts": True}),
        (LITE, budget(100), {"thinkingBudget": 512, "includeThoughts": True}),
        (FLASH, effort("low"), {"thinkingBudget": 1024, "includeThoughts": True}),
        (FLASH, effort("medium"), {"thinkingBudget": 8192, "includeThoughts": True}),
        (PRO, effort("high"), {"thinkingBudget": 24576, "includeThoughts": True}),
        (PRO, effort("max"), {"thinkingBudget": 32768, "includeThoughts": True}),
        (PRO, effort("high", adaptive=True), {"thinkingBudget": -1, "includeThoughts": True}),
        (PRO, effort("low", adaptive=True), {"thinkingBudget": 1024, "includeThoughts": True}),
        (PRO3, effort("medium"), {"thinkingLevel": "high", "includeThoughts": True}),
        (PRO31, effort("medium"), {"thinkingLevel": "medium", "includeThoughts": True}),
        (PRO3, effort("minimal"), {"thinkingLevel": "low", "includeThoughts": True}),
        (FLASH3, effort("minimal"), {"thinkingLevel": "minimal", "includeThoughts": True}),
        (FLASH3, effort("xhigh"), {"thinkingLevel": "high", "includeThoughts": True}),
        (FLASH3, budget(1024), {"thinkingLevel": "low", "includeThoughts": True}),
        (FLASH3, budget(5000), {"thinkingLevel": "medium", "includeThoughts": True}),
        (FLASH3, budget(31999), {"thinkingLevel": "high", "includeThoughts": True}),
        ("gemini-2.0-flash", ADAPTIVE, {}),
        ("my-tuned-model", budget(1000), {}),
        (PRO, None, {}),
    ],
)
def test_thinking_config_by_family(model: str, reasoning: Any, expected: Any) -> None:
    assert thinking_config(reasoning, 32000, to(model)) == expected
    types.ThinkingConfig.model_validate(expected)


@pytest.mark.parametrize(("model", "expected"), [(FLASH, {"thinkingBudget": 0}), (PRO3, {"thinkingLevel": "low"})])
def test_thinking_config_leaves_small_replies_their_room(model: str, expected: Any) -> None:
    assert thinking_config(None, 512, to(model)) == expected


def test_thinking_config_spells_levels_as_the_platform_does() -> None:
    found = thinking_config(effort("high"), 32000, to(PRO3, vertex=True))
    assert found == {"thinkingLevel": "HIGH", "includeThoughts": True}


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [(PRO, 128_000, 65536), (PRO, 1000, 1000), ("gemini-2.0-flash", 32000, 8192), ("my-tuned-model", 128_000, 128_000)],
)
def test_output_is_limited_to_what_the_model_gives(model: str, asked: int, sent: int) -> None:
    assert generation_config({"max_tokens": asked}, to(model), has_tools=False)["maxOutputTokens"] == sent


def test_output_is_limited_by_the_users_setting() -> None:
    limited = to(PRO, vendor=Vendor("gemini", max_output=4000))
    assert generation_config({"max_tokens": 32000}, limited, has_tools=False)["maxOutputTokens"] == 4000


def test_sampling_and_stop_sequences_are_mapped() -> None:
    request = {"temperature": 0.5, "top_p": 0.9, "top_k": 40, "stop": ["a", "", "b", "c", "d", "e", "f"]}
    assert generation_config(request, to(PRO), has_tools=False) == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "stopSequences": ["a", "b", "c", "d", "e"],
    }


def test_sampling_is_left_out_where_it_is_fixed() -> None:
    assert generation_config({"temperature": 1, "top_k": 3}, to("gemini-3.6-flash"), has_tools=False) == {}


WANTED = {"type": "json_schema", "json_schema": {"schema": {"properties": {"title": {"type": ["string", "null"]}}}}}


def test_answer_form_is_json_schema_where_the_model_takes_it() -> None:
    schema = {"type": "object", "properties": {"title": {"type": ["string", "null"]}}}
    assert generation_config({"response_format": WANTED}, to(PRO), has_tools=False) == {
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }
    older = generation_config({"response_format": WANTED}, to("gemini-2.0-flash"), has_tools=False)
    assert older["responseSchema"] == {"type": "object", "properties": {"title": {"type": "string", "nullable": True}}}
    assert generation_config({"response_format": {"type": "json_object"}}, to(PRO), has_tools=False) == {
        "responseMimeType": "application/json"
    }
    assert generation_config({"response_format": {"type": "text"}}, to(PRO), has_tools=False) == {}


def test_answer_form_beside_tools_is_asked_for_in_words_where_the_model_cannot_mix() -> None:
    request = {
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"name": "Bash", "input_schema": {}}],
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    }
    older = body(request, PRO)
    assert "responseMimeType" not in older["generationConfig"]
    assert older["systemInstruction"]["parts"][-1]["text"].endswith('{"type":"object"}')
    newer = body(request, PRO3)
    assert newer["generationConfig"]["responseMimeType"] == "application/json"
    assert "systemInstruction" not in newer


def test_wanted_schema_of_other_forms_is_none() -> None:
    assert [wanted_schema(f) for f in (None, {"type": "json_object"}, {"json_schema": 1})] == [None, None, None]


def test_config_is_what_the_sdk_knows() -> None:
    request = unify(
        {
            "max_tokens": 100,
            "temperature": 1,
            "thinking": {"type": "enabled", "budget_tokens": 2000},
            "stop_sequences": ["x"],
            "output_config": {"format": {"type": "json_schema", "schema": {}}},
        }
    )
    types.GenerationConfig.model_validate(generation_config(request, to(PRO), has_tools=False))
