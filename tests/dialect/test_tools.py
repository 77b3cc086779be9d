"""Which tools a request offers."""

from typing import Any

import pytest

from ccr.core.toolname import wire_name
from ccr.dialect.tools import PLACEHOLDER, function_tools, offered

Json = dict[str, Any]
LONG = "mcp__server__" + "x" * 80


def tool(name: str, **more: Any) -> Json:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}, **more}


def names(tools: list[Json], *messages: Json) -> list[str]:
    return [t["function"]["name"] for t in function_tools(tools, messages)]


def call(name: str) -> Json:
    return {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": name}}]}


def test_function_tools_have_what_every_wire_format_knows() -> None:
    given = tool("Bash", cache_control={"type": "ephemeral"}, strict=True)
    given["function"].update(description="Runs.", parameters={"$schema": "x", "type": "object"})
    assert list(function_tools([given], [])) == [
        {"type": "function", "function": {"name": "Bash", "description": "Runs.", "parameters": {"type": "object"}}}
    ]


def test_function_tools_are_functions_only() -> None:
    assert names([tool("a"), {"type": "web_search_20250305", "name": "web_search"}, tool(PLACEHOLDER)]) == ["a"]


def test_function_tools_have_legal_names_and_schemas() -> None:
    (found,) = function_tools([{"type": "function", "function": {"name": LONG}}], [])
    assert found["function"] == {"name": wire_name(LONG), "parameters": {"type": "object", "properties": {}}}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], ["a"]),
        ([{"role": "tool", "content": [{"type": "tool_reference", "tool_name": "b"}]}], ["a", "b"]),
        ([call("c")], ["a", "c"]),
        ([{"role": "tool", "content": "Tool b"}, {"role": "user", "content": None}], ["a"]),
    ],
    ids=["nothing", "referred to", "called", "only mentioned"],
)
def test_deferred_tools_are_offered_when_something_refers_to_them(messages: list[Json], expected: list[str]) -> None:
    tools = [tool("a"), tool("b", defer_loading=True), tool("c", defer_loading=True)]
    assert names(tools, *messages) == expected


def test_three_hundred_deferred_tools_cost_next_to_nothing() -> None:
    tools = [tool(f"t{n}", defer_loading=True) for n in range(300)]
    assert names(tools, call("t7")) == ["t7"]


@pytest.mark.parametrize(
    ("limit", "choice", "expected"),
    [
        (None, None, ["a", "b", "c", "d"]),
        (4, None, ["a", "b", "c", "d"]),
        (2, None, ["a", "c"]),
        (3, {"type": "function", "function": {"name": "d"}}, ["a", "c", "d"]),
        (1, {"type": "function", "function": {"name": "d"}}, ["c"]),
        (0, None, []),
    ],
)
def test_offered_keeps_what_is_in_use(limit: int | None, choice: Any, expected: list[str]) -> None:
    request = {"tools": [tool(n) for n in "abcd"], "messages": [call("c")], "tool_choice": choice}
    assert [t["function"]["name"] for t in offered(request, limit)] == expected


def test_offered_has_each_name_once() -> None:
    assert len(offered({"tools": [tool("a"), tool("a")], "messages": []}, None)) == 1
