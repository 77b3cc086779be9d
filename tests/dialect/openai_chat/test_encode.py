"""The fields of a request in each vendor's words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.anthropic.unify import unify
from ccr.core.jsonio import dump, load
from ccr.core.toolname import wire_name
from ccr.dialect.openai_chat import OpenAIChat
from ccr.dialect.openai_chat.encode import encode, reasoning_fields
from ccr.dialect.vendor import Vendor
from tests.dialect.official import check_chat
from tests.dialect.openai_chat.sent import (
    MARK,
    PDF,
    PNG,
    VENDORS,
    Json,
    assistant,
    at,
    result,
    sent,
    text,
    thought,
    tool,
    use,
    user,
)

SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
FORMAT = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
TITLE: Json = {**FORMAT, "thinking": {"type": "disabled"}, "stream": True, "system": "You write titles."}

# All that Claude Code may put into a request, as one body.
EVERYTHING: Json = {
    "stream": True,
    "max_tokens": 64000,
    "temperature": 1,
    "top_p": 0.9,
    "top_k": 5,
    "stop_sequences": ["a", "b", "c", "d", "e"],
    "metadata": {"user_id": "user_secret"},
    "safeguards": [{"live_cwd": "/home/secret"}],
    "context_management": {"edits": []},
    "service_tier": "auto",
    "container": "c",
    "thinking": {"type": "adaptive", "display": "omitted"},
    "output_config": {"effort": "high"},
    "new_field": 1,
    "system": [text("You are Claude Code.", **MARK), text("Rules.", **MARK)],
    "tools": [tool("Bash", **MARK, strict=True), tool("Deferred", defer_loading=True), SEARCH],
    "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    "messages": [
        user(text("look"), PNG, PDF),
        {"role": "system", "content": "plan mode", "output_config": {"effort": "low"}},
        assistant(thought("hm"), {"type": "redacted_thinking", "data": "d"}, text("ok"), use(command="ls")),
        user(result(content=[text("x"), PNG], **MARK), text("go on", **MARK)),
    ],
}

# What each strict vendor documents; anything else is refused there ("property ... is unsupported", "extra_forbidden").
COMMON = {"model", "messages", "stream", "temperature", "top_p", "stop", "tools", "tool_choice", "parallel_tool_calls"}
ALLOWED: dict[str, set[str]] = {
    # https://console.groq.com/docs/api-reference#chat-create
    "groq": COMMON
    | {"stream_options", "max_completion_tokens", "response_format", "reasoning_effort", "reasoning_format"},
    # https://inference-docs.cerebras.ai/api-reference/chat-completions
    "cerebras": COMMON
    | {"stream_options", "max_completion_tokens", "response_format", "reasoning_effort", "reasoning_format"},
    # https://docs.mistral.ai/api/endpoint/chat
    "mistral": COMMON | {"max_tokens", "response_format", "reasoning_effort"},
    "unknown": COMMON | {"stream_options", "max_tokens", "response_format"},
}


@pytest.mark.parametrize("vendor", ALLOWED)
@pytest.mark.parametrize("body", [EVERYTHING, TITLE], ids=["everything", "title"])
def test_strict_vendors_get_documented_fields_only(vendor: str, body: Json) -> None:
    assert sent(at(vendor), **body).keys() <= ALLOWED[vendor]


@pytest.mark.parametrize("vendor", VENDORS)
def test_nobody_gets_what_is_anthropics_or_the_users_own(vendor: str) -> None:
    body = dump(sent(at(vendor), **EVERYTHING)).decode()
    for word in (
        "secret",
        "metadata",
        "safeguards",
        "context_management",
        "defer_loading",
        "new_field",
        '"signature"',
        "$schema",
    ):
        assert word not in body
    assert '"ttl"' not in body


@pytest.mark.parametrize("vendor", ["openai", "azure", "unknown", "xai", "groq", "together", "ollama", "local"])
@pytest.mark.parametrize("body", [EVERYTHING, TITLE], ids=["everything", "title"])
def test_openais_own_types_take_the_body(vendor: str, body: Json) -> None:
    found = sent(at(vendor), **body)
    check_chat({k: v for k, v in found.items() if k != "top_k"})


def test_encode_changes_nothing_and_is_the_same_every_time() -> None:
    request = unify({"model": "x", **EVERYTHING})
    before = dump(request)
    first = encode(request, at("openrouter"))
    assert dump(request) == before
    assert encode(request, at("openrouter")) == first


def test_the_call_goes_to_the_address_with_the_vendors_kind_of_key() -> None:
    call = OpenAIChat().encode(unify({"model": "x", "messages": [user("a")]}), at("azure"))
    assert (call.url, call.auth, call.method) == (VENDORS["azure"][0], "api-key", "POST")


@pytest.mark.parametrize(
    ("vendor", "model", "asked", "expected"),
    [
        ("unknown", "m", 64000, {"max_tokens": 64000}),
        ("openai", "gpt-4.1", 64000, {"max_completion_tokens": 64000}),
        ("openai", "gpt-5", 1, {"max_completion_tokens": 16}),
        ("deepseek", "deepseek-chat", 64000, {"max_tokens": 8192}),
        ("openrouter", "x/y", 1, {"max_tokens": 16}),
        ("unknown", "m", 0, {}),
        ("unknown", "m", None, {}),
    ],
)
def test_limits(vendor: str, model: str, asked: Any, expected: Json) -> None:
    found = sent(at(vendor, model), max_tokens=asked)
    assert {k: v for k, v in found.items() if "tokens" in k} == expected


@pytest.mark.parametrize(
    ("vendor", "model", "expected"),
    [
        ("unknown", "m", {"temperature": 0.5, "top_p": 0.9, "stop": ["a", "b", "c", "d"]}),
        ("together", "m", {"temperature": 0.5, "top_p": 0.9, "top_k": 5, "stop": ["a", "b", "c", "d"]}),
        ("openai", "gpt-5", {}),
        ("xai", "grok-4", {"temperature": 0.5, "top_p": 0.9}),
    ],
)
def test_sampling(vendor: str, model: str, expected: Json) -> None:
    found = sent(at(vendor, model), temperature=0.5, top_p=0.9, top_k=5, stop_sequences=list("abcde"))
    assert {k: v for k, v in found.items() if k in ("temperature", "top_p", "top_k", "stop")} == expected


@pytest.mark.parametrize(
    ("vendor", "stream", "expected"),
    [
        ("unknown", True, {"stream": True, "stream_options": {"include_usage": True}}),
        ("unknown", False, {"stream": False}),
        ("unknown", "true", {"stream": True, "stream_options": {"include_usage": True}}),
        ("mistral", True, {"stream": True}),
    ],
)
def test_streams_ask_for_their_usage(vendor: str, stream: Any, expected: Json) -> None:
    found = sent(at(vendor), stream=stream)
    assert {k: v for k, v in found.items() if k.startswith("stream")} == expected


FUNCTION = {"type": "function", "function": {"name": "Bash"}}


@pytest.mark.parametrize(
    ("vendor", "choice", "expected"),
    [
        ("unknown", None, {}),
        ("unknown", {"type": "auto"}, {"tool_choice": "auto"}),
        ("unknown", {"type": "any"}, {"tool_choice": "required"}),
        ("unknown", {"type": "none"}, {"tool_choice": "none"}),
        ("unknown", {"type": "tool", "name": "Bash"}, {"tool_choice": FUNCTION}),
        ("unknown", {"type": "tool", "name": "web_search"}, {}),
        (
            "unknown",
            {"type": "auto", "disable_parallel_tool_use": True},
            {"tool_choice": "auto", "parallel_tool_calls": False},
        ),
        ("ollama", {"type": "auto", "disable_parallel_tool_use": True}, {"tool_choice": "auto"}),
        ("glm", {"type": "any"}, {"tool_choice": "auto"}),
        ("glm", {"type": "tool", "name": "Bash"}, {}),
        ("deepseek", {"type": "any"}, {"tool_choice": "required"}),
        ("siliconflow", {"type": "tool", "name": "Bash"}, {"tool_choice": FUNCTION}),
    ],
    ids=repr,
)
def test_tool_choice(vendor: str, choice: Any, expected: Json) -> None:
    found = sent(at(vendor), tools=[tool(), SEARCH], tool_choice=choice)
    assert {k: v for k, v in found.items() if k in ("tool_choice", "parallel_tool_calls")} == expected


@pytest.mark.parametrize(
    ("model", "thinking", "choice", "sent_thinking"),
    [
        ("deepseek-chat", {"type": "disabled"}, "required", {"type": "disabled"}),
        ("deepseek-chat", None, "required", {"type": "disabled"}),
        ("deepseek-chat", {"type": "enabled", "budget_tokens": 1024}, None, {"type": "enabled"}),
        ("deepseek-reasoner", None, "auto", None),
    ],
    ids=["off", "not asked for", "asked for", "always thinks"],
)
def test_a_forced_choice_is_sent_unless_the_client_wants_to_think(
    model: str, thinking: Json | None, choice: str | None, sent_thinking: Json | None
) -> None:
    found = sent(at("deepseek", model), tools=[tool()], tool_choice={"type": "any"}, thinking=thinking)
    assert (found.get("tool_choice"), found.get("thinking")) == (choice, sent_thinking)


def test_a_choice_without_tools_is_left_out() -> None:
    found = sent(at(), tools=[SEARCH], tool_choice={"type": "tool", "name": "web_search"})
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & found.keys()


@pytest.mark.parametrize(
    ("vendor", "model", "expected"),
    [
        ("openrouter", "x/y", {"plugins": [{"id": "web"}]}),
        ("openai", "gpt-4o-search-preview", {"web_search_options": {}}),
        ("qwen", "qwen-plus", {"enable_search": True}),
        ("unknown", "m", {}),
    ],
)
def test_web_search_is_the_vendors_own(vendor: str, model: str, expected: Json) -> None:
    found = sent(at(vendor, model), tools=[SEARCH])
    assert {
        k: v for k, v in found.items() if k in ("plugins", "web_search_options", "enable_search", "tools")
    } == expected


def test_web_search_is_a_tool_at_glm() -> None:
    found = sent(at("glm"), tools=[tool(), SEARCH])["tools"]
    assert [t["type"] for t in found] == ["function", "web_search"]


def test_more_tools_than_the_vendor_takes_are_left_out_but_not_those_in_use() -> None:
    tools = [tool(f"t{n}") for n in range(300)]
    body = sent(at("openai"), tools=tools, messages=[assistant(use(name="t299")), user(result())])
    names = [t["function"]["name"] for t in body["tools"]]
    assert len(names) == 128
    assert (names[0], names[-1]) == ("t0", "t299")


def test_schemas_are_objects_without_unions_at_the_top() -> None:
    odd = {"anyOf": [{"properties": {"a": {"type": "array"}}}], "$schema": "x"}
    found = sent(at(), tools=[{"name": "x", "input_schema": odd}])["tools"][0]["function"]["parameters"]
    assert found == {"properties": {"a": {"type": "array", "items": {}}}, "type": "object"}


@pytest.mark.parametrize(
    ("vendor", "thinking", "expected"),
    [
        ("openai", {"thinking": {"type": "enabled", "budget_tokens": 1000}}, {"reasoning_effort": "low"}),
        ("openai", {"thinking": {"type": "enabled", "budget_tokens": 8000}}, {"reasoning_effort": "medium"}),
        ("openai", {"thinking": {"type": "enabled", "budget_tokens": 31999}}, {"reasoning_effort": "high"}),
        (
            "openai",
            {"output_config": {"effort": "max"}, "thinking": {"type": "adaptive"}},
            {"reasoning_effort": "high"},
        ),
        ("openai", {"thinking": {"type": "adaptive"}}, {}),
        ("openai", {"thinking": {"type": "disabled"}}, {"reasoning_effort": "minimal"}),
        ("openai", {}, {}),
        ("openrouter", {"thinking": {"type": "enabled", "budget_tokens": 2000}}, {"reasoning": {"max_tokens": 2000}}),
        ("openrouter", {"thinking": {"type": "adaptive"}}, {"reasoning": {"enabled": True}}),
        ("openrouter", {"output_config": {"effort": "low"}}, {"reasoning": {"effort": "low"}}),
        ("openrouter", {"thinking": {"type": "disabled"}}, {"reasoning": {"enabled": False}}),
        (
            "deepseek",
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        ),
        ("deepseek", {"thinking": {"type": "adaptive"}}, {}),
        (
            "deepseek",
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
            {"reasoning_effort": "max"},
        ),
        ("deepseek", {"thinking": {"type": "disabled"}}, {"thinking": {"type": "disabled"}}),
        (
            "qwen",
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            {"enable_thinking": True, "thinking_budget": 2000},
        ),
        ("qwen", {"thinking": {"type": "disabled"}}, {"enable_thinking": False}),
        ("qwen", {"thinking": {"type": "adaptive"}}, {}),
        ("unknown", {"thinking": {"type": "enabled", "budget_tokens": 2000}}, {}),
        ("groq", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}, {}),
    ],
    ids=repr,
)
def test_thinking_is_asked_for_in_the_vendors_way(vendor: str, thinking: Json, expected: Json) -> None:
    model = {"openai": "gpt-5", "qwen": "qwen-plus"}.get(vendor, "")
    names = ("reasoning", "reasoning_effort", "thinking", "enable_thinking", "thinking_budget", "think")
    found = sent(at(vendor, model), **thinking)
    assert {k: v for k, v in found.items() if k in names} == expected


@pytest.mark.parametrize(
    "model", ["openai/o3", "openai/gpt-5", "google/gemini-2.5-pro", "x-ai/grok-4", "minimax/minimax-m2"]
)
def test_models_that_always_reason_are_told_to_reason_little(model: str) -> None:
    assert sent(at("openrouter", model), thinking={"type": "disabled"})["reasoning"] == {"effort": "low"}


@pytest.mark.parametrize(
    ("vendor", "model", "thinking", "expected"),
    [
        ("glm", "glm-4.7", "enabled", {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("glm", "glm-4.7", "adaptive", {"thinking": {"clear_thinking": False}}),
        ("glm", "glm-4.7", "disabled", {"thinking": {"type": "disabled"}}),
        (
            "glm",
            "glm-5.3",
            "disabled",
            {"thinking": {"type": "enabled", "clear_thinking": False}, "reasoning_effort": "low"},
        ),
        ("minimax", "MiniMax-M3", "enabled", {"thinking": {"type": "adaptive"}}),
        ("minimax", "MiniMax-M3", "disabled", {"thinking": {"type": "disabled"}}),
        ("minimax", "MiniMax-M2.5", "disabled", {}),
    ],
)
def test_models_have_their_own_thinking_object(vendor: str, model: str, thinking: str, expected: Json) -> None:
    found = sent(at(vendor, model), thinking={"type": thinking, "budget_tokens": 31999})
    assert {k: v for k, v in found.items() if k in ("thinking", "reasoning_effort")} == expected


def test_ollamas_own_switch() -> None:
    vendor = Vendor(reasoning="think")
    assert reasoning_fields({"enabled": False}, vendor) == {"think": False}
    assert reasoning_fields({"enabled": True, "adaptive": True}, vendor) == {}
    assert reasoning_fields(None, vendor) == {}


def test_structured_output_where_the_vendor_takes_a_schema() -> None:
    body = sent(at("openai"), **TITLE)
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "output", "schema": SCHEMA, "strict": True},
    }
    assert body["messages"][0]["content"] == "You write titles."


def test_structured_output_has_a_legal_name() -> None:
    request = unify({"model": "x", "messages": [user("a")]})
    wanted = {"type": "json_schema", "json_schema": {"name": "a title", "schema": {"$schema": "x", **SCHEMA}}}
    request["response_format"] = wanted
    found = load(encode(request, at("openai")).body)["response_format"]["json_schema"]
    assert found == {"name": wire_name("a title"), "schema": SCHEMA, "strict": False}


def test_structured_output_is_strict_only_where_the_schema_allows() -> None:
    loose = {"type": "json_schema", "schema": {**SCHEMA, "required": []}}
    body = sent(at("openai"), output_config={"format": loose})
    assert body["response_format"]["json_schema"]["strict"] is False


@pytest.mark.parametrize("system", ["You write titles.", None], ids=["with a system prompt", "without"])
def test_structured_output_is_told_in_words_where_it_has_no_field(system: str | None) -> None:
    body = sent(at("deepseek"), **{**TITLE, "system": system})
    assert body["response_format"] == {"type": "json_object"}
    said = body["messages"][0]
    assert said["role"] == "system"
    assert said["content"].startswith(system or "Answer")
    assert "JSON Schema" in said["content"]
    assert '"title"' in said["content"]


def test_who_asks_is_the_session_at_most() -> None:
    assert sent(at("openai", session="s"))["prompt_cache_key"] == "s"
    assert "prompt_cache_key" not in sent(at("unknown", session="s"))
    assert "prompt_cache_key" not in sent(at("openai"))


def test_fields_of_the_users_own_configuration_are_sent() -> None:
    request = unify({"model": "x", "messages": [user("a")], "service_tier": "standard_only"})
    assert not {"user", "service_tier"} & load(encode(request, at()).body).keys()
    request.update(user="me", service_tier="flex", stop="END", response_format={"type": "json_object"})
    body = load(encode(request, at()).body)
    assert (body["user"], body["service_tier"], body["stop"]) == ("me", "flex", ["END"])
    assert body["response_format"] == {"type": "json_object"}


BLOCKS = st.sampled_from([text("a"), text("b", **MARK), PNG, PDF, {"type": "search_result", "title": "t"}])
TURNS = st.lists(
    st.tuples(
        st.lists(BLOCKS, min_size=1, max_size=3),
        st.booleans(),
        st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
    ),
    min_size=1,
    max_size=4,
)


def conversation(turns: list[tuple[list[Json], bool, list[str]]]) -> list[Json]:
    """Return a session: each turn is the user's blocks, maybe a late system message, and the assistant's calls."""
    found: list[Json] = []
    open_calls: list[str] = []
    for number, (blocks, has_aside, calls) in enumerate(turns):
        found.append(user(*(result(call, [text("r"), PNG]) for call in open_calls), *blocks))
        if has_aside:
            found.append({"role": "system", "content": f"mode {number}"})
        open_calls = [f"{call}{number}" for call in calls]
        found.append(assistant(thought("t"), text(f"answer {number}"), *(use(call) for call in open_calls)))
    return found


@given(TURNS, st.sampled_from(sorted(VENDORS)))
def test_a_turn_begins_with_the_bytes_of_the_turn_before(
    turns: list[tuple[list[Json], bool, list[str]]], vendor: str
) -> None:
    given = conversation(turns)
    ends = [n for n, m in enumerate(given) if m["role"] == "assistant"]
    rests = {"system": [text("s")], "tools": [tool()]}
    before: list[bytes] = []
    for end in ends:
        # Marks and the beginning of an answer wander through a session; they are no part of the prompt.
        body = sent(at(vendor), messages=without_marks(given[:end]), **rests)
        now = [dump(message) for message in body["messages"]]
        assert now[: len(before)] == before
        before = now


def without_marks(messages: list[Json]) -> list[Json]:
    return [
        {**m, "content": [{k: v for k, v in b.items() if k != "cache_control"} for b in m["content"]]}
        if isinstance(m["content"], list)
        else m
        for m in messages
    ]
