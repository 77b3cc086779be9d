"""Messages in the form that each vendor takes, one row a block or a rule."""

from typing import Any

import pytest

from ccr.dialect.openai_chat.messages import wire_id
from tests.dialect.openai_chat.sent import (
    MARK,
    MARKED,
    PDF,
    PDF_PART,
    PNG,
    PNG_PART,
    Json,
    assistant,
    at,
    messages,
    result,
    sent,
    text,
    use,
    user,
)

AWAY = {"type": "url", "url": "https://a/x"}
NO_PDF = "[The document 'a.pdf' was left out here: this model can't read it.]"
NO_IMAGE = "[An image was left out here: this model can't see images.]"


@pytest.mark.parametrize(
    ("vendor", "system", "expected"),
    [
        ("unknown", "be good", "be good"),
        ("unknown", [text("a", **MARK), text("b")], "a\n\nb"),
        ("openrouter", [text("a"), text("b", **MARK)], [text("a"), text("b", **MARKED)]),
        ("openrouter", [text("a"), text("b")], "a\n\nb"),
    ],
    ids=repr,
)
def test_system_prompt_comes_first(vendor: str, system: Any, expected: Any) -> None:
    assert messages(at(vendor), user("hi"), system=system)[0] == {"role": "system", "content": expected}


@pytest.mark.parametrize("system", ["", [], [text("")], None], ids=repr)
def test_an_empty_system_prompt_is_left_out(system: Any) -> None:
    assert messages(at(), user("hi"), system=system) == [user("hi")]


LATE = [user("a"), {"role": "system", "content": "plan mode"}, assistant(text("b")), user("c")]


@pytest.mark.parametrize("vendor", ["openai", "xai", "azure"])
def test_a_late_system_message_stays_where_it_is_known(vendor: str) -> None:
    assert messages(at(vendor), *LATE)[1] == {"role": "system", "content": "plan mode"}


@pytest.mark.parametrize("vendor", ["unknown", "local", "mistral", "groq", "deepseek", "ollama"])
def test_a_late_system_message_becomes_part_of_the_users_turn(vendor: str) -> None:
    found = messages(at(vendor), *LATE)
    assert found[0]["content"] == "a\n\n<system-reminder>\nplan mode\n</system-reminder>"
    assert [m["role"] for m in found] == ["user", "assistant", "user"]


def test_a_late_system_message_is_marked_once() -> None:
    given = {"role": "system", "content": [text("<system-reminder>x</system-reminder>")]}
    found = messages(at(), user("a"), assistant(text("b")), given)
    assert found[-1] == user("<system-reminder>x</system-reminder>")


def test_system_messages_at_the_start_are_one() -> None:
    found = messages(at(), {"role": "system", "content": "b"}, user("c"), system="a")
    assert found == [{"role": "system", "content": "a\n\nb"}, user("c")]


@pytest.mark.parametrize(
    ("vendor", "block", "expected"),
    [
        ("unknown", text("a", **MARK), "a"),
        ("openrouter", text("a", **MARK), [text("a", **MARKED)]),
        ("unknown", PNG, [PNG_PART]),
        (
            "unknown",
            {"type": "image", "source": {"type": "url", "url": "https://a/"}},
            [{"type": "image_url", "image_url": {"url": "https://a/"}}],
        ),
        ("deepseek", PNG, NO_IMAGE),
        ("openai", PDF, [PDF_PART]),
        ("openrouter", PDF, [PDF_PART]),
        ("unknown", PDF, NO_PDF),
        (
            "openai",
            {**PDF, "source": {"type": "url", "url": "https://a/x.pdf"}},
            "[The document 'a.pdf' was left out here: this model can't read it.] It is at https://a/x.pdf",
        ),
        ("openai", {"type": "document", "title": "T", "source": {"type": "text", "data": "words"}}, "T\n\nwords"),
        ("openai", {"type": "search_result", "title": "T", "source": "s", "content": [text("words")]}, "T\ns\nwords"),
        ("openai", {"type": "container_upload", "file_id": "f"}, None),
        ("openai", {"type": "something_new", "content": [text("words")]}, "words"),
        ("openai", text(""), None),
    ],
    ids=repr,
)
def test_blocks_of_the_user(vendor: str, block: Json, expected: Any) -> None:
    found = messages(at(vendor), user(text("before"), block))[0]["content"]
    if expected is None:
        assert found == "before"
    elif isinstance(expected, str):
        assert found == f"before\n\n{expected}"
    else:
        assert found == [text("before"), *expected]


@pytest.mark.parametrize(
    "given", [[user("")], [user(text(""))], [assistant()], [{"role": "system", "content": "s"}]], ids=repr
)
def test_a_conversation_without_words_still_has_a_user(given: list[Json]) -> None:
    assert messages(at(), *given)[-1] == user("Continue.")


def test_an_assistant_turn_has_its_text_and_calls() -> None:
    found = messages(at(), user("a"), assistant(text("b"), use(command="ls"), text("c")), user(result()))
    call = {"id": "a", "type": "function", "function": {"name": "Bash", "arguments": '{"command":"ls"}'}}
    assert found[1] == {"role": "assistant", "content": "b\nc", "tool_calls": [call]}
    assert found[2] == {"role": "tool", "tool_call_id": "a", "content": "ok"}


def test_a_turn_of_calls_alone_has_no_content() -> None:
    assert messages(at(), assistant(use()), user(result()))[0]["content"] is None


def test_an_empty_turn_of_the_assistant_is_left_out() -> None:
    redacted = {"type": "redacted_thinking", "data": "d"}
    assert messages(at(), user("a"), assistant(redacted), user("b")) == [user("a"), user("b")]


def test_server_tools_of_an_earlier_turn_are_told_in_words() -> None:
    blocks = [
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "s",
            "content": [{"type": "web_search_result", "title": "T", "url": "https://a/"}],
        },
        text("so"),
    ]
    assert messages(at(), user("a"), assistant(*blocks), user("b"))[1]["content"] == (
        "[Searched the web for 'q'.]\n- T https://a/\nso"
    )


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (result(content="x"), "x"),
        (result(content=[text("a"), text("b")]), "a\nb"),
        (result(content=""), "[The tool gave no output.]"),
        (result(content=None), "[The tool gave no output.]"),
        (result(content=[]), "[The tool gave no output.]"),
        (result(content="no such file", is_error=True), "Error: no such file"),
        (result(content="Error: gone", is_error=True), "Error: gone"),
        (result(content=[{"type": "tool_reference", "tool_name": "Read"}]), "Tool 'Read' is available now."),
        (result(**MARK), "ok"),
    ],
    ids=repr,
)
def test_tool_results_are_text(block: Json, expected: str) -> None:
    assert messages(at(), assistant(use()), user(block))[1] == {
        "role": "tool",
        "tool_call_id": "a",
        "content": expected,
    }


def test_a_marked_tool_result_keeps_its_mark_where_it_is_known() -> None:
    assert messages(at("openrouter"), assistant(use()), user(result(**MARK)))[1]["content"] == [text("ok", **MARKED)]


def test_images_of_results_follow_the_last_result_of_the_turn() -> None:
    found = messages(
        at(),
        assistant(use("a"), use("b")),
        user(result("a", [text("here"), PNG]), result("b"), text("and now?")),
    )
    assert [m["role"] for m in found] == ["assistant", "tool", "tool", "user"]
    assert found[1]["content"] == "here\n[The image follows in the next message.]"
    assert found[3]["content"] == [text("[Image from the result of tool call a]"), PNG_PART, text("and now?")]


def test_documents_of_results_follow_where_they_are_taken() -> None:
    found = messages(at("openai"), assistant(use()), user(result(content=[PDF])))
    assert found[1]["content"] == "[The document follows in the next message.]"
    assert found[2]["content"] == [text("[Document from the result of tool call a]"), PDF_PART]
    assert messages(at("groq"), assistant(use()), user(result(content=[PDF])))[-1]["role"] == "tool"


def test_images_of_results_are_words_for_a_model_that_cannot_see() -> None:
    found = messages(at("deepseek"), assistant(use()), user(result(content=[PNG])))
    assert found[-1] == {"role": "tool", "tool_call_id": "a", "content": NO_IMAGE}


LONG = "mcp__" + "x" * 80
UPSTREAM_ID = "functions.Bash:0"


def test_names_and_ids_are_the_same_in_calls_results_and_tools() -> None:
    body = sent(
        at("openai"),
        tools=[{"name": LONG, "input_schema": {"type": "object"}}],
        messages=[user("a"), assistant(use("i" * 50, LONG)), user(result("i" * 50))],
    )
    call = body["messages"][1]["tool_calls"][0]
    assert call["function"]["name"] == body["tools"][0]["function"]["name"]
    assert len(call["function"]["name"]) <= 64
    assert call["id"] == body["messages"][2]["tool_call_id"]


@pytest.mark.parametrize(
    ("vendor", "call_id", "is_kept"),
    [
        ("mistral", "MiKmDQjhP", True),
        ("mistral", "toolu_01abc", False),
        ("mistral", "éééééééé1", False),
        ("openai", "call_" + "x" * 35, True),
        ("openai", "call_" + "x" * 36, False),
        ("kimi", UPSTREAM_ID, True),
        ("unknown", UPSTREAM_ID, True),
    ],
)
def test_ids_have_the_form_that_the_vendor_takes(vendor: str, call_id: str, is_kept: bool) -> None:
    found = wire_id(call_id, at(vendor))
    assert (found == call_id) is is_kept
    assert wire_id(call_id, at(vendor)) == found
    if vendor == "mistral":
        assert len(found) == 9
        assert found.isalnum()
    if vendor == "openai":
        assert len(found) <= 40


def test_interrupted_calls_get_a_result() -> None:
    found = messages(at("openai"), user("a"), assistant(use("a"), use("b")), user(result("b"), text("stop")))
    assert [m.get("tool_call_id") for m in found] == [None, None, "b", "a", None]
