"""What is sent to an upstream for one request."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr import plan
from ccr.anthropic.request import Inbound, read_body
from ccr.config.parse import parse
from ccr.core.jsonio import dump, dump_text
from ccr.core.known import History
from ccr.core.recall import Recall
from ccr.core.seal import seal
from ccr.core.usage import Usage
from ccr.snapshot import Snapshot
from ccr.upstream import Upstream
from tests.chat import request

BILLING = {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1; cch=abc;"}


def upstream(**settings: Any) -> Upstream:
    provider = {"name": "p", "api_base_url": "https://x.test/v1", "api_key": "k", "models": ["m"], **settings}
    loaded = parse(dump_text({"Providers": [provider]}), {})
    return Snapshot(loaded.require(), loaded.hash).upstream("p", "m")


def inbound(body: dict[str, Any], **headers: str) -> Inbound:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Inbound(body=body, raw=dump(body), headers=names, query="beta=true", session="s")


def sent(body: dict[str, Any], to: Upstream, *, recall: Recall | None = None) -> dict[str, Any]:
    asked = inbound(body)
    found: dict[str, Any] = json.loads(plan.build(asked, asked.body, to, recall=recall or Recall()).call.body)
    return found


PASSING = {"api_base_url": "https://x.test/v1/messages", "transformer": {"use": ["Anthropic"]}}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"model":"a","x":{"model":"a"}}', b'{"model":"m","x":{"model":"a"}}'),
        (b' {\n "model" : "a\\"b" ,"y":1}', b' {\n "model" : "m" ,"y":1}'),
        (b'{"x":1,"model":"a"}', b'{"x":1,"model":"m"}'),
    ],
    ids=["first", "spaced", "later"],
)
def test_only_the_models_name_changes_in_what_passes_through(raw: bytes, expected: bytes) -> None:
    asked = Inbound(body=json.loads(raw), raw=raw, headers={}, query="")
    assert plan.build(asked, asked.body, upstream(**PASSING), recall=Recall()).call.body == expected


def test_what_passes_through_keeps_the_clients_headers_but_its_credentials() -> None:
    asked = inbound(
        request(),
        anthropic_beta="a",
        authorization="Bearer router",
        content_type="text/plain",
        host="127.0.0.1",
        x_app="cli",
    )
    call = plan.build(asked, asked.body, upstream(**PASSING), recall=Recall()).call
    assert call.url == "https://x.test/v1/messages?beta=true"
    assert call.auth == "x-api-key"
    assert call.headers["anthropic-beta"] == "a"
    assert call.headers["x-app"] == "cli"
    assert not {"authorization", "content-type", "host"} & set(call.headers)


def test_usage_that_is_added_up_is_never_passed_through() -> None:
    asked = inbound(request(stream=False))
    target = upstream(**PASSING)
    built = plan.build(asked, asked.body, target, recall=Recall())
    heading = plan.heading(asked, target, message_id="msg_1", prompt_tokens=0, spent=Usage(input=100, output=20))
    reply = built.reply(heading)
    answer = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "hi"}],
        "stop_reason": "end_turn",
    }
    out = reply.feed(json.dumps({**answer, "usage": {"input_tokens": 7, "output_tokens": 3}}).encode()) + reply.close()
    usage = json.loads(out)["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (107, 23)


def test_a_bearer_key_can_be_asked_for() -> None:
    settings = {**PASSING, "transformer": {"use": [["Anthropic", {"UseBearer": True}]]}}
    asked = inbound(request())
    assert plan.build(asked, asked.body, upstream(**settings), recall=Recall()).call.auth == "bearer"


def test_the_changing_billing_line_stays_with_anthropic() -> None:
    body = request(system=[BILLING, {"type": "text", "text": "You help."}])
    assert sent(body, upstream())["messages"][0] == {"role": "system", "content": "You help."}
    assert sent(request(system=[BILLING]), upstream())["messages"][0]["role"] == "user"
    assert "billing" in str(sent(body, upstream(**PASSING)))


def test_options_of_transformers_are_added_to_the_body_and_headers() -> None:
    settings = {
        "transformer": {"use": [["openrouter", {"provider": {"only": ["x"]}}]]},
        "headers": {"x-title": "me"},
    }
    asked = inbound(request())
    call = plan.build(asked, asked.body, upstream(**settings), recall=Recall()).call
    assert json.loads(call.body)["provider"] == {"only": ["x"]}
    assert call.headers["x-title"] == "me"


def test_reasoning_that_the_client_dropped_is_given_back() -> None:
    recall = Recall()
    thought = {"type": "thinking", "thinking": "because", "signature": seal("p", "m", "")}
    recall.note(["call_1"], [thought])
    body = request(
        messages=[
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "call_1", "name": "Bash", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "ok"}]},
        ]
    )
    to = upstream(transformer={"use": ["deepseek"]})
    assert sent(body, to, recall=recall)["messages"][1]["reasoning_content"] == "because"


def test_the_clients_request_is_never_changed() -> None:
    body = request(system=[BILLING], messages=[{"role": "user", "content": [{"type": "text", "text": "a"}]}])
    before = json.dumps(body)
    sent(body, upstream(transformer={"use": ["tooluse", "cleancache", "reasoning", "forcereasoning"]}))
    assert json.dumps(body) == before


def test_ids_of_earlier_calls_are_known() -> None:
    call = {"type": "tool_use", "id": "x", "name": "Bash", "input": {}}
    body = {"messages": [{"role": "assistant", "content": [call]}, {"role": "user", "content": "b"}]}
    assert plan.tool_ids(body) == {"x"}


IDS = st.sampled_from(["toolu_1", "toolu_2", "call|odd id", "x" * 70])
MARKS = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}])
WORDS = st.sampled_from(["", "a", "<system-reminder>b</system-reminder>"])
TEXTS = st.builds(lambda text, mark: {"type": "text", "text": text, **mark}, WORDS, MARKS)
PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}}
RESULTS = st.builds(
    lambda call_id, content, mark: {"type": "tool_result", "tool_use_id": call_id, "content": content, **mark},
    IDS,
    st.one_of(WORDS, st.lists(st.one_of(TEXTS, st.just(PNG)), max_size=2)),
    MARKS,
)
SIGNATURES = st.sampled_from(["", "theirs", seal("p", "m", '{"details":[{"type":"x"}]}'), seal("q", "n", "{}")])
THOUGHTS = st.builds(lambda text, sign: {"type": "thinking", "thinking": text, "signature": sign}, WORDS, SIGNATURES)
CALLS = st.builds(
    lambda call_id, name: {"type": "tool_use", "id": call_id, "name": name, "input": {"a": 1}},
    IDS,
    st.sampled_from(["Read", "mcp.odd name"]),
)
TURNS = st.one_of(
    st.builds(
        lambda content: {"role": "user", "content": content},
        st.one_of(WORDS, st.lists(st.one_of(TEXTS, RESULTS, st.sampled_from([PNG, PDF])), max_size=3)),
    ),
    st.builds(
        lambda content: {"role": "assistant", "content": content},
        st.lists(st.one_of(TEXTS, THOUGHTS, CALLS), max_size=3),
    ),
    st.builds(lambda text: {"role": "system", "content": text}, WORDS),
)
TOOLS = [
    {
        "name": "Read",
        "description": "reads",
        "input_schema": {"type": "object", "properties": {"a": {"type": "array"}}},
    },
    {"name": "mcp.odd name", "input_schema": {"$schema": "x", "anyOf": [{"type": "object"}]}},
    {"type": "web_search_20250305", "name": "web_search"},
]
TARGETS = [
    upstream(api_base_url=url, transformer={"use": use})
    for url, *use in (
        ("https://x.test/v1/chat/completions",),
        ("https://api.mistral.ai/v1/chat/completions",),
        ("https://api.deepseek.com/chat/completions",),
        ("https://openrouter.ai/api/v1/chat/completions", "tooluse", "cleancache"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",),
        ("https://generativelanguage.googleapis.com/v1beta/models/", "gemini"),
        ("https://api.openai.com/v1/responses",),
        ("https://x.test/v1/messages",),
    )
]


@given(st.lists(TURNS, min_size=1, max_size=6), st.lists(st.sampled_from(TARGETS), min_size=2, max_size=4))
def test_what_is_known_from_earlier_requests_changes_nothing(turns: list[Any], targets: list[Upstream]) -> None:
    history = History()
    for count in range(1, len(turns) + 1):
        raw = dump({"model": "x", "max_tokens": 9, "tools": TOOLS, "messages": turns[:count], "stream": True})
        for target in targets:
            bodies = []
            for known in (None, history):
                asked = Inbound(body=read_body(raw, known), raw=raw, headers={}, session="s")
                built = plan.build(asked, asked.body, target, recall=Recall())
                heading = plan.heading(asked, target, message_id="msg_1", prompt_tokens=0)
                bodies.append((built.call.body, sorted(heading.used_ids)))
            assert bodies[0] == bodies[1]
    assert {raw: dict(part) for raw, part in history} == {raw: json.loads(raw) for raw, _ in history}
