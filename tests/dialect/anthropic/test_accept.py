from typing import Any

import pytest

from ccr.core.seal import seal, unseal
from ccr.dialect.anthropic.accept import is_sound, suits_claude
from ccr.dialect.anthropic.signed import signature_of

ASKED = {"role": "user", "content": "hi"}
RESULT: dict[str, Any] = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}
CALL: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": "t", "input": {}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "EqQBCk"}
BUDGET = {"type": "enabled", "budget_tokens": 2000}


def said(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def told(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def is_unsealed(block: dict[str, Any]) -> bool:
    return unseal(signature_of(block)) is None


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param([ASKED], id="question"),
        pytest.param([ASKED, said(THOUGHT, CALL), told(RESULT, text("and"))], id="call and result"),
        pytest.param([ASKED, said(CALL), told(RESULT), {"role": "system", "content": "x"}], id="system message"),
        pytest.param([ASKED, {"role": "assistant", "content": "The answer is"}], id="prefill"),
        pytest.param([ASKED, said({"type": "server_tool_use", "id": "srvtoolu_1"}, text("so"))], id="server tool"),
    ],
)
def test_sound_conversation_may_stay_as_it_is(turns: list[Any]) -> None:
    assert is_sound({"messages": turns}, takes=is_unsealed)


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param([ASKED, said(CALL)], id="call without result"),
        pytest.param([ASKED, said(CALL), told(text("no"))], id="interrupted call"),
        pytest.param([told(RESULT)], id="result without call"),
        pytest.param([ASKED, said(CALL), told(RESULT, RESULT)], id="two results"),
        pytest.param([ASKED, said(CALL), told(text("first"), RESULT)], id="text before the result"),
        pytest.param([ASKED, said(CALL), told(RESULT), said(CALL), told(RESULT)], id="id used twice"),
        pytest.param(
            [ASKED, said({**CALL, "id": "functions.t:0"}), told({**RESULT, "tool_use_id": "functions.t:0"})], id="id"
        ),
        pytest.param([ASKED, said(text(" \n"))], id="blank text"),
        pytest.param([{"role": "user", "content": ""}], id="empty text"),
        pytest.param([{"role": "user", "content": []}], id="nothing"),
        pytest.param([ASKED, said({**THOUGHT, "signature": seal("p", "m", "")}, text("x"))], id="foreign thought"),
        pytest.param(
            [ASKED, said({"type": "redacted_thinking", "data": seal("p", "m", "x")}, text("x"))], id="redacted"
        ),
    ],
)
def test_unsound_conversation_is_told_apart(turns: list[Any]) -> None:
    assert not is_sound({"messages": turns}, takes=is_unsealed)


@pytest.mark.parametrize(
    "body", [{}, {"messages": None}, {"messages": ["x", 5]}, {"messages": [{"role": "user", "content": [7]}]}]
)
def test_anything_can_be_looked_at(body: Any) -> None:
    assert isinstance(is_sound(body, takes=is_unsealed), bool)
    assert isinstance(suits_claude(body, "claude-opus-4-8"), bool)


OLD, NEW = "claude-sonnet-4-5-20250929", "claude-opus-4-8"


@pytest.mark.parametrize(
    ("model", "body", "expected"),
    [
        (OLD, {"thinking": BUDGET, "temperature": 1}, True),
        (OLD, {"thinking": {"type": "adaptive"}}, False),
        (NEW, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, True),
        (NEW, {"thinking": BUDGET}, False),
        (NEW, {"temperature": 1}, False),
        (OLD, {"output_config": {"effort": "high"}}, False),
        (OLD, {"output_config": {"format": {}}}, True),
        ("claude-next", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, True),
    ],
)
def test_request_suits_the_model_that_it_was_made_for(model: str, body: dict[str, Any], expected: bool) -> None:
    assert suits_claude({"messages": [ASKED], **body}, model) is expected


@pytest.mark.parametrize(
    ("model", "turns", "expected"),
    [
        (OLD, [ASKED, {"role": "system", "content": "x"}], False),
        (NEW, [ASKED, {"role": "system", "content": "x"}], True),
        (OLD, [ASKED, said(text("So"))], True),
        (NEW, [ASKED, said(text("So"))], False),
    ],
)
def test_turns_suit_the_model_that_they_were_made_for(model: str, turns: list[Any], expected: bool) -> None:
    assert suits_claude({"messages": turns}, model) is expected


def test_thinking_needs_a_thought_before_the_results() -> None:
    turns = [ASKED, said(CALL), told(RESULT)]
    assert suits_claude({"messages": turns}, OLD)
    assert not suits_claude({"messages": turns, "thinking": BUDGET}, OLD)
    assert suits_claude({"messages": [ASKED, said(THOUGHT, CALL), told(RESULT)], "thinking": BUDGET}, OLD)
