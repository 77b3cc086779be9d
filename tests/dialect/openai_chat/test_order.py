"""The order that strict vendors insist on, and the end and the marks of a conversation."""

import pytest

from ccr.dialect.openai_chat.order import Conversation
from ccr.dialect.vendor import Vendor
from tests.dialect.openai_chat.sent import MARK, PNG, Json, assistant, at, messages, result, text, use, user


@pytest.mark.parametrize("vendor", ["unknown", "openai"])
def test_turns_of_the_client_stay_apart(vendor: str) -> None:
    assert messages(at(vendor), user("a"), user("b")) == [user("a"), user("b")]


def test_an_aside_joins_the_turn_before_and_the_turn_after() -> None:
    found = Conversation(Vendor())
    found.add(user("a"))
    found.add(user("b"), aside=True)
    found.add(user([text("c")]))
    found.add(user("d"))
    assert found.close() == [user([text("a\n\nb"), text("c")]), user("d")]


def test_an_aside_after_a_result_is_a_turn() -> None:
    found = Conversation(Vendor())
    found.add({"role": "tool", "content": "x"})
    found.add(user("b"), aside=True)
    assert [m["role"] for m in found.close()] == ["tool", "user"]


def test_mistral_gets_the_users_words_within_the_result() -> None:
    found = messages(at("mistral"), user("a"), assistant(use()), user(result(), text("go on")), assistant(text("b")))
    assert [m["role"] for m in found] == ["user", "assistant", "tool", "assistant"]
    assert found[2]["content"] == "ok\n\ngo on"


def test_mistral_gets_images_after_a_word_of_the_assistant() -> None:
    found = messages(at("mistral"), user("a"), assistant(use()), user(result(content=[PNG]), text("so?")))
    assert [m["role"] for m in found] == ["user", "assistant", "tool", "assistant", "user"]


@pytest.mark.parametrize(
    ("vendor", "expected"), [("mistral", {"prefix": True}), ("kimi", {"partial": True}), ("openai", {})]
)
def test_the_beginning_of_an_answer_is_marked_where_it_must_be(vendor: str, expected: Json) -> None:
    found = messages(at(vendor), user("a"), assistant(text("{")))
    assert found[-1] == {"role": "assistant", "content": "{", **expected}
    assert not {"prefix", "partial"} & messages(at(vendor), user("a"), assistant(text("b")), user("c"))[1].keys()


def test_at_most_four_marks_are_sent_the_last_ones() -> None:
    system = [text("s1", **MARK), text("s2", **MARK)]
    turns = [
        user("a"),
        assistant(use()),
        user(result(**MARK), text("b", **MARK)),
        assistant(text("c", **MARK)),
        user(text("d", **MARK), text("e")),
    ]
    found = messages(at("openrouter"), *turns, system=system)
    parts = [p for m in found if isinstance(m["content"], list) for p in m["content"]]
    marked = [p["text"] for p in parts if "cache_control" in p]
    assert marked == ["ok", "b", "c", "d"]


@pytest.mark.parametrize("vendor", ["openai", "groq", "mistral", "deepseek", "vercel", "unknown"])
def test_marks_are_sent_to_nobody_else(vendor: str) -> None:
    found = messages(
        at(vendor), user(text("a", **MARK)), assistant(use()), user(result(**MARK)), system=[text("s", **MARK)]
    )
    assert "cache_control" not in str(found)


def test_no_message_has_more_calls_than_are_taken() -> None:
    ids = [f"t{index}" for index in range(200)]
    found = messages(at("openai"), user("go"), assistant(*map(use, ids)), user(*map(result, ids)))
    assert [len(m["tool_calls"]) for m in found if m["role"] == "assistant"] == [128, 72]
    assert [m["tool_call_id"] for m in found if m["role"] == "tool"] == ids
