from pathlib import Path

import pytest

from ccr.plugins.failure import javascript_failure, python_failure

PATH = Path("/home/me/own.js")


@pytest.mark.parametrize(
    ("message", "stack", "expected"),
    [
        ("no", "Error: no\n    at f (/home/me/own.js:7:11)\n    at x.js:1:1", "Error: no (/home/me/own.js:7)"),
        ("no", "TypeError: no\n    at f (file:///home/me/own.js:3:1)", "TypeError: no (/home/me/own.js:3)"),
        ("bad", "/home/me/own.js:2\nx y\n  ^\n\nSyntaxError: bad\n    at w", "SyntaxError: bad (/home/me/own.js:2)"),
        ("a text", "", "a text (/home/me/own.js)"),
        ("x" * 9000, "", f"{'x' * 500} (/home/me/own.js)"),
    ],
)
def test_javascript_is_told_with_its_line(message: str, stack: str, expected: str) -> None:
    assert javascript_failure(message, stack, PATH) == expected


def test_python_is_told_with_the_line_of_the_file_itself() -> None:
    code = compile("\n\nimport json\njson.loads('{')\n", "/home/me/own.py", "exec")
    with pytest.raises(ValueError, match="Expecting") as caught:
        exec(code, {})
    assert python_failure(caught.value, Path("/home/me/own.py")).endswith("(/home/me/own.py:4)")
    assert python_failure(KeyError(), Path("/home/me/own.py")) == "KeyError (/home/me/own.py)"
