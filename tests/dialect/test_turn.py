"""The order of an assistant's blocks."""

from typing import Any

import pytest

from ccr.anthropic.unify import unify
from ccr.dialect.turn import blocks_in_order, thoughts_of

THOUGHT = {"type": "thinking", "thinking": "t", "signature": "s"}
TEXT = {"type": "text", "text": "x"}
CALL = {"type": "tool_use", "id": "c", "name": "n", "input": {}}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = unify({"messages": [{"role": "assistant", "content": list(blocks)}]})["messages"][0]
    return found


@pytest.mark.parametrize(
    "blocks",
    [
        [THOUGHT, TEXT, CALL],
        [TEXT, THOUGHT, CALL, TEXT, CALL],
        [CALL, TEXT],
        [THOUGHT, THOUGHT, TEXT],
        [],
    ],
)
def test_blocks_come_in_the_order_in_which_they_were_given(blocks: list[dict[str, Any]]) -> None:
    kinds = {"thinking": "thinking", "text": "part", "tool_use": "tool"}
    assert [kind for kind, _ in blocks_in_order(assistant(*blocks))] == [kinds[b["type"]] for b in blocks]


def test_order_that_an_edit_has_outdated_loses_nothing() -> None:
    message = {"content": "x", "tool_calls": [{"id": "1"}, {"id": "2"}], "order": ["tool", "thinking", "odd"]}
    assert [kind for kind, _ in blocks_in_order(message)] == ["tool", "part", "tool"]


def test_thought_without_blocks_is_a_block() -> None:
    assert thoughts_of({"thinking": {"content": "t", "signature": "s"}}) == [THOUGHT]
    assert thoughts_of({"thinking": {"content": "", "signature": ""}}) == []
    assert thoughts_of({"thinking": None}) == []
