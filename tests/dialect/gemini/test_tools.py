"""Tools and how they may be called."""

from typing import Any

import pytest
from google.genai import types

from ccr.anthropic.unify import unify
from ccr.core.toolname import wire_name
from ccr.dialect.gemini.tools import FUNCTION_LIMIT, encode_tools, server_tool
from tests.dialect.gemini.wire import Json, to

NEW = "gemini-3-pro-preview"
BASH = {
    "name": "Bash",
    "description": "Run.",
    "input_schema": {"type": "object", "properties": {"c": {"type": "string"}}},
}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8, "blocked_domains": ["x.com"]}
DECLARED = {
    "name": "Bash",
    "description": "Run.",
    "parameters": {"type": "object", "properties": {"c": {"type": "string"}}},
}


def encoded(model: str = "gemini-2.5-pro", *, vertex: bool = False, **request: Any) -> tuple[list[Json], Json]:
    found, config = encode_tools(unify({"messages": [], **request}), to(model, vertex=vertex))
    for tool in found:
        types.Tool.model_validate(tool)
    types.ToolConfig.model_validate(config)
    return found, config


def test_functions_stand_in_one_group() -> None:
    plain = {"name": "Ping", "input_schema": {"type": "object", "properties": {}}}
    assert encoded(tools=[BASH, plain]) == ([{"functionDeclarations": [DECLARED, {"name": "Ping"}]}], {})


def test_names_are_sent_in_their_wire_form_and_once() -> None:
    name = "mcp__srv__" + "y" * 90
    [group], config = encoded(
        tools=[{**BASH, "name": name}, {**BASH, "name": name}], tool_choice={"type": "tool", "name": name}
    )
    assert [f["name"] for f in group["functionDeclarations"]] == [wire_name(name)]
    assert config["functionCallingConfig"] == {"mode": "ANY", "allowedFunctionNames": [wire_name(name)]}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {}),
        ({"type": "none"}, {"functionCallingConfig": {"mode": "NONE"}}),
        ({"type": "any"}, {"functionCallingConfig": {"mode": "ANY"}}),
        (
            {"type": "tool", "name": "Bash"},
            {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["Bash"]}},
        ),
        ({"type": "tool", "name": "Gone"}, {"functionCallingConfig": {"mode": "ANY"}}),
        (None, {}),
    ],
)
def test_tool_choice_is_mapped(choice: Any, expected: Json) -> None:
    assert encoded(tools=[BASH], tool_choice=choice)[1] == expected


def test_tool_choice_without_tools_is_left_out() -> None:
    assert encoded(tool_choice={"type": "any"}) == ([], {})


def test_web_search_becomes_google_search() -> None:
    assert encoded(tools=[SEARCH], tool_choice={"type": "tool", "name": "web_search"}) == ([{"googleSearch": {}}], {})
    assert encoded(tools=[SEARCH], vertex=True) == ([{"googleSearch": {"excludeDomains": ["x.com"]}}], {})


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("web_search_20250305", "googleSearch"),
        ("web_fetch_20250910", "urlContext"),
        ("code_execution_20250825", "codeExecution"),
        ("bash_20250124", ""),
        ("function", ""),
    ],
)
def test_server_tools_have_counterparts(kind: str, field: str) -> None:
    assert server_tool({"type": kind}) == field


def test_functions_win_where_search_cannot_stand_beside_them() -> None:
    assert encoded(tools=[SEARCH, BASH]) == ([{"functionDeclarations": [DECLARED]}], {})
    assert encoded(NEW, tools=[SEARCH, BASH], vertex=True) == ([{"functionDeclarations": [DECLARED]}], {})


def test_forced_search_wins_over_functions() -> None:
    found = encoded(tools=[SEARCH, BASH], tool_choice={"type": "tool", "name": "web_search"})
    assert found == ([{"googleSearch": {}}], {})


def test_search_stands_beside_functions_where_the_model_mixes() -> None:
    tools, config = encoded(NEW, tools=[SEARCH, BASH])
    assert tools == [{"functionDeclarations": [DECLARED]}, {"googleSearch": {}}]
    assert config == {"includeServerSideToolInvocations": True}


def test_tools_are_limited_in_number() -> None:
    [group], _ = encoded(tools=[{**BASH, "name": f"t{i}"} for i in range(FUNCTION_LIMIT + 5)])
    assert len(group["functionDeclarations"]) == FUNCTION_LIMIT


def test_deferred_tools_are_offered_once_they_are_referenced() -> None:
    tools = [BASH, {**BASH, "name": "Late", "defer_loading": True}, {**BASH, "name": "Later", "defer_loading": True}]
    found = {"type": "tool_result", "tool_use_id": "s", "content": [{"type": "tool_reference", "tool_name": "Late"}]}
    [group], _ = encoded(tools=tools, messages=[{"role": "user", "content": [found]}])
    assert [f["name"] for f in group["functionDeclarations"]] == ["Bash", "Late"]
