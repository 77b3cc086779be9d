"""What goes into a Messages body beside the conversation."""

import json
from itertools import pairwise
from typing import Any

import pytest

from ccr.dialect.anthropic import Anthropic
from ccr.dialect.anthropic.encode import messages_body
from tests.dialect import official
from tests.dialect.target import (
    IMAGE,
    PDF,
    Json,
    assistant,
    body_of,
    request,
    result,
    sealed,
    search,
    system,
    target,
    thinking,
    tool,
    use,
    user,
)

OPUS, OLD = "claude-opus-4-8", "claude-sonnet-4-5"
MARK = {"type": "ephemeral", "ttl": "1h"}
SCHEMA: Json = {"type": "object", "properties": {"t": {"type": "string"}}}


def sent(given: Json, host: str = "anthropic", model: str = OPUS, **fields: Any) -> Json:
    return body_of(Anthropic(), target(host, model, **fields), given)


def everything() -> Json:
    return request(
        user("look", IMAGE, PDF),
        system("plan mode"),
        assistant(thinking("EqQB"), "yes", use("toolu_1", command="ls")),
        user(result("toolu_1", [{"type": "text", "text": "a"}, IMAGE], cache_control=MARK), "go on"),
        system=[{"type": "text", "text": "You are.", "cache_control": MARK}],
        tools=[tool(defer_loading=True), search(max_uses=8)],
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
        thinking={"type": "adaptive", "display": "summarized"},
        output_config={"effort": "high", "format": {"type": "json_schema", "schema": SCHEMA}},
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        metadata={"user_id": "u"},
        stop_sequences=["x"],
        service_tier="auto",
        inference_geo="eu",
        max_tokens=9000,
    )


def test_anthropic_gets_back_what_the_client_sent() -> None:
    body = sent(everything())
    official.check_messages(body)
    for field in ("thinking", "output_config", "context_management", "metadata", "stop_sequences", "inference_geo"):
        assert field in body
    assert body["tools"] == [tool(defer_loading=True), search(max_uses=8)]
    assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert [m["role"] for m in body["messages"]] == ["user", "system", "assistant", "user"]


def test_imitators_get_an_allow_list() -> None:
    body = sent(everything(), "glm", "glm-5")
    official.check_messages(body)
    assert body.keys() == {
        *("model", "max_tokens", "stream", "system", "messages", "tools", "tool_choice", "thinking", "stop_sequences")
    }
    assert [set(t) for t in body["tools"]] == [{"name", "description", "input_schema"}]
    assert "cache_control" not in json.dumps(body)


def test_vertex_gets_what_needs_no_beta() -> None:
    body = messages_body(everything(), target("vertex", OPUS))
    assert not body.keys() & {"context_management", "inference_geo", "service_tier"}
    assert body["tools"][-1] == search(max_uses=8)
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]
    scoped = request(user({"type": "text", "text": "x", "cache_control": {**MARK, "scope": "global"}}))
    assert messages_body(scoped, target("vertex", OPUS))["messages"][0]["content"][0]["cache_control"] == MARK


def test_betas_are_for_anthropic() -> None:
    given = {**request(), "anthropic": {"betas": ["a-1", "b-2"]}}
    call = Anthropic().encode(given, target("anthropic", OPUS))
    assert call.headers == {"anthropic-version": "2023-06-01", "anthropic-beta": "a-1,b-2"}
    assert "betas" not in json.loads(call.body)
    assert "anthropic-beta" not in Anthropic().encode(given, target("glm", "glm-5")).headers


@pytest.mark.parametrize(
    ("host", "options", "auth"),
    [
        ("anthropic", {}, "x-api-key"),
        ("anthropic", {"UseBearer": True}, "bearer"),
        ("gateway", {}, "x-api-key"),
        ("glm", {}, "x-api-key"),
        ("openrouter", {}, "bearer"),
        ("vertex", {}, "google"),
    ],
)
def test_key_travels_as_the_vendor_wants(host: str, options: Json, auth: str) -> None:
    assert Anthropic().encode(request(), target(host, OPUS, options=options)).auth == auth


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({"type": "any"}, {"type": "any"}),
        ({"type": "none"}, {"type": "none"}),
        ({"type": "none", "disable_parallel_tool_use": True}, {"type": "none"}),
        ({"type": "tool", "name": "Bash"}, {"type": "tool", "name": "Bash"}),
        ({"type": "tool", "name": "web_search"}, {"type": "tool", "name": "web_search"}),
        ({"type": "tool", "name": "Gone", "disable_parallel_tool_use": True},
         {"type": "auto", "disable_parallel_tool_use": True}),
        (None, None),
    ],
)  # fmt: skip
def test_tool_choice(choice: Any, found: Any) -> None:
    assert sent(request(tools=[tool(), search()], tool_choice=choice)).get("tool_choice") == found


def test_choice_of_a_tool_that_is_left_out_goes_too() -> None:
    body = sent(request(tools=[search()], tool_choice={"type": "tool", "name": "web_search"}), "glm", "glm-5")
    assert not body.keys() & {"tools", "tool_choice"}


@pytest.mark.parametrize("host", ["gateway", "local"])
def test_a_search_is_asked_for_where_nothing_is_known_of_the_address(host: str) -> None:
    body = sent(request(tools=[search()], tool_choice={"type": "tool", "name": "web_search"}), host, "some-model")
    assert (body["tools"], body["tool_choice"]["name"]) == ([search()], "web_search")


def test_schema_always_has_a_type() -> None:
    body = sent(request(tools=[{"name": "a", "input_schema": {"anyOf": [{"properties": {}}]}}]))
    assert body["tools"][0]["input_schema"]["type"] == "object"


def test_tool_without_a_schema_for_claude_code_stays_at_anthropic_only() -> None:
    given = request(tools=[tool(), tool("DeferredToolPlaceholder", defer_loading=True)])
    assert len(sent(given)["tools"]) == 2
    assert [t["name"] for t in sent(given, "glm", "glm-5")["tools"]] == ["Bash"]


def in_loop(*content: Any) -> tuple[Json, ...]:
    return user("a"), assistant(*content), user(result())


@pytest.mark.parametrize(
    ("messages", "asked", "model", "thinks"),
    [
        (in_loop(thinking("EqQB"), use()), {"type": "enabled", "budget_tokens": 2000}, OLD, True),
        (in_loop(thinking(sealed("EqQB", OLD)), use()), {"type": "enabled", "budget_tokens": 2000}, OLD, True),
        (in_loop(use()), {"type": "enabled", "budget_tokens": 2000}, OLD, False),
        (in_loop(thinking(sealed("x", "gpt-5")), use()), {"type": "enabled", "budget_tokens": 2000}, OLD, False),
        (in_loop(thinking(sealed("x", "gpt-5")), use()), {"type": "adaptive"}, OPUS, False),
        (in_loop(use()), {"type": "adaptive"}, OPUS, True),
        (in_loop(thinking(sealed("x", "gpt-5")), use()), {"type": "disabled"}, OPUS, True),
        ((*in_loop(use()), assistant("done"), user("next")), {"type": "enabled", "budget_tokens": 2000}, OLD, True),
    ],
)
def test_thinking_pauses_in_a_loop_that_another_model_began(
    messages: tuple[Json, ...], asked: Json, model: str, thinks: bool
) -> None:
    body = sent(request(*messages, thinking=asked, max_tokens=9000, tools=[tool()]), model=model)
    assert ("thinking" in body) is thinks


@pytest.mark.parametrize(
    ("asked", "thinks"), [({"type": "enabled", "budget_tokens": 2000}, False), ({"type": "adaptive"}, True)]
)
def test_forced_tool_excludes_a_thinking_budget(asked: Json, thinks: bool) -> None:
    model = OLD if asked["type"] == "enabled" else OPUS
    body = sent(request(tools=[tool()], tool_choice={"type": "any"}, thinking=asked, max_tokens=9000), model=model)
    assert ("thinking" in body) is thinks


@pytest.mark.parametrize(
    ("host", "model", "fields", "found"),
    [
        ("anthropic", OLD, {}, {"temperature", "top_k"}),
        ("anthropic", OLD, {"temperature": None}, {"top_p", "top_k"}),
        ("anthropic", OLD, {"thinking": {"type": "enabled", "budget_tokens": 2000}}, set()),
        ("anthropic", OPUS, {}, set()),
        ("glm", "glm-5", {"thinking": {"type": "adaptive"}}, {"temperature", "top_p", "top_k"}),
    ],
)
def test_sampling(host: str, model: str, fields: Json, found: set[str]) -> None:
    given = request(**{"temperature": 0.5, "top_p": 0.9, "top_k": 5, "max_tokens": 9000, **fields})
    body = sent(given, host, model)
    assert body.keys() & {"temperature", "top_p", "top_k"} == found


@pytest.mark.parametrize(
    ("host", "model", "effort", "found"),
    [
        ("anthropic", OPUS, "xhigh", "xhigh"),
        ("anthropic", "claude-opus-4-6", "xhigh", "high"),
        ("anthropic", "claude-opus-4-5", "max", "high"),
        ("anthropic", OLD, "high", None),
        ("anthropic", "claude-mock", "max", "max"),
        ("deepseek", "m", "high", "high"),
        ("glm", "glm-5", "high", None),
    ],
)
def test_effort(host: str, model: str, effort: str, found: Any) -> None:
    body = sent(request(output_config={"effort": effort}), host, model)
    assert body.get("output_config", {}).get("effort") == found


def test_effort_of_other_vendors_is_put_in_anthropics_words() -> None:
    given = {**request(), "reasoning": {"enabled": True, "effort": "minimal"}}
    assert sent(given)["output_config"] == {"effort": "low"}


@pytest.mark.parametrize(("model", "taken"), [(OPUS, True), (OLD, True), ("claude-3-7-sonnet-latest", False)])
def test_structured_output(model: str, taken: bool) -> None:
    body = sent(request(output_config={"format": {"type": "json_schema", "schema": SCHEMA}}), model=model)
    assert ("output_config" in body) is taken


def test_only_the_last_four_cache_marks_are_kept() -> None:
    marked = [{"type": "text", "text": str(n), "cache_control": MARK} for n in range(3)]
    given = request(
        user(*marked),
        assistant(use()),
        user({**result("toolu_1", [marked[0]]), "cache_control": MARK}),
        system=[marked[0]],
        tools=[tool(cache_control=MARK)],
    )
    before = repr(given)
    body = sent(given)
    assert repr(given) == before
    assert json.dumps(body).count("cache_control") == 4
    assert "cache_control" not in body["tools"][0]
    assert "cache_control" in body["messages"][2]["content"][0]


@pytest.mark.parametrize(("asked", "found"), [(None, 8192), (0, 8192), (5, 5)])
def test_limit_is_always_told(asked: Any, found: int) -> None:
    assert sent(request(max_tokens=asked))["max_tokens"] == found


def test_user_that_an_edit_names_is_told() -> None:
    assert sent({**request(), "user": "u"})["metadata"] == {"user_id": "u"}
    assert "metadata" not in sent({**request(), "user": "u"}, "glm", "glm-5")


def test_bytes_of_a_turn_begin_with_those_of_the_turn_before() -> None:
    dialect, at = Anthropic(), target("glm", "glm-5")
    turns = [user("one"), assistant("two", use()), user(result(), "three"), assistant("four"), user("five")]
    bodies = [dialect.encode(request(*turns[:n], system="You are.", tools=[tool()]), at).body for n in (1, 3, 5)]
    for shorter, longer in pairwise(bodies):
        assert longer.startswith(shorter.removesuffix(b"]}"))
