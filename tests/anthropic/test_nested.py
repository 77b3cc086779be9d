from typing import Any

import pytest

from ccr.anthropic.nested import find, name_of, replaced

IMAGE = {"type": "image", "source": {"data": "AA=="}}
TEXT = {"type": "text", "text": "hi"}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": [TEXT, IMAGE]}
BODY = {"model": "m", "messages": [{"role": "user", "content": [IMAGE, TEXT]}, {"role": "user", "content": [RESULT]}]}


def test_blocks_are_found_at_every_depth() -> None:
    assert list(find(BODY, "image")) == [IMAGE, IMAGE]
    assert list(find(BODY, "document")) == []


def test_only_blocks_of_the_kind_are_replaced() -> None:
    first, second = replaced(BODY, "image", lambda block: {"was": block})["messages"]
    assert first["content"] == [{"was": IMAGE}, TEXT]
    assert second["content"] == [{**RESULT, "content": [TEXT, {"was": IMAGE}]}]
    assert BODY["messages"][0]["content"] == [IMAGE, TEXT]


@pytest.mark.parametrize("messages", [None, [], [None, 7, {}, {"content": None}, {"content": "a"}, {"content": [3]}]])
def test_foreign_json_stays_as_it_is(messages: Any) -> None:
    body = {"messages": messages}
    assert list(find(body, "image")) == []
    assert replaced(body, "image", dict)["messages"] == (messages or [])


def test_name_depends_on_the_source_alone() -> None:
    assert name_of(IMAGE) == name_of({**IMAGE, "cache_control": {"type": "ephemeral"}})
    assert name_of(IMAGE) != name_of({"type": "image", "source": {"data": "AB=="}})
