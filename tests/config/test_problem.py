"""Problems are readable and carry the nearest right spelling."""

import pytest

from ccr.config.problem import Problem, Report, member, nearest, suggest


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("Router.default", "is not set", "set it"), "Router.default: is not set (set it)"),
        (Problem("PORT", "is wrong"), "PORT: is wrong"),
        (Problem("", "the file is empty", fatal=True), "the file is empty"),
    ],
)
def test_problem_reads_as_one_line(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_report_has_the_fatal_first_and_each_once() -> None:
    report = Report()
    report.add("b", "odd")
    report.add("a", "broken", fatal=True)
    report.add("b", "odd")
    assert [problem.path for problem in report.problems] == ["a", "b"]
    assert report.is_fatal


def test_report_without_fatal_problems_is_not_fatal() -> None:
    report = Report()
    report.add("a", "odd")
    assert not report.is_fatal


@pytest.mark.parametrize(
    ("word", "expected"),
    [("deepsek", "deepseek"), ("DEEPSEEK", "deepseek"), ("openruter", "OpenRouter"), ("gemini", "")],
)
def test_nearest_finds_slips_of_the_pen(word: str, expected: str) -> None:
    assert nearest(word, ["deepseek", "OpenRouter"]) == expected


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("deepsek", ["deepseek"], "did you mean 'deepseek'?"),
        ("gemini", ["deepseek", "ollama"], "there is deepseek, ollama"),
        ("gemini", [], ""),
    ],
)
def test_suggest_names_what_there_is(word: str, known: list[str], expected: str) -> None:
    assert suggest(word, known) == expected


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "PORT", "PORT"),
        ("Router", "longContext", "Router.longContext"),
        ("Providers[0]", "api_key", "Providers[0].api_key"),
        ("Providers[0].transformer", "Qwen/Qwen3", "Providers[0].transformer['Qwen/Qwen3']"),
    ],
)
def test_member_paths(path: str, key: str, expected: str) -> None:
    assert member(path, key) == expected
