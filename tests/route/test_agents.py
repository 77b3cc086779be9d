"""What the agents of router mode are told, and what the dispatcher's words mean."""

from typing import Any

import pytest

from ccr.route.agents import (
    CODER,
    THINKER,
    TOOL,
    Agents,
    acting_body,
    choice,
    dispatch_body,
    result_of,
    task_body,
    with_result,
)
from tests.route.samples import IMAGE, body, result, user

ALL = Agents("r,m", "t,m", "c,m", "k,m", steps=3)
NAMES = (TOOL, CODER, THINKER)


def says(*content: Any) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]}


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ([], NAMES),
        ([CODER], NAMES),
        ([THINKER], (TOOL, CODER)),
        ([THINKER, CODER], (TOOL, CODER)),
        ([CODER, CODER, CODER], (TOOL,)),
    ],
)
def test_offered_has_a_depth_limit_and_one_thinker(used: list[str], expected: tuple[str, ...]) -> None:
    assert ALL.offered(used) == expected


def test_offered_leaves_out_who_is_not_there() -> None:
    assert Agents("r,m", "t,m").offered([]) == (TOOL,)
    assert Agents("r,m", "t,m", thinker="k,m").offered([]) == (TOOL, THINKER)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(says('{"use": "coder"}'), CODER, id="plain"),
        pytest.param(says('Sure!\n```json\n{"use": "thinker"}\n```'), THINKER, id="fenced"),
        pytest.param(says('<think>{"use":"coder"}? no</think>{"use":"use-tool"}'), TOOL, id="after thoughts"),
        pytest.param(says('A {brace} and {"use": " Coder "}'), CODER, id="other braces"),
        pytest.param(says('{"use": "coder", "args": {"n": 1}}'), CODER, id="nested"),
        pytest.param(says('{"use": "painter"}'), TOOL, id="unknown name"),
        pytest.param(says("Hello, how can I help?"), None, id="its own answer"),
        pytest.param(says({"type": "tool_use", "id": "t", "name": "Bash", "input": {}}), None, id="its own call"),
        pytest.param(says('{"title": "A test"}'), None, id="other JSON"),
        pytest.param(says(), TOOL, id="nothing"),
        pytest.param({"content": None}, TOOL, id="no content"),
        pytest.param({}, TOOL, id="no message"),
    ],
)
def test_choice(message: dict[str, Any], expected: str | None) -> None:
    assert choice(message, NAMES) == expected


def test_choice_takes_only_what_was_offered() -> None:
    assert choice(says('{"use": "thinker"}'), (TOOL, CODER)) == TOOL


def test_dispatch_body_keeps_the_conversation_and_lists_the_agents() -> None:
    asked = dispatch_body(body(said="fix it"), (TOOL, CODER))
    assert asked["messages"][:-1] == [{"role": "user", "content": "fix it"}]
    last = asked["messages"][-1]
    assert last["role"] == "system"
    assert '"name": "coder"' in last["content"]
    assert '"name": "thinker"' not in last["content"]
    assert asked["tools"] == body()["tools"]
    assert not {"thinking", "output_config", "stream", "model"} & set(asked)


def test_task_body_has_no_tools_and_alternating_roles() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "a.py"}}
    talk = [
        user("look"),
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "I read."}, call],
        },
        user(result([{"type": "text", "text": "x = 1"}, IMAGE, {"type": "document", "source": {}}])),
        {"role": "system", "content": "a notice"},
    ]
    asked = task_body(body(messages=talk), THINKER)
    assert "tools" not in asked
    assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "user"]
    said = [
        part.get("text", part["type"]) for part in asked["messages"][1]["content"] + asked["messages"][2]["content"]
    ]
    assert said[:5] == ["I read.", '[Call of Read: {"file_path":"a.py"}]', "[Result: x = 1]", "image", "document"]
    assert talk[0]["content"] == [{"type": "text", "text": "look"}]


@pytest.mark.parametrize("name", [CODER, THINKER])
def test_task_body_ends_with_the_user(name: str) -> None:
    asked = task_body(with_result(body(said="go"), THINKER, "a plan"), name)
    assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "user"]
    assert asked["messages"][1]["content"] == [{"type": "text", "text": "thinker Agent Result: a plan"}]


def test_acting_body_changes_nothing_before_its_end() -> None:
    given = body(said="go")
    acting = acting_body(with_result(given, CODER, "code"))
    assert acting["messages"][:1] == given["messages"]
    assert [message["role"] for message in acting["messages"]] == ["user", "assistant", "system"]
    assert {k: v for k, v in acting.items() if k != "messages"} == {k: v for k, v in given.items() if k != "messages"}


def test_result_of_is_the_text_without_thoughts() -> None:
    assert result_of(says("<think>hm</think> code", "more")) == "code\nmore"
