"""Parts in words."""

from typing import Any

import pytest

from ccr.dialect.gemini.spoken import spoken


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"text": "hi"}, "hi"),
        ({"executableCode": {"language": "PYTHON", "code": "print(1)\n"}}, "\n```python\nprint(1)\n```\n"),
        ({"executableCode": {"language": "LANGUAGE_UNSPECIFIED", "code": "x"}}, "\n```\nx\n```\n"),
        ({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}, "\n```\n1\n```\n"),
        (
            {"codeExecutionResult": {"outcome": "OUTCOME_FAILED", "output": "a ``` b"}},
            "Code execution failed.\n\n````\na ``` b\n````\n",
        ),
        ({"codeExecutionResult": {"outcome": "OUTCOME_OK"}}, ""),
        ({"inlineData": {"mimeType": "image/png", "data": "AAAAAAAA"}}, "[A file of type 'image/png', 6 bytes.]\n"),
        ({"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v"}}, "[A file of type 'video/mp4': gs://b/v]\n"),
        ({"text": 7, "executableCode": "x", "inlineData": None}, ""),
        ({}, ""),
    ],
)
def test_spoken(part: Any, expected: str) -> None:
    assert spoken(part) == expected
