"""Parts in words."""

from typing import Any

import pytest

from ccr.dialect.gemini.spoken import spoken


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"text": "hi"}, "hi"),
        ({"inlineData": {"mimeType": "image/png", "data": "AAAAAAAA"}}, "[A file of type 'image/png', 6 bytes.]\n"),
        ({"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v"}}, "[A file of type 'video/mp4': gs://b/v]\n"),
        ({"text": 7, "inlineData": None}, ""),
        ({}, ""),
    ],
)
def test_spoken(part: Any, expected: str) -> None:
    assert spoken(part) == expected
