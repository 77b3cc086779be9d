from copy import deepcopy
from typing import Any

import pytest

from ccr.core.jsonio import dump
from ccr.route.subagent import take_tag
from tests.route.samples import CAPTURES, body, result, user

TAG = "<CCR-SUBAGENT-MODEL>local,eye</CCR-SUBAGENT-MODEL>"


@pytest.mark.parametrize(
    "tagged",
    [
        pytest.param(body(system=f"{TAG}Be brief."), id="system string"),
        pytest.param(
            body(system=[{"type": "text", "text": "billing"}, {"type": "text", "text": f"Be{TAG}"}]), id="system block"
        ),
        pytest.param(body(said=f"{TAG} look"), id="first message, string"),
        pytest.param(
            body(said=user("<system-reminder>a</system-reminder>", f"{TAG} look")["content"]), id="after a reminder"
        ),
        pytest.param(body(said=user(f"look {TAG} here")["content"]), id="in the middle"),
        pytest.param(
            body(said=user("<CCR-SUBAGENT-MODEL>\nlocal,eye\n</CCR-SUBAGENT-MODEL>")["content"]), id="over lines"
        ),
        pytest.param(body(messages=[user("a"), {"role": "assistant", "content": "b"}, user(TAG)]), id="second message"),
        pytest.param(body(system=TAG, said=TAG.replace("eye", "other")), id="the first of two"),
        pytest.param(body(said="<CCR-SUBAGENT-MODEL> </CCR-SUBAGENT-MODEL>" + TAG), id="after an empty one"),
    ],
)
def test_tag_is_found_and_taken_out(tagged: dict[str, Any]) -> None:
    before = deepcopy(tagged)
    name, clean = take_tag(tagged)
    assert name == "local,eye"
    assert b"CCR-SUBAGENT" not in dump(clean)
    assert tagged == before


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param(body(), id="no tag"),
        pytest.param(body(said=TAG[:-5]), id="never closed"),
        pytest.param(body(said=TAG.replace("local", "x" * 600)), id="too long to be a name"),
        pytest.param(body(messages=[{"role": "assistant", "content": TAG}]), id="in an answer"),
        pytest.param(body(messages=[user("a"), user("b"), user(TAG)]), id="in a later message"),
        pytest.param(body(said=[result(TAG)]), id="in a result"),
        pytest.param({"system": 5, "messages": {"role": "user"}}, id="odd"),
        pytest.param({"system": [None, {"text": 5}], "messages": [None, {"role": "user"}]}, id="odder"),
    ],
)
def test_body_without_a_tag_is_the_same_object(plain: dict[str, Any]) -> None:
    name, clean = take_tag(plain)
    assert name == ""
    assert clean is plain


def test_only_the_way_to_the_tag_is_copied() -> None:
    tagged = body(messages=[user("keep", TAG + "x"), user("other")], system=[{"type": "text", "text": "s"}])
    _, clean = take_tag(tagged)
    assert clean["system"] is tagged["system"]
    assert clean["tools"] is tagged["tools"]
    assert clean["messages"][1] is tagged["messages"][1]
    assert clean["messages"][0]["content"][0] is tagged["messages"][0]["content"][0]
    assert clean["messages"][0]["content"][1] == {"type": "text", "text": "x"}


def test_block_with_nothing_but_the_tag_goes() -> None:
    _, clean = take_tag(body(said=user(TAG, "look", " ")["content"]))
    assert clean["messages"][0]["content"] == user("look", " ")["content"]


def test_last_block_of_a_message_stays() -> None:
    _, clean = take_tag(body(said=user(TAG)["content"]))
    assert clean["messages"][0]["content"] == [{"type": "text", "text": ""}]


@pytest.mark.parametrize(
    ("capture", "tag"),
    [
        ("2.1.197 subagent with tag", "mock,small"),
        ("2.1.197 agent with tag in its prompt", "mock,small"),
        ("2.0.77 subagent with tag", "mock,small"),
        ("2.1.197 after the subagent", ""),
        ("2.1.197 first request", ""),
    ],
)
def test_tag_of_the_real_client(capture: str, tag: str) -> None:
    assert take_tag(CAPTURES[capture]["body"])[0] == tag


def test_many_open_tags_take_no_time() -> None:
    assert take_tag(body(said="<CCR-SUBAGENT-MODEL>" * 50_000))[0] == ""
