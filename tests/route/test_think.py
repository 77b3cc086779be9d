from typing import Any

import pytest

from ccr.route.routes import ThinkSigns
from ccr.route.think import find_sign
from tests.route.samples import CAPTURES, body, result, system, user

PLANNING = [user("plan it"), system("Plan mode is active. The user indicated")]


def turn_effort(effort: str) -> dict[str, Any]:
    return {"role": "system", "content": "notice", "output_config": {"effort": effort}}


@pytest.mark.parametrize(
    ("request_body", "sign"),
    [
        pytest.param(body(), "", id="adaptive and the usual effort"),
        pytest.param(body(thinking={"type": "disabled"}), "", id="disabled"),
        pytest.param(body(thinking={"type": "adaptive", "display": "omitted"}), "", id="adaptive, shown otherwise"),
        pytest.param(body(thinking={"type": "enabled", "budget_tokens": 31_999}), "budget of 31,999", id="budget"),
        pytest.param(body(thinking={"type": "enabled"}), "budget of 0", id="switched on"),
        pytest.param(body(output_config={"effort": "max"}), "effort 'max'", id="effort"),
        pytest.param(body(output_config={"effort": "XHigh"}), "effort 'XHigh'", id="effort in another case"),
        pytest.param(body(output_config={"effort": "medium"}), "", id="less effort"),
        pytest.param(body(messages=[user("hi"), turn_effort("max")]), "effort 'max'", id="effort of the turn"),
        pytest.param(
            body(messages=[user("hi"), turn_effort("low"), system("n")], output_config={"effort": "max"}),
            "",
            id="less effort for the turn",
        ),
        pytest.param(body(messages=[user("a"), turn_effort("max"), user("b")]), "", id="effort of an earlier turn"),
        pytest.param(body(said="Please ultrathink!"), "words 'ultrathink'", id="keyword"),
        pytest.param(body(said="Think HARDER about it"), "words 'think harder'", id="keyword of two words"),
        pytest.param(body(said="think hard"), "words 'think hard'", id="shorter keyword"),
        pytest.param(body(said="ultrathinking"), "", id="inside a word"),
        pytest.param(body(said="I think hard-coding is bad"), "", id="before a hyphen"),
        pytest.param(body(said="<system-reminder>ultrathink</system-reminder>hi"), "", id="in a reminder"),
        pytest.param(body(messages=[user("ultrathink"), user(result("x"))]), "words", id="still the same turn"),
        pytest.param(body(messages=[user("ultrathink"), user("thanks")]), "", id="an earlier turn"),
        pytest.param(body(said=[result("ultrathink")]), "", id="in a result"),
        pytest.param(body(messages=PLANNING), "plan mode", id="plan mode"),
        pytest.param({}, "", id="empty"),
        pytest.param({"thinking": "enabled", "output_config": [], "messages": 7}, "", id="odd"),
        pytest.param({"thinking": {"type": "enabled", "budget_tokens": "many"}}, "budget of 0", id="odd budget"),
        pytest.param({"output_config": {"effort": 5}, "messages": [turn_effort({})]}, "", id="odd effort"),
    ],
)
def test_sign_of_thinking(request_body: dict[str, Any], sign: str) -> None:
    found = find_sign(request_body, ThinkSigns())
    assert sign in found
    assert bool(found) is bool(sign)


@pytest.mark.parametrize(
    ("request_body", "signs", "expected"),
    [
        (body(thinking={"type": "enabled", "budget_tokens": 4000}), ThinkSigns(budget=10_000), False),
        (body(thinking={"type": "enabled", "budget_tokens": 10_000}), ThinkSigns(budget=10_000), True),
        (body(thinking={"type": "enabled", "budget_tokens": 31_999}), ThinkSigns(budget=None), False),
        (body(), ThinkSigns(efforts=("High",)), True),
        (body(output_config={"effort": "max"}), ThinkSigns(efforts=()), False),
        (body(said="ultrathink"), ThinkSigns(keywords=()), False),
        (body(said="Bitte GRÜNDLICH nachdenken"), ThinkSigns(keywords=("gründlich",)), True),
        (body(said="请深入思考这个问题"), ThinkSigns(keywords=("深入思考",)), True),
        (body(said="a.b"), ThinkSigns(keywords=("a+b",)), False),
        (body(messages=PLANNING), ThinkSigns(plan_mode=False), False),
    ],
)
def test_signs_are_the_user_s_choice(request_body: dict[str, Any], signs: ThinkSigns, expected: bool) -> None:
    assert bool(find_sign(request_body, signs)) is expected


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("2.1.197 first request", ""),
        ("2.1.197 title", ""),
        ("2.1.197 plan mode", "plan mode"),
        ("2.1.197 plan mode left", ""),
        ("2.1.197 ultrathink", "'ultrathink'"),
        ("2.1.197 effort max", "'max'"),
        ("2.1.197 web search", ""),
        ("2.1.197 sonnet-4-5 plan mode left", "31,999"),
        ("2.0.77 ultrathink", "31,999"),
        ("2.0.77 warm-up", ""),
        ("1.0.128 ultrathink", "31,999"),
        ("1.0.128 plan mode left", ""),
    ],
)
def test_sign_of_the_real_client(name: str, sign: str) -> None:
    found = find_sign(CAPTURES[name]["body"], ThinkSigns())
    assert sign in found
    assert bool(found) is bool(sign)
