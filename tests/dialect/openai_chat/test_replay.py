"""A provider's own reasoning comes back to it, and to nobody else."""

import pytest

from ccr.dialect.base import Target
from ccr.dialect.openai_chat.replay import SKIP
from ccr.dialect.openai_chat.state import State, pack
from tests.dialect.openai_chat.sent import Json, assistant, at, messages, result, text, thought, use, user

DETAIL = {"type": "reasoning.text", "text": "hm", "signature": "s", "index": 0}
OTHER = {"type": "reasoning.encrypted", "data": "d", "index": 1}


def turn(target: Target, *blocks: Json) -> Json:
    """Return the assistant's message that is sent for a turn of these blocks and a call."""
    found = messages(target, user("a"), assistant(*blocks, use()), user(result()))[1]
    return {k: v for k, v in found.items() if k not in ("role", "content")}


def without_calls(sent: Json) -> Json:
    return {k: v for k, v in sent.items() if k != "tool_calls"}


@pytest.mark.parametrize("vendor", ["deepseek", "kimi", "glm", "fireworks", "volcengine"])
def test_reasoning_content_goes_back(vendor: str) -> None:
    target = at(vendor)
    assert without_calls(turn(target, thought("hm", target=target))) == {"reasoning_content": "hm"}


@pytest.mark.parametrize("vendor", ["deepseek", "kimi", "glm"])
@pytest.mark.parametrize(
    "blocks", [[], [thought("foreign")], [thought("old", target=at("groq"))]], ids=["none", "foreign", "other"]
)
def test_a_call_of_another_model_gets_empty_reasoning(vendor: str, blocks: list[Json]) -> None:
    assert without_calls(turn(at(vendor), *blocks)) == {"reasoning_content": ""}


def test_a_turn_without_calls_needs_no_reasoning() -> None:
    target = at("deepseek")
    plain = messages(target, user("a"), assistant(text("b")), user("c"))[1]
    own = messages(target, user("a"), assistant(thought("hm", target=target), text("b")), user("c"))[1]
    assert "reasoning_content" not in plain
    assert own["reasoning_content"] == "hm"


@pytest.mark.parametrize("vendor", ["openai", "groq", "mistral", "cerebras", "unknown", "qwen"])
def test_who_wants_no_reasoning_back_gets_none(vendor: str) -> None:
    target = at(vendor)
    assert without_calls(turn(target, thought("hm", target=target))) == {}


def test_details_go_back_unchanged_from_all_blocks_of_the_turn() -> None:
    target = at("openrouter")
    blocks = [
        thought("hm", pack(State(details=[DETAIL])), target=target),
        thought("", pack(State(details=[OTHER])), target=target),
    ]
    assert without_calls(turn(target, *blocks)) == {"reasoning_details": [DETAIL, OTHER]}


def test_reasoning_without_details_goes_back_as_text() -> None:
    target = at("openrouter")
    assert without_calls(turn(target, thought("hm", target=target))) == {"reasoning": "hm"}
    assert without_calls(turn(target, thought("hm"))) == {}


def test_reasoning_of_another_model_of_the_provider_is_foreign() -> None:
    assert without_calls(turn(at("openrouter"), thought("hm", target=at("openrouter", "x/y")))) == {}


def test_signatures_go_back_on_their_calls() -> None:
    target = at("gemini")
    first, second = {"google": {"thought_signature": "1"}}, {"google": {"thought_signature": "2"}}
    blocks = [
        thought("", pack(State(calls={"0": first})), target=target),
        use("a"),
        thought("", pack(State(calls={"1": second})), target=target),
        use("b"),
    ]
    found = messages(target, user("a"), assistant(*blocks), user(result("a"), result("b")))[1]
    assert [c["extra_content"] for c in found["tool_calls"]] == [first, second]


def test_a_call_that_gemini_did_not_make_gets_the_documented_stand_in() -> None:
    found = messages(at("gemini"), user("a"), assistant(use("a"), use("b")), user(result("a"), result("b")))[1]
    assert [c.get("extra_content") for c in found["tool_calls"]] == [SKIP, None]


def test_older_gemini_models_need_no_stand_in() -> None:
    target = at("gemini", "gemini-2.5-flash")
    assert "extra_content" not in turn(target)["tool_calls"][0]
