from copy import deepcopy
from typing import Any

import pytest

from ccr.plugins.js.view import restored, shown

MARK = {"type": "ephemeral"}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
BASH = {"type": "function", "function": {"name": "Bash", "description": "", "parameters": {}}, "cache_control": MARK}
CALL = {"id": "c1", "type": "function", "function": {"name": "Bash", "arguments": "{}"}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
WORDS = [{"type": "text", "text": "a", "cache_control": MARK}, {"type": "text", "text": "b"}]
REQUEST: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": WORDS},
        {"role": "user", "content": WORDS},
        {"role": "assistant", "content": WORDS, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": WORDS, "is_error": True},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": [IMAGE]},
        {"role": "user", "content": "hi"},
    ],
    "tools": [BASH, SEARCH],
    "anthropic": {"metadata": {"user_id": "u"}},
}


def test_transformer_sees_the_originals_shapes() -> None:
    before = deepcopy(REQUEST)
    found = shown(REQUEST)
    assert before == REQUEST
    assert "anthropic" not in found
    assert [message["content"] for message in found["messages"]] == [WORDS, WORDS, "a\nb", "a\nb", "", [IMAGE], "hi"]
    assert found["tools"] == [BASH, {"type": "function", "function": {"name": "web_search", "description": ""}}]


def test_what_is_left_as_it_was_gets_everything_back() -> None:
    assert restored(deepcopy(shown(REQUEST)), shown(REQUEST), REQUEST) == REQUEST


def test_what_was_changed_stays_changed() -> None:
    seen = shown(REQUEST)
    found = deepcopy(seen)
    found["messages"][2]["content"] = "new"
    del found["messages"][1], found["tools"][0], found["model"]
    found["messages"].insert(0, {"role": "system", "content": "first"})
    result = restored(found, seen, REQUEST)
    own = REQUEST["messages"]
    first, system, assistant, *rest = result["messages"]
    assert (first["content"], system, assistant["content"], rest) == ("first", own[0], "new", own[3:])
    assert result["tools"] == [SEARCH]
    assert result.keys() == {"messages", "tools", "anthropic"}


@pytest.mark.parametrize("change", [{"tools": None}, {"messages": ["odd"], "tools": "odd"}])
def test_odd_results_are_left_to_others(change: dict[str, Any]) -> None:
    found = {**deepcopy(shown(REQUEST)), **change}
    assert {name: restored(found, shown(REQUEST), REQUEST)[name] for name in change} == change


def test_request_without_tools_has_none() -> None:
    bare = {"messages": ["odd", {"role": "user", "content": "hi"}]}
    assert restored(shown(bare), shown(bare), bare) == bare
