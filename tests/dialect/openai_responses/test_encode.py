"""What goes into a Responses body beside the conversation."""

import json
from itertools import pairwise
from typing import Any

import pytest

from ccr.dialect.openai_responses import OpenAIResponses
from tests.dialect import official
from tests.dialect.target import (
    IMAGE,
    PDF,
    Json,
    assistant,
    body_of,
    request,
    result,
    search,
    system,
    target,
    tool,
    use,
)
from tests.dialect.target import user as user_message

FORMAT: Json = {
    "type": "object",
    "properties": {"t": {"type": "string"}},
    "required": ["t"],
    "additionalProperties": False,
}


def sent(given: Json, host: str = "openai", model: str = "gpt-5.4", **fields: Any) -> Json:
    return body_of(OpenAIResponses(), target(host, model, **fields), given)


def test_body_is_what_openai_takes() -> None:
    given = request(
        user_message("look", IMAGE, PDF),
        system("mode: plan"),
        assistant("yes", use("c1", command="ls"), use("c2", "Read")),
        user_message(result("c1", [{"type": "text", "text": "a"}, IMAGE]), result("c2", is_error=True), "go on"),
        system=[{"type": "text", "text": "You are.", "cache_control": {"type": "ephemeral"}}],
        tools=[tool(), tool("Read"), search(max_uses=8, user_location={"type": "approximate", "city": "Rome"})],
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
        thinking={"type": "adaptive"},
        output_config={"effort": "high", "format": {"type": "json_schema", "schema": FORMAT}},
        metadata={"user_id": "secret"},
        context_management={"edits": []},
        safeguards=[{"type": "dangerous_tool_use"}],
        service_tier="auto",
        top_k=5,
        stop_sequences=["x"],
    )
    official.check_responses(sent(given, "local", "gpt-5.4", session="s"))


def test_nothing_is_stored_and_reasoning_comes_encrypted() -> None:
    body = sent(request())
    assert body["store"] is False
    assert body["include"] == ["reasoning.encrypted_content"]
    assert "include" not in sent(request(), model="gpt-4.1")


@pytest.mark.parametrize(
    ("fields", "model", "reasoning"),
    [
        ({}, "gpt-5.4", None),
        ({"thinking": {"type": "adaptive"}}, "gpt-5.4", {"summary": "auto"}),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}}, "gpt-5.4", "xhigh"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}}, "o3", "high"),
        ({"output_config": {"effort": "medium"}}, "o3", "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "gpt-5", "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 8192}}, "gpt-5", "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 31999}}, "gpt-5", "high"),
        ({"thinking": {"type": "disabled"}}, "gpt-5.4", {"effort": "none"}),
        ({"thinking": {"type": "disabled"}}, "gpt-5", {"effort": "minimal"}),
        ({"thinking": {"type": "disabled"}}, "o3", {"effort": "low"}),
        ({"thinking": {"type": "adaptive"}}, "gpt-4.1", None),
    ],
)
def test_thinking_becomes_the_models_effort(fields: Json, model: str, reasoning: Any) -> None:
    wanted = {"effort": reasoning, "summary": "auto"} if isinstance(reasoning, str) else reasoning
    assert sent(request(**fields), model=model).get("reasoning") == wanted


def test_search_needs_more_than_minimal_effort() -> None:
    given = request(tools=[search()])
    given["reasoning"] = {"enabled": True, "effort": "minimal"}
    assert sent(given, model="gpt-5")["reasoning"]["effort"] == "low"


@pytest.mark.parametrize(
    ("model", "thinking", "taken"),
    [
        ("gpt-4.1", "adaptive", True),
        ("gpt-5.4", "adaptive", False),
        ("gpt-5.4", "disabled", True),
        ("o3", "disabled", False),
    ],
)
def test_sampling_is_for_models_that_do_not_reason(model: str, thinking: str, taken: bool) -> None:
    body = sent(request(thinking={"type": thinking}, temperature=0.5, top_p=0.9), model=model)
    assert ({"temperature", "top_p"} <= body.keys()) is taken
    assert "stop" not in sent(request(stop_sequences=["x"]))


@pytest.mark.parametrize(("asked", "limit"), [(1, 16), (16, 16), (64000, 64000)])
def test_probe_of_one_token_is_raised(asked: int, limit: int) -> None:
    assert sent(request(max_tokens=asked))["max_output_tokens"] == limit


def test_tools_are_flat_and_not_strict() -> None:
    body = sent(request(tools=[tool(strict=True, defer_loading=False), {"name": "mcp.x y", "input_schema": {}}]))
    first, second = body["tools"]
    assert first == {
        "type": "function",
        "name": "Bash",
        "description": "Runs.",
        "parameters": {"type": "object", "properties": {"command": {"type": "string"}}},
        "strict": False,
    }
    assert second["name"].startswith("mcp_x_y_")
    assert second["parameters"] == {"type": "object", "properties": {}}


def test_tool_that_is_offered_twice_is_sent_once() -> None:
    assert [t["name"] for t in sent(request(tools=[tool(), tool("Read"), tool()]))["tools"]] == ["Bash", "Read"]


def test_of_too_many_tools_those_in_use_are_kept() -> None:
    tools = [tool(f"t{number}") for number in range(200)]
    given = request(user_message("hi"), assistant(use("c", "t199")), user_message(result("c")), tools=tools)
    given["tool_choice"] = {"type": "function", "function": {"name": "t150"}}
    body = sent(given)
    names = [t["name"] for t in body["tools"]]
    assert len(names) == 128
    assert {"t0", "t150", "t199"} <= set(names)
    assert names == sorted(names, key=lambda name: int(name[1:]))
    assert body["tool_choice"] == {"type": "function", "name": "t150"}


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "Bash"}, {"type": "function", "name": "Bash"}),
        ({"type": "tool", "name": "Gone"}, None),
        (None, None),
    ],
)
def test_tool_choice(choice: Any, found: Any) -> None:
    assert sent(request(tools=[tool()], tool_choice=choice)).get("tool_choice") == found


def test_without_tools_there_is_no_choice() -> None:
    body = sent(request(tool_choice={"type": "any", "disable_parallel_tool_use": True}))
    assert not body.keys() & {"tools", "tool_choice", "parallel_tool_calls"}


def test_web_search_becomes_openais_own() -> None:
    body = sent(request(tools=[search(max_uses=8, allowed_domains=["a.example"])]))
    assert body["tools"] == [{"type": "web_search", "filters": {"allowed_domains": ["a.example"]}}]
    assert body["max_tool_calls"] == 8
    assert "web_search_call.action.sources" in body["include"]


@pytest.mark.parametrize("others", [[], [tool()]])
def test_search_that_is_forced_is_the_only_tool(others: list[Json]) -> None:
    """Claude Code's own search request forces it; a choice by type is not in the API."""
    body = sent(request(tools=[*others, search()], tool_choice={"type": "tool", "name": "web_search"}))
    assert body["tools"] == [{"type": "web_search"}]
    assert body["tool_choice"] == "required"


def test_domains_that_are_blocked() -> None:
    given = request(tools=[search(blocked_domains=["b.example", "c.example"])], system="You are.")
    assert sent(given)["instructions"] == "You are.\n\nDo not use web pages of these domains: b.example, c.example."
    xai = sent(given, "xai", "grok-4")
    assert xai["tools"][0]["filters"] == {"excluded_domains": ["b.example", "c.example"]}
    assert xai["instructions"] == "You are."


def test_search_at_openrouter_is_a_plugin() -> None:
    body = sent(request(tools=[tool(), search()]), "openrouter", "openai/gpt-5.4")
    assert body["plugins"] == [{"id": "web"}]
    assert [t["name"] for t in body["tools"]] == ["Bash"]


def test_other_server_tools_are_left_out() -> None:
    tools = [{"type": "code_execution_20250825", "name": "code_execution"}, {"type": "web_fetch_20250910", "name": "f"}]
    assert "tools" not in sent(request(tools=tools))


@pytest.mark.parametrize(("schema", "strict"), [(FORMAT, True), ({**FORMAT, "required": []}, False)])
def test_structured_output(schema: Json, strict: bool) -> None:
    wanted = {"format": {"type": "json_schema", "schema": {"$schema": "x", **schema}}}
    found = sent(request(output_config=wanted))["text"]["format"]
    assert found == {"type": "json_schema", "name": "output", "schema": schema, "strict": strict}


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"type": "json_object"}, {"format": {"type": "json_object"}}),
        ({"type": "text"}, None),
        ({"type": "json_schema"}, None),
    ],
)
def test_other_formats(wanted: Json, text: Any) -> None:
    assert sent({**request(), "response_format": wanted}).get("text") == text


def test_session_and_user_are_told_without_naming_them() -> None:
    given = request(metadata={"user_id": '{"device_id":"d","session_id":"s"}'}, service_tier="standard_only")
    body = sent(given, session="5f1c")
    assert body["prompt_cache_key"] == "5f1c"
    assert len(body["safety_identifier"]) == 64
    assert "device_id" not in json.dumps(body)
    assert body["service_tier"] == "default"
    assert len(sent(given, session="s" * 100)["prompt_cache_key"]) == 64
    assert "prompt_cache_key" not in sent(given)


def test_vendor_that_is_known_to_take_less_gets_less() -> None:
    given = request(
        metadata={"user_id": "u"}, service_tier="auto", thinking={"type": "adaptive"}, tools=[search(max_uses=1)]
    )
    body = sent(given, "groq", "openai/gpt-oss-20b", session="s")
    assert not body.keys() & {"prompt_cache_key", "safety_identifier", "service_tier", "include", "max_tool_calls"}


@pytest.mark.parametrize("host", ["openai", "local", "groq"])
def test_fields_that_only_anthropic_knows_stay_here(host: str) -> None:
    given = request(
        context_management={"edits": []},
        safeguards=[{"cwd": "/home/me"}],
        container="c",
        mcp_servers=[],
        top_k=3,
        speed="fast",
    )
    body = sent(given, host, "gpt-5.4")
    assert body.keys() <= {"model", "stream", "store", "max_output_tokens", "include", "input", "instructions"}


def test_bytes_of_a_turn_begin_with_those_of_the_turn_before() -> None:
    dialect, at = OpenAIResponses(), target("openai", "gpt-5.4", session="s")
    common: Json = {
        "system": "You are.",
        "tools": [tool()],
        "thinking": {"type": "adaptive"},
        "metadata": {"user_id": "u"},
    }
    turns = [
        user_message("one"),
        system("note"),
        assistant("two", use("c1")),
        user_message(result("c1"), "three"),
        assistant("four"),
        user_message("five"),
    ]
    bodies = [dialect.encode(request(*turns[:n], **common), at).body for n in (2, 4, 6)]
    for shorter, longer in pairwise(bodies):
        assert longer.startswith(shorter.removesuffix(b"]}"))


def test_request_is_not_changed() -> None:
    given = request(user_message("x", IMAGE), assistant(use()), user_message(result()), tools=[tool(), search()])
    before = repr(given)
    sent(given)
    assert repr(given) == before
