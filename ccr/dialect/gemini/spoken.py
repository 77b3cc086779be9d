"""The text of a reply's part, also of files, which no block of an answer can hold."""

from typing import Any

from ccr.core.unified import Json


def spoken(part: Json) -> str:
    """Return what a part says, empty if it says nothing.

    https://ai.google.dev/api/caching#Part
    """
    text = part.get("text")
    if isinstance(text, str):
        return text
    if isinstance(blob := part.get("inlineData"), dict):
        # Four characters of base64 are three bytes.
        return f"[A file of type {_string(blob.get('mimeType'))!r}, {len(_string(blob.get('data'))) * 3 // 4} bytes.]\n"
    if isinstance(file := part.get("fileData"), dict):
        return f"[A file of type {_string(file.get('mimeType'))!r}: {_string(file.get('fileUri'))}]\n"
    return ""


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
