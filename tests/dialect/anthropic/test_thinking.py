"""How much Claude and its imitators are asked to think, and which thoughts go back."""

from typing import Any

import pytest

from ccr.dialect.anthropic.claude import read_model
from ccr.dialect.anthropic.thinking import may_think, own_thought, pads_thoughts, thinking_field
from tests.dialect.target import Json, request, sealed, target, thinking

MODEL = "claude-opus-4-8"
ADAPTIVE = {"type": "adaptive"}
OFF = {"type": "disabled"}


def enabled(budget: int) -> Json:
    return {"type": "enabled", "budget_tokens": budget}


def field(given: Json, model: str, *, host: str = "anthropic", max_tokens: int = 64000) -> Any:
    name = read_model(model) if host == "anthropic" else None
    return thinking_field(given, max_tokens=max_tokens, model=name, target=target(host, model))


@pytest.mark.parametrize(
    ("asked", "model", "found"),
    [
        (ADAPTIVE, "claude-opus-4-8", ADAPTIVE),
        ({**ADAPTIVE, "display": "updates"}, "claude-opus-4-8", {**ADAPTIVE, "display": "updates"}),
        (ADAPTIVE, "claude-mock", ADAPTIVE),
        (ADAPTIVE, "claude-sonnet-4-5", enabled(31_999)),
        (ADAPTIVE, "claude-3-5-haiku-20241022", None),
        (enabled(2000), "claude-sonnet-4-5", enabled(2000)),
        (enabled(2000), "claude-opus-4-7", ADAPTIVE),
        (enabled(500), "claude-sonnet-4-5", enabled(1024)),
        (enabled(2000), "claude-mock", enabled(2000)),
        (OFF, "claude-opus-4-8", OFF),
        (OFF, "claude-fable-5", None),
        ({"type": "between_tools"}, "claude-opus-5-5", {"type": "between_tools"}),
        (None, "claude-opus-4-8", None),
    ],
)
def test_thinking_fits_the_model(asked: Any, model: str, found: Any) -> None:
    assert field(request(thinking=asked), model) == found


@pytest.mark.parametrize(
    ("max_tokens", "found"), [(64000, enabled(10000)), (5000, enabled(4999)), (1024, None), (1, None)]
)
def test_budget_stays_below_the_limit_of_tokens(max_tokens: int, found: Any) -> None:
    assert field(request(thinking=enabled(10000)), "claude-sonnet-4-5", max_tokens=max_tokens) == found


@pytest.mark.parametrize(("effort", "budget"), [("low", 4096), ("medium", 10_000), ("high", 31_999), ("max", 31_999)])
def test_effort_becomes_a_budget_for_models_without_efforts(effort: str, budget: int) -> None:
    given = request(thinking=ADAPTIVE, output_config={"effort": effort})
    assert field(given, "claude-sonnet-4-5") == enabled(budget)


def test_effort_alone_does_not_switch_thinking_on() -> None:
    assert field(request(output_config={"effort": "high"}), MODEL) is None


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ({"enabled": False}, OFF),
        ({"enabled": True, "max_tokens": 3000}, ADAPTIVE),
        (None, None),
    ],
)
def test_edit_of_the_request_wins(edit: Any, found: Any) -> None:
    given = request(thinking=ADAPTIVE)
    given["reasoning"] = edit
    assert field(given, MODEL) == found


@pytest.mark.parametrize(
    ("host", "asked", "found"),
    [
        ("glm", ADAPTIVE, enabled(31_999)),
        ("deepseek", enabled(5000), enabled(5000)),
        ("deepseek", OFF, OFF),
        ("local", ADAPTIVE, enabled(31_999)),
        ("kimi", ADAPTIVE, None),
        ("kimi", OFF, OFF),
    ],
)
def test_imitators_get_what_they_all_know(host: str, asked: Json, found: Any) -> None:
    assert field(request(thinking=asked), "m", host=host) == found


def test_display_that_needs_a_beta_is_left_out_on_vertex() -> None:
    given = request(thinking={**ADAPTIVE, "display": "updates"})
    found = thinking_field(given, max_tokens=9000, model=read_model(MODEL), target=target("vertex", MODEL))
    assert found == ADAPTIVE


OWN = thinking(sealed("EqQB", MODEL))
REDACTED = {"type": "redacted_thinking", "data": "Emw="}


@pytest.mark.parametrize(
    ("block", "host", "model", "found"),
    [
        (thinking("EqQB"), "anthropic", MODEL, thinking("EqQB")),
        (thinking("EqQB"), "vertex", MODEL, thinking("EqQB")),
        (thinking("EqQB"), "deepseek", MODEL, None),
        (thinking(""), "anthropic", MODEL, None),
        (OWN, "anthropic", MODEL, thinking("EqQB")),
        (OWN, "anthropic", "claude-opus-5", None),
        (thinking(sealed("EqQB", MODEL, provider="other")), "anthropic", MODEL, None),
        (thinking(sealed("", MODEL)), "anthropic", MODEL, None),
        (thinking(sealed("", "m")), "glm", "m", thinking("")),
        (thinking(sealed("sig", "m")), "deepseek", "m", thinking("sig")),
        (REDACTED, "anthropic", MODEL, REDACTED),
        (REDACTED, "deepseek", MODEL, None),
        ({"type": "redacted_thinking", "data": sealed("Emw=", MODEL)}, "anthropic", MODEL, REDACTED),
        ({"type": "redacted_thinking", "data": sealed("x", "m")}, "anthropic", MODEL, None),
        ({"type": "redacted_thinking"}, "anthropic", MODEL, None),
    ],
)
def test_thought_goes_back_to_its_owner_only(block: Json, host: str, model: str, found: Any) -> None:
    assert own_thought(block, target(host, model)) == found


@pytest.mark.parametrize(
    ("host", "model", "padded"),
    [
        ("deepseek", "m", True),
        ("kimi", "m", True),
        ("local", "deepseek-v4", True),
        ("glm", "glm-5", False),
        ("anthropic", "claude-opus-5", False),
    ],
)
def test_who_needs_a_thought_with_every_call(host: str, model: str, padded: bool) -> None:
    assert pads_thoughts(target(host, model)) is padded


def turns(*content: Json, then: str = "tool_result") -> list[Json]:
    last = {"role": "user", "content": [{"type": then}]}
    return [{"role": "user", "content": []}, {"role": "assistant", "content": list(content)}, last]


THOUGHT, CALL, FOREIGN = thinking("EqQB"), {"type": "tool_use", "id": "toolu_1"}, {"type": "tool_use", "id": "call_1"}


@pytest.mark.parametrize(
    ("messages", "kind", "dropped", "may"),
    [
        (turns(THOUGHT, CALL), "enabled", False, True),
        (turns(REDACTED, CALL), "enabled", False, True),
        (turns(CALL), "enabled", False, False),
        (turns(CALL), "adaptive", False, True),
        (turns(CALL), "adaptive", True, False),
        (turns(FOREIGN), "adaptive", False, False),
        (turns(FOREIGN), "between_tools", False, True),
        (turns(CALL, then="text"), "enabled", True, True),
        ([*turns(CALL), {"role": "system", "content": []}], "enabled", False, False),
        (turns(CALL)[:2], "enabled", False, False),
        (turns(CALL)[:2], "adaptive", False, True),
        ([], "enabled", False, False),
        (turns(CALL)[2:], "enabled", False, True),
    ],
)
def test_thinking_pauses_after_another_models_turn(messages: list[Json], kind: str, dropped: bool, may: bool) -> None:
    assert may_think(messages, thinking={"type": kind}, dropped=dropped) is may
