"""Messages bodies to unified requests, one row a field or block."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.anthropic.unify import thought, unify

Json = dict[str, Any]
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
PNG = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
PNG_PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}, "media_type": "image/png"}


def unified(**body: Any) -> Json:
    return unify({"model": "m", "messages": [{"role": "user", "content": "hi"}], **body})


def messages(*given: Json) -> list[Json]:
    found: list[Json] = unify({"model": "m", "messages": list(given)})["messages"]
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"max_tokens": 5}, {"max_tokens": 5}),
        ({"temperature": 0, "top_p": 0.5, "top_k": 3}, {"temperature": 0, "top_p": 0.5, "top_k": 3}),
        ({"temperature": None}, {}),
        ({"stop_sequences": ["a", "", 7, "b"]}, {"stop": ["a", "b"]}),
        ({"stop_sequences": []}, {}),
        ({"service_tier": "auto"}, {"service_tier": "auto"}),
        ({"metadata": {"user_id": "u"}}, {"anthropic": {"metadata": {"user_id": "u"}}}),
        ({"safeguards": [1], "new": 2}, {"anthropic": {"safeguards": [1], "new": 2}}),
        ({"stream": "true"}, {"stream": True}),
        ({"tool_choice": {"type": "auto"}}, {"tool_choice": "auto"}),
        ({"tool_choice": {"type": "any"}}, {"tool_choice": "required"}),
        ({"tool_choice": {"type": "none"}}, {"tool_choice": "none"}),
        (
            {"tool_choice": {"type": "tool", "name": "Bash", "disable_parallel_tool_use": True}},
            {"tool_choice": {"type": "function", "function": {"name": "Bash"}}, "parallel_tool_calls": False},
        ),
        ({"tool_choice": {"type": "new"}}, {}),
        ({"tool_choice": "auto"}, {}),
    ],
    ids=repr,
)
def test_unify_maps_fields(body: Json, expected: Json) -> None:
    found = unified(**body)
    assert {k: v for k, v in found.items() if k not in ("model", "messages")} == {"stream": False, **expected}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, None),
        ({"thinking": {"type": "enabled", "budget_tokens": 4000}}, {"enabled": True, "max_tokens": 4000}),
        ({"thinking": {"type": "adaptive", "display": "omitted"}}, {"enabled": True, "adaptive": True}),
        ({"thinking": {"type": "disabled"}}, {"enabled": False}),
        ({"thinking": {"type": "enabled", "budget_tokens": -1}}, {"enabled": True}),
        ({"output_config": {"effort": "high"}}, {"enabled": True, "effort": "high"}),
        (
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}},
            {"enabled": False, "effort": "low"},
        ),
        ({"output_config": {"effort": "huge"}}, None),
        ({"thinking": "on"}, None),
    ],
    ids=repr,
)
def test_unify_reads_how_much_to_think(body: Json, expected: Json | None) -> None:
    assert unified(**body).get("reasoning") == expected


@pytest.mark.parametrize("place", ["output_config", "output_format"])
def test_unify_reads_the_output_format_in_both_places(place: str) -> None:
    wanted = {"type": "json_schema", "schema": {"type": "object"}}
    body = {place: {"format": wanted} if place == "output_config" else wanted}
    assert unified(**body)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "output", "schema": {"type": "object"}, "strict": True},
    }


def test_unify_leaves_an_unknown_output_format_out() -> None:
    assert "response_format" not in unified(output_config={"format": {"type": "new"}})


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("be good", [{"role": "system", "content": "be good"}]),
        ("", []),
        (None, []),
        (
            [{"type": "text", "text": "a", **MARK}, "b", 7],
            [{"role": "system", "content": [{"type": "text", "text": "a", **MARK}, {"type": "text", "text": "b"}]}],
        ),
        ([], []),
    ],
    ids=repr,
)
def test_unify_puts_the_system_prompt_first(system: Any, expected: list[Json]) -> None:
    assert unified(system=system)["messages"] == [*expected, {"role": "user", "content": "hi"}]


def test_unify_keeps_system_messages_in_their_place() -> None:
    given = [
        {"role": "user", "content": "a"},
        {"role": "system", "content": "s"},
        {"role": "assistant", "content": "b"},
    ]
    assert messages(*given) == given


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "text", "text": "a", **MARK}, {"type": "text", "text": "a", **MARK}),
        ("a", {"type": "text", "text": "a"}),
        ({"type": "image", "source": PNG}, PNG_PART),
        ({"type": "image", "source": PNG, **MARK}, {**PNG_PART, **MARK}),
        ({"type": "image", "source": {**PNG, "data": "data:image/png;base64,AAAA"}}, PNG_PART),
        (
            {"type": "image", "source": {"type": "url", "url": "https://a/"}},
            {"type": "image_url", "image_url": {"url": "https://a/"}},
        ),
        (
            {"type": "image", "source": {"type": "file", "file_id": "f"}},
            {"type": "image", "source": {"type": "file", "file_id": "f"}},
        ),
        ({"type": "document", "source": PNG}, {"type": "document", "source": PNG}),
        ({"type": "new", "x": 1}, {"type": "new", "x": 1}),
    ],
    ids=repr,
)
def test_unify_reads_blocks_of_the_user(block: Any, expected: Json) -> None:
    assert messages({"role": "user", "content": [block]}) == [{"role": "user", "content": [expected]}]


def test_unify_makes_each_tool_result_a_message_before_the_rest() -> None:
    content = [
        {"type": "text", "text": "so"},
        {"type": "tool_result", "tool_use_id": "a", "content": "x", "is_error": True, **MARK},
        {"type": "tool_result", "tool_use_id": "b", "content": [{"type": "image", "source": PNG}]},
        {"type": "tool_result", "tool_use_id": "c"},
    ]
    assert messages({"role": "user", "content": content}) == [
        {"role": "tool", "tool_call_id": "a", "content": "x", "is_error": True, **MARK},
        {"role": "tool", "tool_call_id": "b", "content": [PNG_PART]},
        {"role": "tool", "tool_call_id": "c", "content": []},
        {"role": "user", "content": [{"type": "text", "text": "so"}]},
    ]


def test_unify_sorts_an_assistant_turn_and_keeps_its_order() -> None:
    thinking = {"type": "thinking", "thinking": "t", "signature": "s"}
    redacted = {"type": "redacted_thinking", "data": "d"}
    use = {"type": "tool_use", "id": "a", "name": "Bash", "input": {"b": 1, "a": "ü"}, **MARK}
    text = {"type": "text", "text": "x"}
    (message,) = messages({"role": "assistant", "content": [thinking, text, use, redacted]})
    assert message == {
        "role": "assistant",
        "content": [text],
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "Bash", "arguments": '{"b":1,"a":"ü"}'}, **MARK}
        ],
        "thinking": {"content": "t", "signature": "s", "blocks": [thinking, redacted]},
        "order": ["thinking", "part", "tool", "thinking"],
    }


@pytest.mark.parametrize(
    ("given", "expected"), [(None, "{}"), ({}, "{}"), ('{"a":1}', '{"a":1}'), ([1], "[1]")], ids=repr
)
def test_unify_writes_arguments_as_text(given: Any, expected: str) -> None:
    (message,) = messages(
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "x", "input": given}]}
    )
    assert message["tool_calls"][0]["function"]["arguments"] == expected


@pytest.mark.parametrize("content", ["x", "", [], None, 7], ids=repr)
@pytest.mark.parametrize("role", ["user", "assistant", "system"])
def test_unify_takes_any_content(role: str, content: Any) -> None:
    (message,) = messages({"role": role, "content": content})
    assert message["role"] == role
    assert message["content"] == content or (content in (None, 7) and not message["content"])


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (
            {"name": "Bash", "description": "Runs", "input_schema": {"type": "object"}, "defer_loading": True, **MARK},
            {
                "type": "function",
                "function": {"name": "Bash", "description": "Runs", "parameters": {"type": "object"}},
                "defer_loading": True,
                **MARK,
            },
        ),
        (
            {"type": "custom", "name": "x", "input_schema": {}},
            {"type": "function", "function": {"name": "x", "parameters": {"type": "object", "properties": {}}}},
        ),
        (
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 8},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 8},
        ),
    ],
    ids=["function", "custom", "server tool"],
)
def test_unify_reads_tools(tool: Json, expected: Json) -> None:
    assert unified(tools=[tool, "x"])["tools"] == [expected]


def test_thought_joins_the_texts_and_has_the_last_signature() -> None:
    blocks = [{"type": "thinking", "thinking": t, "signature": s} for t, s in (("a", "1"), ("", ""), ("b", "2"))]
    assert thought(blocks) == {"content": "a\nb", "signature": "2", "blocks": blocks}
    assert thought([]) == {"content": "", "signature": "", "blocks": []}


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "role", "content", "text", "source", "name", "input", "thinking", "format"]),
            st.one_of(
                inner, st.sampled_from(["text", "image", "tool_use", "tool_result", "thinking", "user", "assistant"])
            ),
            max_size=4,
        ),
    ),
    max_leaves=10,
)
FIELDS = st.sampled_from(["system", "messages", "tools", "tool_choice", "thinking", "output_config", "stop_sequences"])


@given(st.dictionaries(FIELDS, ANYTHING))
def test_unify_takes_anything_and_changes_nothing(body: Json) -> None:
    before = copy.deepcopy(body)
    found = unify(body)
    assert body == before
    assert isinstance(found["messages"], list)
