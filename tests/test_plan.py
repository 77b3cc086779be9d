"""What is sent to an upstream for one request."""

import json
from typing import Any

import pytest

from ccr import plan
from ccr.anthropic.request import Inbound
from ccr.config.parse import parse
from ccr.core.jsonio import dump, dump_text
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
    asked = inbound(request(), anthropic_beta="a", authorization="Bearer router", host="127.0.0.1", x_app="cli")
    call = plan.build(asked, asked.body, upstream(**PASSING), recall=Recall()).call
    assert call.url == "https://x.test/v1/messages?beta=true"
    assert call.auth == "x-api-key"
    assert call.headers["anthropic-beta"] == "a"
    assert call.headers["x-app"] == "cli"
    assert not {"authorization", "host"} & set(call.headers)


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
