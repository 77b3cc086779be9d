"""The text of a reply's part, also of those that only Google has: code that ran on its side, files."""

from typing import Any

from ccr.core.unified import Json


def spoken(part: Json) -> str:
    """Return what a part says, empty if it says nothing.

    https://ai.google.dev/gemini-api/docs/code-execution and https://ai.google.dev/api/caching#Part
    """
    text = part.get("text")
    if isinstance(text, str):
        return text
    if isinstance(code := part.get("executableCode"), dict):
        return _fenced(_string(code.get("code")), _string(code.get("language")).lower())
    if isinstance(result := part.get("codeExecutionResult"), dict):
        outcome = _string(result.get("outcome")).removeprefix("OUTCOME_").lower()
        failed = f"Code execution {outcome}.\n" if outcome not in ("", "ok") else ""
        return failed + _fenced(_string(result.get("output")))
    if isinstance(blob := part.get("inlineData"), dict):
        # Four characters of base64 are three bytes.
        return f"[A file of type {_string(blob.get('mimeType'))!r}, {len(_string(blob.get('data'))) * 3 // 4} bytes.]\n"
    if isinstance(file := part.get("fileData"), dict):
        return f"[A file of type {_string(file.get('mimeType'))!r}: {_string(file.get('fileUri'))}]\n"
    return ""


def _fenced(text: str, language: str = "") -> str:
    if not text.strip():
        return ""
    fence = "```"
    while fence in text:
        fence += "`"
    name = "" if language.startswith("language_") else language
    return f"\n{fence}{name}\n{text.rstrip()}\n{fence}\n"


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
