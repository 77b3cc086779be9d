"""`Router.rules`: every condition, alone and with others, and what is wrong with a rule."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from ccr.route.facts import Facts
from ccr.route.routes import read_routes
from ccr.route.table import Glob, Line, read_table
from tests.route.samples import body, system, user


def line(**when: Any) -> Line:
    problems: list[str] = []
    (found,) = read_table([{"when": when, "model": "p,m"}], problems)
    assert problems == []
    return found


def facts(**more: Any) -> Facts:
    named = {name: more.pop(name) for name in ("agent", "headers") if name in more}
    return Facts(body(**more), **named)


FOLDER = {"system": [{"type": "text", "text": "<env>\nWorking directory: /home/me/code/app\n</env>"}]}


@pytest.mark.parametrize(
    ("when", "given", "expected"),
    [
        pytest.param({}, facts(), True, id="none"),
        pytest.param({"model": "claude-sonnet*"}, facts(), True, id="model"),
        pytest.param({"model": ["gpt*", "CLAUDE-SONNET-5"]}, facts(), True, id="models"),
        pytest.param({"model": "sonnet"}, facts(), False, id="whole name"),
        pytest.param({"text": "(?i)HELLO"}, facts(said="say hello"), True, id="text"),
        pytest.param({"text": "^secret"}, facts(said="no secret"), False, id="other text"),
        pytest.param(
            {"text": "reminded"},
            facts(said="<system-reminder>reminded</system-reminder>go"),
            False,
            id="own words only",
        ),
        pytest.param({"text": "first"}, facts(messages=[user("first"), user("second")]), False, id="last words"),
        pytest.param({"tool": "B*sh"}, facts(), True, id="tool"),
        pytest.param({"tool": ["mcp__*", "Read"]}, facts(), False, id="no such tool"),
        pytest.param({"tool": "*"}, facts(tools=[]), False, id="no tools"),
        pytest.param({"agent": True}, facts(agent="a1"), True, id="agent"),
        pytest.param({"agent": True}, facts(), False, id="no agent"),
        pytest.param({"agent": False}, facts(agent="a1"), False, id="not for agents"),
        pytest.param({"header": {"X-Team": "blue*"}}, facts(headers={"x-team": "Blue-1"}), True, id="header"),
        pytest.param({"header": {"x-team": "*", "x-a": "1"}}, facts(headers={"x-team": "b"}), False, id="headers"),
        pytest.param({"project": "*/code/*"}, facts(**FOLDER), True, id="project"),
        pytest.param({"project": "/home/me/code"}, facts(**FOLDER), False, id="other project"),
        pytest.param({"project": "*"}, facts(messages=[user("x"), system("y")]), True, id="any project"),
        pytest.param({"model": "claude*", "agent": True}, facts(), False, id="all must hold"),
    ],
)
def test_conditions(when: dict[str, Any], given: Facts, expected: bool) -> None:
    assert line(**when).holds(given, None) is expected


@pytest.mark.parametrize(
    ("condition", "tokens", "expected"),
    [
        ("> 1000", 1001, True),
        ("> 1000", 1000, False),
        (1000, 1001, True),
        ("<1_000", 999, True),
        ("< 1000", 1000, False),
        ("> 1000", None, False),
        ("< 1000", None, True),
    ],
)
def test_tokens(condition: Any, tokens: int | None, expected: bool) -> None:
    assert line(tokens=condition).holds(facts(), tokens) is expected


def test_hours_are_those_of_the_moment() -> None:
    rules = [{"when": {"hours": "22:00-06:00", "days": "sat,sun", "tz": "+08:00"}, "model": "p,night"}]
    routes = read_routes({"default": "p,day", "rules": rules})
    assert [len(routes.at(datetime(2026, 11, day, 16, tzinfo=UTC)).table) for day in (26, 27, 28)] == [0, 0, 1]
    assert len(routes.at(datetime(2026, 11, 28, 8, tzinfo=UTC)).table) == 0


@pytest.mark.parametrize(
    ("glob", "name", "expected"),
    [
        ("a", "A", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*b*", "abc", True),
        ("*ab*ba*", "aba", False),
        ("**", "x", True),
    ],
)
def test_glob(glob: str, name: str, expected: bool) -> None:
    assert Glob.read(glob).fits(name) is expected


def test_glob_of_many_stars_takes_no_time() -> None:
    before = time.perf_counter()
    assert not Glob.read("*a" * 200 + "b").fits("a" * 100_000)
    assert time.perf_counter() - before < 1


def test_rules_have_names() -> None:
    found = read_table([{"model": "p,m"}, {"model": "p,n", "name": "the other"}], [])
    assert [(one.model, one.name) for one in found] == [("p,m", "rule 1"), ("p,n", "the other")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "must be a list"),
        (["p,m"], "[0]: must be an object with when and a model"),
        ([{"when": {}}], "[0]: must be an object with when and a model"),
        ([{"model": "p,m", "when": []}], "when: must be an object"),
        ([{"model": "p,m", "when": {"txt": "a"}}], "unknown condition 'txt'"),
        ([{"model": "p,m", "when": {"text": "(a"}}], "is no regular expression"),
        ([{"model": "p,m", "when": {"text": 7}}], "must be a regular expression"),
        ([{"model": "p,m", "when": {"tokens": "many"}}], "'many' is not a number"),
        ([{"model": "p,m", "when": {"tokens": True}}], "True is not a number"),
        ([{"model": "p,m", "when": {"tool": 7}}], "tool: must be a name"),
        ([{"model": "p,m", "when": {"agent": "yes"}}], "agent: must be true or false"),
        ([{"model": "p,m", "when": {"header": "x"}}], "header: must be an object"),
        ([{"model": "p,m", "when": {"hours": "late"}}], "hours: 'late'"),
    ],
)
def test_what_is_wrong_is_told(value: Any, expected: str) -> None:
    problems: list[str] = []
    assert read_table(value, problems) == ()
    assert len(problems) == 1
    assert problems[0].startswith("Router.rules")
    assert expected in problems[0]
