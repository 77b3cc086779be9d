"""Conversations as `input` items."""

from typing import Any

import pytest

from ccr.dialect.openai_responses.history import call_id, encode_history
from ccr.dialect.openai_responses.item import payload
from tests.dialect.target import (
    IMAGE,
    PDF,
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

MODEL = "gpt-5.1"
THOUGHT = {"id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "gAAAAAB"}
SIGNATURE = sealed(payload(THOUGHT), MODEL)


def items(*messages: Json, host: str = "openai", model: str = MODEL) -> list[Json]:
    return encode_history(request(*messages)["messages"], target(host, model))[1]


def kinds(found: list[Json]) -> list[str]:
    return [f"{i['type']}:{i['role']}" if i["type"] == "message" else i["type"] for i in found]


def test_text_at_the_start_is_the_instructions() -> None:
    blocks = [{"type": "text", "text": "You are."}, {"type": "text", "text": "Be brief."}]
    messages = request(user("hi"), system=blocks)["messages"]
    found = encode_history([{"role": "system", "content": "First."}, *messages], target("openai", MODEL))
    assert found[0] == "First.\n\nYou are.\nBe brief."
    assert kinds(found[1]) == ["message:user"]


@pytest.mark.parametrize(("host", "role"), [("openai", "developer"), ("groq", "system")])
def test_later_system_text_stays_in_its_place(host: str, role: str) -> None:
    found = items(user("a"), system("plan mode"), assistant("b"), host=host)
    assert kinds(found) == ["message:user", f"message:{role}", "message:assistant"]
    assert found[1]["content"] == [{"type": "input_text", "text": "plan mode"}]


def test_parts_of_a_user() -> None:
    (found,) = items(user("look", IMAGE, PDF, ""))
    assert found["content"] == [
        {"type": "input_text", "text": "look"},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"},
    ]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "image", "source": {"type": "url", "url": "https://a.example/x.png"}},
         {"type": "input_image", "image_url": "https://a.example/x.png", "detail": "auto"}),
        ({"type": "document", "source": {"type": "url", "url": "https://a.example/x.pdf"}},
         {"type": "input_file", "file_url": "https://a.example/x.pdf"}),
        ({"type": "document", "source": {"type": "text", "data": "words"}, "title": "T"},
         {"type": "input_text", "text": "T\n\nwords"}),
        ({"type": "document", "source": {"type": "file", "file_id": "f"}},
         {"type": "input_text", "text": "[The document was left out here: this model can't read it.]"}),
        ({"type": "search_result", "title": "T", "source": "u", "content": [{"type": "text", "text": "x"}]},
         {"type": "input_text", "text": "T\nu\nx"}),
    ],
)  # fmt: skip
def test_other_parts_of_a_user(block: Json, part: Json) -> None:
    assert items(user(block))[0]["content"] == [part]


def test_turn_with_calls_keeps_its_text_before_them() -> None:
    found = items(
        user("a"), assistant("b", "c", use("c1", command="ls"), use("c2", "Read")), user(result("c1"), result("c2"))
    )
    assert kinds(found)[1:] == [
        "message:assistant", "function_call", "function_call", "function_call_output", "function_call_output",
    ]  # fmt: skip
    assert [part["text"] for part in found[1]["content"]] == ["b", "c"]
    assert found[2] == {"type": "function_call", "call_id": "c1", "name": "Bash", "arguments": '{"command":"ls"}'}
    assert found[4] == {"type": "function_call_output", "call_id": "c1", "output": "ok"}


def test_reasoning_goes_back_before_what_it_preceded() -> None:
    found = items(user("a"), assistant(thinking(SIGNATURE), "b", use()), user(result()))
    assert kinds(found)[1:4] == ["reasoning", "message:assistant", "function_call"]
    assert found[1] == {"type": "reasoning", **THOUGHT}


def test_reasoning_between_calls_stays_between_them() -> None:
    found = items(user("a"), assistant(use("c1"), thinking(SIGNATURE), use("c2")), user(result("c1"), result("c2")))
    assert kinds(found)[1:4] == ["function_call", "reasoning", "function_call"]


@pytest.mark.parametrize(
    "signature",
    [
        sealed(payload(THOUGHT), "gpt-5.2"),
        sealed(payload(THOUGHT), MODEL, provider="other"),
        sealed("", MODEL),
        sealed("not json", MODEL),
        sealed("[]", MODEL),
        sealed(payload({"id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]}), MODEL),
        "EqQBCgIYAhIM1gbcDa9GJwZA2b3h",
        "",
    ],
    ids=["model", "provider", "empty", "no json", "no object", "nothing encrypted", "anthropic", "none"],
)
def test_reasoning_that_is_not_the_models_own_stays_here(signature: str) -> None:
    found = items(user("a"), assistant(thinking(signature), "b"))
    assert kinds(found) == ["message:user", "message:assistant"]


def test_reasoning_of_open_models_goes_back_in_words() -> None:
    thought = {"id": "rs_1", "content": [{"type": "reasoning_text", "text": "hm"}]}
    found = items(user("a"), assistant(thinking(sealed(payload(thought), MODEL)), "b"))
    assert found[1] == {"type": "reasoning", "summary": [], **thought}


def test_reasoning_that_nothing_follows_is_left_out() -> None:
    found = items(user("a"), assistant("b", thinking(SIGNATURE), thinking(SIGNATURE)), user("c"))
    assert kinds(found) == ["message:user", "message:assistant", "message:user"]


def test_orphans_are_repaired() -> None:
    found = items(user("a"), assistant(use("c1"), use("c2")), user(result("c2"), result("gone", "old"), "b"))
    calls = {i["call_id"] for i in found if i["type"] == "function_call"}
    outputs = {i["call_id"] for i in found if i["type"] == "function_call_output"}
    assert calls == outputs == {"c1", "c2"}
    assert "old" in str([i for i in found if i["type"] == "message"])


@pytest.mark.parametrize(
    ("content", "fields", "output"),
    [
        ("", {}, "[The tool gave no output.]"),
        ([], {}, "[The tool gave no output.]"),
        ("no such file", {"is_error": True}, "Error:\nno such file"),
        ("Error: no such file", {"is_error": True}, "Error: no such file"),
        ([{"type": "tool_reference", "tool_name": "Grep"}], {}, "Tool 'Grep' is available now."),
    ],
)
def test_output_is_never_empty_and_tells_of_errors(content: Any, fields: Json, output: str) -> None:
    found = items(user("a"), assistant(use()), user(result("toolu_1", content, **fields)))
    assert found[-1]["output"] == output


def test_images_of_a_result_go_with_it_to_openai() -> None:
    found = items(user("a"), assistant(use()), user(result("toolu_1", [{"type": "text", "text": "x"}, IMAGE, PDF])))
    assert [part["type"] for part in found[-1]["output"]] == ["input_text", "input_image", "input_file"]


def test_images_of_a_result_follow_the_results_elsewhere() -> None:
    results = [result("c1", [IMAGE]), result("c2", "ok")]
    found = items(user("a"), assistant(use("c1"), use("c2")), user(*results, "b"), host="local")
    assert kinds(found)[3:] == ["function_call_output", "function_call_output", "message:user", "message:user"]
    assert [part["type"] for part in found[5]["content"]] == ["input_text", "input_image"]
    assert isinstance(found[3]["output"], str)


def test_messages_of_an_assistant_have_what_strict_servers_ask_for() -> None:
    found = items(user("a"), assistant("b"), user("c"), assistant("d"), host="local")
    ids = [i["id"] for i in found if i.get("role") == "assistant"]
    assert len(set(ids)) == 2
    assert found[1]["status"] == "completed"
    assert found[1]["content"] == [{"type": "output_text", "text": "b", "annotations": []}]
    assert "id" not in items(user("a"), assistant("b"))[1]


@pytest.mark.parametrize(("model", "phased"), [("gpt-5.4", True), ("gpt-5.3-codex", True), ("gpt-5.1", False)])
def test_newer_models_are_told_the_phase_of_a_text(model: str, phased: bool) -> None:
    found = items(user("a"), assistant("looking", use()), user(result()), assistant("done"), model=model)
    phases = [i.get("phase") for i in found if i.get("role") == "assistant"]
    assert phases == (["commentary", "final_answer"] if phased else [None, None])


def test_searches_of_other_providers_are_told_in_words() -> None:
    call = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}}
    hits = [{"type": "web_search_result", "url": "https://a.example/", "title": "A", "encrypted_content": ""}]
    found = items(
        user("a"), assistant(call, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": hits})
    )
    assert [part["text"] for part in found[1]["content"]] == ["[Searched the web for 'q'.]", "- A https://a.example/"]


@pytest.mark.parametrize("given", ["call_1", "functions.Bash:0", "x" * 64])
def test_usual_ids_stay(given: str) -> None:
    assert call_id(given) == given


@pytest.mark.parametrize("given", ["", "x" * 65, "\ud800" * 80])
def test_unusual_ids_are_hashed_the_same_each_time(given: str) -> None:
    assert call_id(given) == call_id(given)
    assert len(call_id(given)) <= 64


def test_conversation_without_words_still_says_something() -> None:
    assert kinds(items(user(""))) == ["message:user"]
    assert kinds(encode_history([], target("openai", MODEL))[1]) == ["message:user"]
