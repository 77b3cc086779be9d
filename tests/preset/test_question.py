from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.preset.question import Choice, Condition, Question, read_questions


@pytest.mark.parametrize(
    ("operator", "value", "given", "expected"),
    [
        ("eq", "a", "a", True),
        ("eq", "a", None, False),
        ("ne", "a", "b", True),
        ("in", ["a", "b"], "b", True),
        ("nin", ["a", "b"], "b", False),
        ("gt", 3, "4", True),
        ("gte", 3, 3, True),
        ("lt", 3, 3, False),
        ("lte", 3, "word", False),
        ("exists", None, "x", True),
        ("exists", None, "", False),
        ("exists", False, None, True),
    ],
)
def test_condition_holds_by_the_answer(operator: Any, value: Any, given: Any, expected: bool) -> None:
    assert Condition("f", operator, value).holds({"f": given}) is expected


def test_questions_come_after_those_they_depend_on() -> None:
    raw = [
        {"id": "model", "type": "select", "options": {"type": "models", "providerField": "#{provider}"}},
        {"id": "provider", "type": "select", "dependsOn": ["mode"], "options": {"type": "providers"}},
        {"id": "limit", "type": "number", "when": {"field": "mode", "value": "own"}},
        {"id": "mode", "type": "input"},
    ]
    order = [question.id for question in read_questions(raw)]
    assert order.index("mode") < order.index("provider") < order.index("model")
    assert order.index("mode") < order.index("limit")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, "must be a list"),
        ([{"type": "input"}], "needs an id"),
        ([{"id": "a", "type": "colour"}], "there is no 'colour'"),
        ([{"id": "a", "validator": "("}], "is no pattern"),
        ([{"id": "a", "when": {"operator": "eq"}}], "schema"),
        ([{"id": "a", "dependsOn": ["b"]}, {"id": "b", "dependsOn": ["a"]}], "wait for each other"),
    ],
)
def test_wrong_schema_is_told(raw: Any, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        read_questions(raw)


def test_choices_come_from_the_list_or_the_configuration() -> None:
    catalog = {"a": ["m", "n"], "b": ["o"]}
    static = Question("x", "select", options=["1", {"label": "Two", "value": 2}, {"label": "3", "disabled": True}])
    assert static.choices({}, catalog) == [Choice("1", "1"), Choice("Two", 2)]
    assert [c.value for c in Question("x", options={"type": "providers"}).choices({}, catalog)] == ["a", "b"]
    models = Question("x", options={"type": "models", "providerField": "{{p}}"})
    assert [c.value for c in models.choices({"p": "b"}, catalog)] == ["o"]
    assert [c.value for c in Question("x", options={"type": "models"}).choices({}, catalog)] == ["m", "n", "o"]


TWO = [Choice("One", "1"), Choice("Two", 2)]


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (Question("x", "confirm"), "yes", True),
        (Question("x", "confirm"), False, False),
        (Question("x", "number"), "5", 5),
        (Question("x", "number"), "1.5", 1.5),
        (Question("x", "select"), "Two", 2),
        (Question("x", "multiselect"), "1, 2", ["1", 2]),
        (Question("x", "input", validator="^a"), "abc", "abc"),
        (Question("x", "input", required=False), "", ""),
    ],
)
def test_answer_becomes_a_value(question: Question, answer: Any, expected: Any) -> None:
    assert question.accept(answer, TWO if "select" in question.kind else ()) == expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (Question("x"), "", "is needed"),
        (Question("x", "confirm"), "perhaps", "neither yes nor no"),
        (Question("x", "number"), "many", "must be a number"),
        (Question("x", "number", least=2), 1, "at least 2"),
        (Question("x", "number", most=2), 3, "at most 2"),
        (Question("x", "select"), "Three", "not one of 1, 2"),
        (Question("x", "input", validator="^a"), "b", "must match"),
    ],
)
def test_wrong_answer_is_told(question: Question, answer: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        question.accept(answer, TWO)
