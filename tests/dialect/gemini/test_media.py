"""Pictures and documents as parts."""

from typing import Any

import pytest

from ccr.dialect.gemini.media import media_part, mime


def image(media_type: str, data: str = "AAAA") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{data}"}}


def document(**source: Any) -> dict[str, Any]:
    return {"type": "document", "source": source}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (image("image/png"), {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}),
        (image("image/jpg"), {"inlineData": {"mimeType": "image/jpeg", "data": "AAAA"}}),
        (image("image/gif"), None),
        (image("image/png", ""), None),
        (
            document(type="base64", media_type="application/pdf", data="JVBE"),
            {"inlineData": {"mimeType": "application/pdf", "data": "JVBE"}},
        ),
        (
            document(type="base64", media_type="audio/wav", data="UklG"),
            {"inlineData": {"mimeType": "audio/wav", "data": "UklG"}},
        ),
        (document(type="base64", media_type="application/zip", data="UEsD"), None),
        (document(type="text", media_type="text/plain", data="hello"), None),
        (document(type="file", file_id="f1"), None),
        (
            document(type="url", url="https://x/y"),
            {"fileData": {"mimeType": "application/pdf", "fileUri": "https://x/y"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://x/a.webp?size=1"}},
            {"fileData": {"mimeType": "image/webp", "fileUri": "https://x/a.webp?size=1"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://x/a"}},
            {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://x/a"}},
        ),
        ({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}, None),
        ({"type": "text", "text": "x"}, None),
    ],
)
def test_media_part(part: Any, expected: Any) -> None:
    assert media_part(part) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Image/PNG; x=1", "image/png"),
        ("audio/mpeg", "audio/mp3"),
        ("image/svg+xml", ""),
        ("", ""),
        ("text/csv", "text/csv"),
    ],
)
def test_mime_speaks_googles_spelling(name: str, expected: str) -> None:
    assert mime(name) == expected
