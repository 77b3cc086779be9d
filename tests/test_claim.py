"""Thoughts go only to whom they belong, also those whose signature has no seal."""

from typing import Any

import pytest

from ccr import claim
from ccr.config.parse import parse
from ccr.core.jsonio import dump_text
from ccr.core.recall import Keepsake, Recall
from ccr.core.seal import seal, unseal
from ccr.snapshot import Snapshot
from ccr.upstream import Upstream
from tests.test_plan import sent

Json = dict[str, Any]
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "5f0c-by-deepseek"}
REDACTED = {"type": "redacted_thinking", "data": "c2VjcmV0"}


def passing(name: str, model: str, url: str = "http://127.0.0.1:9/v1/messages") -> Upstream:
    """Return an upstream that gets the client's bytes; the address tells nothing unless it is given."""
    provider = {"name": name, "api_base_url": url, "models": [model], "transformer": {"use": ["Anthropic"]}}
    loaded = parse(dump_text({"Providers": [provider]}), {})
    return Snapshot(loaded.require(), loaded.hash).upstream(name, model)


DEEPSEEK = passing("deepseek", "deepseek-chat")
CLAUDE = passing("gateway", "claude-sonnet-4-5")
ANTHROPIC = passing("a", "claude-sonnet-4-5", "https://api.anthropic.com/v1/messages")


def session(*blocks: Json) -> Json:
    call = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
    tool = {"name": "Bash", "input_schema": {"type": "object"}}
    return {
        "model": "x",
        "max_tokens": 5000,
        "tools": [tool],
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [*blocks, call]},
            {"role": "user", "content": [result]},
        ],
    }


def knowing(maker: Upstream, *signatures: str) -> Recall:
    recall = Recall()
    recall.keep(Keepsake(maker=maker.maker, signatures=signatures))
    return recall


def thoughts(body: Json, to: Upstream, recall: Recall) -> list[Json]:
    blocks = sent(body, to, recall=recall)["messages"][1]["content"]
    return [block for block in blocks if block["type"] in ("thinking", "redacted_thinking")]


@pytest.mark.parametrize("to", [CLAUDE, ANTHROPIC], ids=["gateway", "anthropic"])
def test_thoughts_that_another_passed_on_do_not_reach_claude(to: Upstream) -> None:
    recall = knowing(DEEPSEEK, THOUGHT["signature"], REDACTED["data"])
    assert thoughts(session(THOUGHT, REDACTED), to, recall) == []


@pytest.mark.parametrize("to", [DEEPSEEK, passing("kimi", "kimi-k2")], ids=["itself", "not asked"])
def test_a_signature_stays_where_it_is_known_or_nothing_is_known_of_it(to: Upstream) -> None:
    recall = knowing(DEEPSEEK, THOUGHT["signature"]) if to is DEEPSEEK else Recall()
    assert thoughts(session(THOUGHT), to, recall) == [THOUGHT]


def test_claudes_thoughts_go_to_claude_wherever_it_runs_but_not_to_others() -> None:
    recall = knowing(ANTHROPIC, THOUGHT["signature"])
    assert thoughts(session(THOUGHT), CLAUDE, recall) == [THOUGHT]
    assert THOUGHT not in thoughts(session(THOUGHT), DEEPSEEK, recall)


def test_a_thought_without_a_signature_goes_to_imitators_only() -> None:
    bare = {**THOUGHT, "signature": ""}
    assert thoughts(session(bare), DEEPSEEK, Recall()) == [bare]
    assert thoughts(session(bare), CLAUDE, Recall()) == []


def test_own_thoughts_survive_among_those_of_others() -> None:
    """Another's sealed thought in the history means that the request is encoded anew."""
    other = {**THOUGHT, "thinking": "mine", "signature": seal("gemini", "g", "x")}
    recall = knowing(DEEPSEEK, THOUGHT["signature"])
    assert thoughts(session(other, THOUGHT), DEEPSEEK, recall) == [THOUGHT]


def test_a_signature_of_nobody_known_is_left_alone() -> None:
    message = {"role": "assistant", "thinking": {"content": "hm", "signature": "s", "blocks": [THOUGHT]}}
    assert claim.sealed(message, CLAUDE, Recall().origins) is message


def test_a_foreign_signature_is_sealed_for_every_dialect() -> None:
    message = {"role": "assistant", "thinking": {"content": "hm", "signature": "s", "blocks": [THOUGHT]}}
    found = claim.sealed(message, CLAUDE, knowing(DEEPSEEK, THOUGHT["signature"]).origins)
    owner = unseal(found["thinking"]["blocks"][0]["signature"])
    assert owner is not None
    assert owner.payload == THOUGHT["signature"]
    assert owner.provider != "gateway"


@pytest.mark.parametrize(
    ("call_id", "secret", "stays"),
    [("srvtoolu_01AbC", "RXJr" * 10, True), ("srvtoolu_msg_1", "RXJr" * 10, False), ("srvtoolu_01AbC", "", False)],
    ids=["its own", "an id of ours", "without its secret"],
)
def test_claude_gets_only_what_its_own_search_found(call_id: str, secret: str, stays: bool) -> None:
    hit = {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": secret, "page_age": None}
    blocks: list[Json] = [
        {"type": "server_tool_use", "id": call_id, "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": call_id, "content": [hit]},
    ]
    found = sent(session(*blocks), CLAUDE)["messages"][1]["content"]
    assert (found[:2] == blocks) == stays
    assert sent(session(*blocks), DEEPSEEK)["messages"][1]["content"][:2] == blocks
