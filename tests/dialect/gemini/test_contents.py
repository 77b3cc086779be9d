"""Histories as Gemini demands them."""

from itertools import pairwise
from typing import Any

import pytest
from google.genai import types
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.anthropic.unify import unify
from ccr.core.history import NO_RESULT, ORPHAN
from ccr.core.jsonio import dump
from ccr.core.seal import seal
from ccr.dialect.gemini.contents import BEGINNING, CONTINUE, EMPTY_RESULT, NOTHING, encode_contents
from ccr.dialect.gemini.signature import SKIP, Signed, pack
from tests.dialect.gemini.wire import Json, body, contents, to

NEW = "gemini-3-pro-preview"


def user(*content: Any) -> Json:
    return {"role": "user", "content": list(content) if not isinstance(content[0], str) else content[0]}


def assistant(*content: Any) -> Json:
    return {"role": "assistant", "content": list(content)}


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def use(call_id: str, name: str = "Bash", **args: Any) -> Json:
    return {"type": "tool_use", "id": call_id, "name": name, "input": args}


def result(call_id: str, content: Any = "done", **more: Any) -> Json:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, **more}


def thinking(signed: Signed, words: str = "", *, model: str = NEW, provider: str = "google") -> Json:
    return {"type": "thinking", "thinking": words, "signature": seal(provider, model, pack(signed))}


def call(call_id: str, signature: str = "", **args: Any) -> Json:
    found: Json = {"functionCall": {"id": call_id, "name": "Bash", "args": args}}
    return {**found, "thoughtSignature": signature} if signature else found


def answer(call_id: str, output: str = "done") -> Json:
    return {"functionResponse": {"id": call_id, "name": "Bash", "response": {"output": output}}}


IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
INLINE = {"inlineData": {"mimeType": "image/png", "data": "iVBO"}}


def test_leading_system_messages_are_the_instruction() -> None:
    found = body({"system": [text("You are"), text(""), text("an agent.")], "messages": [user("hi")]})
    assert found["systemInstruction"] == {"parts": [{"text": "You are"}, {"text": "an agent."}]}
    assert found["contents"] == [{"role": "user", "parts": [{"text": "hi"}]}]


def test_later_system_messages_stay_in_place_as_marked_user_text() -> None:
    late = {"role": "system", "content": "Plan mode."}
    marked = {"role": "system", "content": "<system-reminder>Plan.</system-reminder>"}
    assert contents([user("a"), assistant(text("b")), late, user("c"), marked]) == [
        {"role": "user", "parts": [{"text": "a"}]},
        {"role": "model", "parts": [{"text": "b"}]},
        {
            "role": "user",
            "parts": [
                {"text": "<system-reminder>\nPlan mode.\n</system-reminder>"},
                {"text": "c"},
                {"text": "<system-reminder>Plan.</system-reminder>"},
            ],
        },
    ]


def test_model_without_system_instruction_gets_it_as_user_text() -> None:
    found = body({"system": "Be brief.", "messages": [user("hi")]}, "gemma-3-27b-it")
    assert "systemInstruction" not in found
    assert found["contents"] == [{"role": "user", "parts": [{"text": "Be brief."}, {"text": "hi"}]}]


def test_parallel_calls_get_their_results_in_one_turn_in_the_order_of_the_calls() -> None:
    history = [
        user("go"),
        assistant(text("ok"), use("a", x=1), use("b")),
        user(result("b", "B"), result("a", "A"), text("next")),
    ]
    assert contents(history)[1:] == [
        {"role": "model", "parts": [{"text": "ok"}, call("a", x=1), call("b")]},
        {"role": "user", "parts": [answer("a", "A"), answer("b", "B"), {"text": "next"}]},
    ]


def test_calls_and_results_are_balanced() -> None:
    history = [user(result("gone", "old")), assistant(use("a"), use("b")), user(result("a"), text("stop"))]
    assert contents(history) == [
        {"role": "user", "parts": [{"text": ORPHAN}, {"text": "old"}]},
        {"role": "model", "parts": [call("a"), call("b")]},
        {"role": "user", "parts": [answer("a"), answer("b", NO_RESULT), {"text": "stop"}]},
    ]


def test_calls_with_the_same_id_get_a_response_each() -> None:
    found = contents([user("go"), assistant(use("a", x=1), use("a", x=2)), user(result("a", "A"), result("a", "AA"))])
    assert [list(p) for p in found[2]["parts"][:2]] == [["functionResponse"], ["functionResponse"]]
    assert found[2]["parts"][0] == answer("a", "A")


def test_results_keep_errors_and_empty_outputs_apart() -> None:
    found = contents(
        [user("go"), assistant(use("a"), use("b")), user(result("a", "no such file", is_error=True), result("b", ""))]
    )
    responses = [p["functionResponse"]["response"] for p in found[2]["parts"]]
    assert responses == [{"error": "no such file"}, {"output": EMPTY_RESULT}]


def test_result_text_stays_text() -> None:
    """Google follows "$ref" in a structured response: https://github.com/vercel/ai/issues/14369"""
    found = contents([user("go"), assistant(use("a")), user(result("a", '{"$ref": "#/$defs/x"}'))])
    assert found[2]["parts"] == [answer("a", '{"$ref": "#/$defs/x"}')]


def test_images_in_results_go_inside_the_response_where_the_model_takes_them() -> None:
    history = [user("go"), assistant(use("a")), user(result("a", [text("shot"), IMAGE]))]
    inside = answer("a", "shot")
    inside["functionResponse"]["parts"] = [INLINE]
    assert contents(history, NEW)[2]["parts"] == [inside]


def test_images_in_results_follow_all_responses_elsewhere() -> None:
    history = [user("go"), assistant(use("a"), use("b")), user(result("a", [IMAGE]), result("b", "B"))]
    assert contents(history)[2]["parts"] == [
        answer("a", "[A file of this result follows below.]"),
        answer("b", "B"),
        {"text": "[File from the result of Bash a]"},
        INLINE,
    ]


def test_what_the_model_cannot_read_becomes_words() -> None:
    gif = {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "R0lG"}}
    [turn] = contents([user(gif, {"type": "redacted_thinking", "data": "x"}, text(""))])
    assert turn["parts"] == [{"text": "[An image was left out here: this model can't see images.]"}]


def test_names_are_sent_in_their_wire_form_everywhere() -> None:
    name = "mcp__some server__" + "x" * 80
    found = contents([user("go"), assistant(use("a", name)), user(result("a"))])
    sent = found[1]["parts"][0]["functionCall"]["name"]
    assert sent != name
    assert found[2]["parts"][0]["functionResponse"]["name"] == sent


@pytest.mark.parametrize(
    ("given", "args"),
    [("", {}), ("[1]", {"arguments": [1]}), ('{"a": 1', {"arguments": '{"a": 1'}), ({"a": 1}, {"a": 1})],
)
def test_call_arguments_are_always_an_object(given: Any, args: Any) -> None:
    block = {"type": "tool_use", "id": "a", "name": "Bash", "input": given}
    assert contents([user("go"), assistant(block), user(result("a"))])[1]["parts"] == [call("a", **args)]


def test_history_begins_with_the_user_and_never_lacks_content() -> None:
    assert contents([assistant(text("b")), user("c")])[0] == {"role": "user", "parts": [{"text": BEGINNING}]}
    assert contents([]) == [{"role": "user", "parts": [{"text": NOTHING}]}]
    alone = body({"system": "Only this.", "messages": [assistant(text(""))]})
    assert alone["contents"] == [{"role": "user", "parts": [{"text": "Only this."}]}]
    assert "systemInstruction" not in alone


def test_prefill_stays_where_the_model_continues_it_and_is_followed_by_a_user_turn_elsewhere() -> None:
    history = [user("json"), assistant(text("{"))]
    assert contents(history)[-1] == {"role": "model", "parts": [{"text": "{"}]}
    assert contents(history, "gemini-3.6-flash")[-1] == {"role": "user", "parts": [{"text": CONTINUE}]}


def test_signature_returns_to_its_call() -> None:
    turn = assistant(thinking(Signed("tool", "U0lH", "a"), "thoughts"), use("a"), use("b"))
    assert contents([user("go"), turn], NEW)[1]["parts"] == [call("a", "U0lH"), call("b")]


def test_signature_of_a_call_whose_id_was_changed_goes_by_its_place() -> None:
    turn = assistant(thinking(Signed("tool", "U0lH", "a")), use("a_2"), use("b"))
    assert contents([user("go"), turn], NEW)[1]["parts"] == [call("a_2", "U0lH"), call("b")]


@pytest.mark.parametrize(
    "foreign",
    [
        {"type": "thinking", "thinking": "hm", "signature": "EqQBCgIYAhIM"},
        {"type": "redacted_thinking", "data": "EqQBCgIYAhIM"},
        thinking(Signed("tool", "U0lH", "a"), model="gemini-3-flash"),
        thinking(Signed("tool", "U0lH", "a"), provider="other"),
    ],
)
def test_foreign_thinking_is_never_sent_and_the_sentinel_stands_in(foreign: Json) -> None:
    turn = assistant(foreign, use("a"), use("b"))
    assert contents([user("go"), turn], NEW)[1]["parts"] == [call("a", SKIP), call("b")]
    assert contents([user("go"), turn])[1]["parts"] == [call("a"), call("b")]


def test_signature_of_a_thought_returns_with_its_text() -> None:
    turn = assistant(thinking(Signed("thought", "U0lH"), "because"), text("so"))
    assert contents([user("go"), turn, user("on")], NEW)[1]["parts"] == [
        {"text": "because", "thought": True, "thoughtSignature": "U0lH"},
        {"text": "so"},
    ]


def test_signature_of_a_text_returns_to_the_text_before_it() -> None:
    turn = assistant(text("so"), thinking(Signed("text", "U0lH")), use("a"))
    assert contents([user("go"), turn], NEW)[1]["parts"] == [
        {"text": "so", "thoughtSignature": "U0lH"},
        call("a", SKIP),
    ]
    alone = assistant(thinking(Signed("text", "U0lH")), use("a"))
    assert contents([user("go"), alone], NEW)[1]["parts"][0] == {"text": "", "thoughtSignature": "U0lH"}


def test_googles_own_tool_parts_return_as_they_came() -> None:
    part = {
        "toolCall": {"id": "s1", "toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["x"]}},
        "thoughtSignature": "U0lH",
    }
    turn = assistant(thinking(Signed("part", part=part)), use("a"))
    assert contents([user("go"), turn], NEW)[1]["parts"] == [part, call("a", SKIP)]


def test_turn_with_thoughts_only_is_left_out() -> None:
    turn = assistant(thinking(Signed("thought", "U0lH"), "because"))
    assert contents([user("go"), turn, user("on")], NEW) == [
        {"role": "user", "parts": [{"text": "go"}, {"text": "on"}]}
    ]


BLOCKS = st.sampled_from(
    [
        text("x"),
        text(""),
        use("a"),
        use("b"),
        use(""),
        result("a"),
        result("b"),
        result("z"),
        result("a", [IMAGE]),
        IMAGE,
        thinking(Signed("tool", "U0lH", "a")),
        thinking(Signed("text", "U0lH")),
        {"type": "unknown"},
        {"type": "document", "source": 1},
    ]
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system"]), "content": st.lists(BLOCKS, max_size=4)}
    ),
    max_size=6,
)


def complaints(turns: list[Json], model: str) -> list[str]:
    """Return what Gemini would say about these contents."""
    found = ["contents is not specified"] if not turns else []
    found += ["multiturn requests alternate"] if any(a["role"] == b["role"] for a, b in pairwise(turns)) else []
    found += ["begins with the model"] if turns and turns[0]["role"] != "user" else []
    for before, turn in zip([{"parts": []}, *turns], [*turns, {"parts": []}], strict=True):
        calls = [p["functionCall"] for p in before["parts"] if "functionCall" in p]
        answers = [p["functionResponse"] for p in turn["parts"] if "functionResponse" in p]
        if [(c.get("id"), c["name"]) for c in calls] != [(a.get("id"), a["name"]) for a in answers]:
            found.append("the number of function response parts is not equal to the number of function call parts")
        first = next((p for p in before["parts"] if "functionCall" in p), None)
        if first and model == NEW and not first.get("thoughtSignature"):
            found.append("Function call is missing a thought_signature")
    for turn in turns:
        found += ["empty parts"] if not turn["parts"] else []
        found += [
            "required oneof field 'data' must have one initialized field"
            for p in turn["parts"]
            if not set(p) - {"thoughtSignature"}
        ]
        found += ["empty text" for p in turn["parts"] if p.get("text") == "" and "thoughtSignature" not in p]
    return found


@settings(max_examples=300, deadline=None)
@given(MESSAGES, st.sampled_from(["gemini-2.5-pro", NEW]))
def test_any_history_keeps_the_rules(messages: list[Json], model: str) -> None:
    request = unify({"messages": messages})
    before = dump(request)
    _, turns = encode_contents(request["messages"], to(model))
    assert complaints(turns, model) == []
    assert dump(request) == before
    for turn in turns:
        types.Content.model_validate(turn)


@settings(max_examples=100, deadline=None)
@given(MESSAGES)
def test_any_history_is_the_beginning_of_a_longer_one(messages: list[Json]) -> None:
    """Caches of the provider hold only for a prefix that stays the same, byte for byte."""
    settled = [user("go"), *messages, user("stop"), assistant(text("end"))]
    _, short = encode_contents(unify({"messages": settled})["messages"], to(NEW))
    _, longer = encode_contents(unify({"messages": [*settled, user("more"), assistant(use("q"))]})["messages"], to(NEW))
    assert dump(longer).startswith(dump(short)[:-1])
