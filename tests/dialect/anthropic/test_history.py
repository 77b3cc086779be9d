"""Conversations as turns that Anthropic's rules allow."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.dialect.anthropic.history import GO_ON, OPENING, encode_system, encode_turns
from tests.dialect.target import (
    IMAGE,
    Json,
    assistant,
    request,
    result,
    sealed,
    system,
    target,
    thinking,
    use,
    user,
)

OPUS = "claude-opus-4-8"
OLD = "claude-sonnet-4-5"


def turns(*messages: Json, host: str = "anthropic", model: str = OPUS, pad: bool = False) -> list[Json]:
    _, rest = encode_system(request(*messages)["messages"])
    return encode_turns(rest, frozenset({"Bash"}), pad=pad, target=target(host, model))


def shape(found: list[Json]) -> list[tuple[str, list[str]]]:
    return [(turn["role"], [block["type"] for block in turn["content"]]) for turn in found]


def test_system_prompt_keeps_its_form() -> None:
    messages = request(system="You are.")["messages"]
    assert encode_system(messages)[0] == "You are."
    blocks = [
        {"type": "text", "text": "You are.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": " "},
    ]
    messages = request(system("more"), user("hi"), system=blocks)["messages"]
    found, rest = encode_system(messages)
    assert found == [blocks[0], {"type": "text", "text": "more"}]
    assert len(rest) == 1


def test_conversation_goes_back_block_for_block() -> None:
    messages = [
        user("a", IMAGE),
        assistant(thinking("EqQB"), "b", use("toolu_1", command="ls"), use("toolu_2", "Read")),
        user(result("toolu_1", [{"type": "text", "text": "x"}, IMAGE]), result("toolu_2", "y", is_error=True), "c"),
        assistant({"type": "redacted_thinking", "data": "Emw="}, "d"),
        user("e"),
    ]
    assert turns(*messages) == messages


def test_interleaved_thinking_keeps_its_place() -> None:
    message = assistant(thinking("A"), use("toolu_1"), thinking("B"), "b", use("toolu_2"))
    found = turns(user("a"), message, user(result("toolu_1"), result("toolu_2")))
    assert found[1] == message


def test_neighbours_of_one_role_become_one_turn() -> None:
    found = turns(user("a"), user("b"), assistant("c"), assistant("d"), user("e"))
    assert shape(found) == [("user", ["text"] * 2), ("assistant", ["text"] * 2), ("user", ["text"])]


def test_results_come_first() -> None:
    found = turns(user("a"), assistant(use("toolu_1"), use("toolu_2")), user("b", result("toolu_2"), result("toolu_1")))
    assert shape(found)[2] == ("user", ["tool_result", "tool_result", "text"])


@pytest.mark.parametrize(
    ("messages", "model", "roles"),
    [
        ([user("a"), system("s"), assistant("b"), user("c")], OPUS, ["user", "system", "assistant", "user"]),
        (
            [user("a"), system("s"), system("t"), assistant("b"), user("c")],
            OPUS,
            ["user", "system", "assistant", "user"],
        ),
        ([user("a"), system("s")], OPUS, ["user", "system"]),
        ([user("a"), system("s"), user("b")], OPUS, ["user"]),
        ([user("a"), assistant("b"), system("s"), user("c")], OPUS, ["user", "assistant", "user"]),
        ([user("a"), system("s"), assistant("b"), user("c")], OLD, ["user", "assistant", "user"]),
        (
            [user(" "), assistant("b"), system("s"), assistant("c"), user("d")],
            OPUS,
            ["user", "assistant"] * 2 + ["user"],
        ),
    ],
)
def test_system_text_stays_in_its_place(messages: list[Json], model: str, roles: list[str]) -> None:
    found = turns(*messages, model=model)
    assert [turn["role"] for turn in found] == roles
    assert "s" in str([t for t in found if t["role"] != "assistant"])


@pytest.mark.parametrize(
    ("text", "sent"), [("s", "<system-reminder>\ns\n</system-reminder>"), ("<system-reminder>x", None)]
)
def test_system_text_that_is_not_taken_becomes_a_reminder(text: str, sent: str | None) -> None:
    found = turns(user("a"), system(text), assistant("b"), user("c"), host="vertex")
    assert found[0]["content"][1]["text"] == (sent or text)


def test_tools_that_come_and_go_are_told_where_system_messages_are_taken() -> None:
    change = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "Bash"}}
    message = {"role": "system", "content": [{"type": "text", "text": "s"}, change]}
    assert turns(user("a"), message)[1] == message
    assert shape(turns(user("a"), message, model=OLD)) == [("user", ["text", "text"])]
    alone = {"role": "system", "content": [change]}
    assert shape(turns(user("a"), alone, user("b"), model=OLD)) == [("user", ["text", "text"])]
    assert shape(turns(user("a"), assistant("b"), alone, model=OLD)) == [("user", ["text"]), ("assistant", ["text"])]


def test_thoughts_of_other_models_are_left_out() -> None:
    mine, other = sealed("EqQB", OPUS), sealed("x", "gpt-5")
    found = turns(user("a"), assistant(thinking(other), thinking(mine), "b"), user("c"))
    assert found[1]["content"] == [thinking("EqQB"), {"type": "text", "text": "b"}]


@pytest.mark.parametrize(("host", "padded"), [("deepseek", True), ("glm", False), ("anthropic", False)])
def test_calls_without_a_thought_get_an_empty_one_where_it_is_needed(host: str, padded: bool) -> None:
    model = OPUS if host == "anthropic" else "m"
    messages = [user("a"), assistant("b", use()), user(result()), assistant("c"), user("d")]
    found = turns(*messages, host=host, model=model, pad=True)
    first = {"type": "thinking", "thinking": "", "signature": ""}
    assert (found[1]["content"][0] == first) is padded
    assert found[3] == assistant("c")
    assert turns(*messages, host=host, model=model)[1] == assistant("b", use())


def test_own_thought_is_not_padded() -> None:
    thought = thinking(sealed("sig", "m"))
    found = turns(user("a"), assistant(thought, use()), user(result()), host="deepseek", model="m", pad=True)
    assert found[1]["content"][0] == thinking("sig")


def test_turn_does_not_end_with_a_thought() -> None:
    found = turns(user("a"), assistant("b", thinking("EqQB")), user("c"), assistant(thinking("EqQB")), user("d"))
    assert shape(found) == [("user", ["text"]), ("assistant", ["text"]), ("user", ["text", "text"])]


def test_call_without_a_result_and_result_without_a_call() -> None:
    found = turns(user("a"), assistant(use("toolu_1"), use("toolu_2")), user(result("toolu_2"), result("gone", "old")))
    ids = [b["tool_use_id"] for b in found[2]["content"] if b["type"] == "tool_result"]
    assert sorted(ids) == ["toolu_1", "toolu_2"]
    assert "old" in str([b for b in found[2]["content"] if b["type"] == "text"])


def test_ids_are_legal_and_used_once() -> None:
    found = turns(
        user("a"),
        assistant(use("functions.Bash:0")),
        user(result("functions.Bash:0")),
        assistant(use("functions.Bash:0")),
        user(result("functions.Bash:0")),
    )
    calls = [b["id"] for t in found for b in t["content"] if b["type"] == "tool_use"]
    results = [b["tool_use_id"] for t in found for b in t["content"] if b["type"] == "tool_result"]
    assert calls == results
    assert len(set(calls)) == 2


def test_conversation_begins_with_the_user() -> None:
    assert turns(assistant("a"), user("b"))[0] == user(OPENING)
    assert shape(turns(user(""))) == [("user", ["text"])]


@pytest.mark.parametrize(
    ("model", "last"),
    [(OLD, assistant("{")), (OPUS, user(GO_ON)), ("claude-mock", assistant("{"))],
)
def test_beginning_of_an_answer(model: str, last: Json) -> None:
    assert turns(user("a"), assistant("{ \n"), model=model)[-1] == last


def test_call_at_the_end_gets_a_result() -> None:
    assert shape(turns(user("a"), assistant(use())))[-1] == ("user", ["tool_result"])


def test_paused_turn_is_resumed_as_it_was() -> None:
    call = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}}
    assert turns(user("a"), assistant("b", call))[-1] == assistant("b", call)
    assert shape(turns(user("a"), assistant("b", call), user("c")))[1] == ("assistant", ["text", "text"])


BLOCKS = st.sampled_from(
    [
        *("x", "", " ", IMAGE, thinking("EqQB"), thinking("")),
        thinking(sealed("x", "other")),
        {"type": "redacted_thinking", "data": "Emw="},
        *(use(f"c{n}") for n in range(3)),
        *(result(f"c{n}") for n in range(3)),
        {"type": "odd", "content": "x"},
    ]
)
MESSAGES = st.lists(
    st.one_of(
        st.builds(lambda blocks: user(*blocks), st.lists(BLOCKS, max_size=4)),
        st.builds(lambda blocks: assistant(*blocks), st.lists(BLOCKS, max_size=4)),
        st.sampled_from([system("s"), {"role": "user", "content": ""}, {"role": "assistant", "content": "y"}]),
    ),
    max_size=8,
)


@given(MESSAGES, st.sampled_from([("anthropic", OPUS), ("anthropic", OLD), ("deepseek", "m"), ("local", "m")]))
@settings(max_examples=150)
def test_any_conversation_becomes_a_legal_one(messages: list[Json], at: tuple[str, str]) -> None:
    found = turns(*messages, host=at[0], model=at[1], pad=True)
    assert_legal(found)


def assert_legal(found: list[Json]) -> None:
    """Assert what Anthropic says of turns, in the words of its 400 answers where there are some."""
    assert found[0]["role"] == "user"
    seen: set[str] = set()
    for before, turn in zip([{"role": "", "content": []}, *found], found, strict=False):
        assert turn["content"], "content must be non-empty"
        assert turn["role"] != before["role"], "roles must alternate"
        assert turn["role"] != "system" or before["role"] == "user"
        kinds = [block["type"] for block in turn["content"]]
        assert all(b["text"].strip() for b in turn["content"] if b["type"] == "text"), (
            "text must contain non-whitespace"
        )
        if turn["role"] == "assistant":
            assert kinds[-1] not in ("thinking", "redacted_thinking"), "final block cannot be thinking"
            assert "tool_result" not in kinds
        calls = _ids(before, "tool_use", "id")
        results = _ids(turn, "tool_result", "tool_use_id")
        assert sorted(results) == sorted(calls), "each tool_use must have one tool_result in the next message"
        assert kinds[: len(results)] == ["tool_result"] * len(results)
        assert not seen & set(_ids(turn, "tool_use", "id")), "tool_use ids must be unique"
        seen |= set(_ids(turn, "tool_use", "id"))
    assert not _ids(found[-1], "tool_use", "id")


def _ids(turn: Json, kind: str, field: str) -> list[Any]:
    return [block[field] for block in turn["content"] if block["type"] == kind]
