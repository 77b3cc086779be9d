"""A request that is mended on its way."""

import json

import pytest

from ccr.keys.lessons import Lessons
from ccr.keys.repair import Repairs

BODY = b'{"messages":[],"x":1,"y":2}'


def refuse(repairs: Repairs, field: str, body: bytes = BODY, *, status: int = 400) -> bool:
    answer = json.dumps({"error": {"message": f"{field}: Extra inputs are not permitted"}}).encode()
    return repairs.learn(status, answer, body, provider="p", model="m", why=f"{field}?")


def test_a_body_that_needs_no_change_is_the_very_same() -> None:
    assert Repairs(Lessons()).apply(BODY, provider="p", model="m") is BODY


def test_one_field_after_the_other_is_left_out() -> None:
    repairs = Repairs(Lessons())
    assert refuse(repairs, "x")
    body = repairs.apply(BODY, provider="p", model="m")
    assert json.loads(body) == {"messages": [], "y": 2}
    assert refuse(repairs, "y", body)
    assert json.loads(repairs.apply(BODY, provider="p", model="m")) == {"messages": []}
    assert repairs.apply(BODY, provider="p", model="n") is BODY


def test_the_same_complaint_again_ends_it() -> None:
    repairs = Repairs(Lessons())
    assert refuse(repairs, "x")
    assert not refuse(repairs, "x")
    assert not refuse(repairs, "nothing")


@pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
def test_only_refusals_of_the_body_teach(status: int) -> None:
    assert not refuse(Repairs(Lessons()), "x", status=status)


def test_a_chat_templates_exception_is_a_refusal() -> None:
    body = b'{"messages":[{"role":"tool","content":"a"},{"role":"user","content":"b"}]}'
    answer = b'{"error":{"code":500,"message":"Jinja Exception: conversation roles must alternate"}}'
    repairs = Repairs(Lessons())
    assert repairs.learn(500, answer, body, provider="p", model="m", why="")
    assert json.loads(repairs.apply(body, provider="p", model="m")) == {
        "messages": [{"role": "tool", "content": "a\n\nb"}]
    }


def test_what_worked_is_remembered_for_others() -> None:
    lessons = Lessons()
    first = Repairs(lessons)
    refuse(first, "x")
    assert Repairs(lessons).apply(BODY, provider="p", model="m") is BODY
    first.confirm(provider="p", model="m")
    assert json.loads(Repairs(lessons).apply(BODY, provider="p", model="m")) == {"messages": [], "y": 2}
    assert lessons.report()[0]["why"] == "x?"


def test_what_helped_is_told_once_it_has() -> None:
    told: list[str] = []
    repairs = Repairs(Lessons(), tell=told.append)
    assert refuse(repairs, "x")
    assert told == []
    repairs.confirm(provider="p", model="m")
    repairs.confirm(provider="p", model="m")
    assert told == ["p,m answers if we leave out x; done for all requests, since it said: x?"]


def test_the_way_that_led_to_a_provider_is_told_and_holds_for_others() -> None:
    told: list[str] = []
    lessons = Lessons()
    Repairs(lessons, tell=told.append).take("p", "auth", "bearer", why="no key")
    assert Repairs(lessons).way("p", "auth") == "bearer"
    assert told == ["p answers if we send the key as bearer; done from now on, since it said: no key"]
