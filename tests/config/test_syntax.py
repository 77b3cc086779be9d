"""JSON and JSON5 in, one object out, or the place of the mistake."""

import subprocess
import sys

import pytest

from ccr.config.problem import Report
from ccr.config.syntax import MAX_DEPTH, document


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, "x"]}',
        "\ufeff" + '{"a": [1, "x"]}',
        "{a: [1, 'x',],}",
        '// mine\n{\n  "a": [1, /* two */ "x"],\n}\n',
        '{"a": [+1, "x"]}',
    ],
    ids=["json", "byte order mark", "json5", "comments", "number"],
)
def test_document_reads(text: str) -> None:
    report = Report()
    assert document(text, report) == {"a": [1, "x"]}
    assert report.problems == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("[]", "one JSON object"),
        ("null", "one JSON object"),
        ('"text"', "one JSON object"),
        ('{\n  "a": 1,\n  "b" 2\n}', "line 3, column 7: expected colon, found '2'"),
        ('{"a": 1', "line 1, column 1: unclosed object"),
        ('{"a": \u201cx\u201d}', "line 1, column 7: expected value, found '\u201c'"),
        ('{"a": 1}\n}', "line 2, column 1: extra data '}'"),
        ('{"a": "x\n"}', "line 1, column 7: unclosed string"),
        ('{"a": "\\udc00",}', "line 1, column 7: expected high surrogate before low surrogate"),
        ('{"a": "\ud800"}', "character 8 is half of a surrogate pair"),
        ('{"a": ' + "1" * 5000 + "}", "line 1, column 7: unclosed NumericLiteral"),
        ('{"a": ' + "[" * 5000, "nesting"),
        ('{"a": ' + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1) + "}", "nested more than"),
    ],
)
def test_document_says_what_is_wrong(text: str, words: str) -> None:
    report = Report()
    assert document(text, report) is None
    (problem,) = report.problems
    assert problem.fatal
    assert words in str(problem)


def test_document_error_shows_nothing_of_the_file() -> None:
    report = Report()
    document('{"api_key": "sk-very-secret" "b": 1}', report)
    assert "secret" not in str(report.problems[0])


@pytest.mark.parametrize("module", ["pyjson5", "difflib"])
def test_a_sound_file_needs_no_heavy_module(module: str) -> None:
    program = (
        "import sys; from ccr.config.parse import parse; "
        'assert parse(\'{"Providers": [{"name": "a", "api_base_url": "http://h/v1", "models": ["m"]}], '
        '"Router": {"default": "a,m"}}\', {}).problems == (); '
        f"sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
