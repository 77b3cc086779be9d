"""Turns the text of a configuration file into a JSON object: strict JSON quickly, else JSON5."""

import re
from contextlib import suppress
from typing import Any

import msgspec

from ccr.config.problem import Report
from ccr.config.schema import Json
from ccr.core.json5 import plain

MAX_DEPTH = 200
"""Levels of nesting. Far more than any configuration has, far less than would exhaust the stack."""


class _NotJson(ValueError):
    """The text can't be read; the message says where and why."""


def document(text: str, report: Report) -> Json | None:
    """Return the object that the text holds, or None after reporting why it holds none."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        report.add("", "the file is empty", hint="write at least {}", fatal=True)
        return None
    try:
        value = _decode(text)
    except _NotJson as error:
        report.add("", str(error), hint="comments and trailing commas are fine", fatal=True)
        return None
    if not isinstance(value, dict):
        report.add("", "the file must hold one JSON object, { ... }", fatal=True)
        return None
    return value


def _decode(text: str) -> Any:
    try:
        value = msgspec.json.decode(text)
    except UnicodeEncodeError as error:
        raise _NotJson(f"character {error.start + 1} is half of a surrogate pair") from None
    except (msgspec.DecodeError, RecursionError):
        value = _json5(text)
    if _is_deep(value):
        raise _NotJson(f"nested more than {MAX_DEPTH} levels deep")
    return value


def _json5(text: str) -> Any:
    # Comments and commas are what most files have of it, and need not wait for the parser below.
    with suppress(msgspec.DecodeError, RecursionError):
        return msgspec.json.decode(plain(text))
    import pyjson5

    try:
        return pyjson5.decode(text, maxdepth=MAX_DEPTH)
    except pyjson5.Json5DecoderException as error:
        raise _NotJson(_explain(error, text)) from None


def _explain(error: Exception, text: str) -> str:
    """Return the place and the reason of a JSON5 error. The text itself is not shown: it may hold keys."""
    message = str(error.args[0]) if error.args else "unreadable"
    reason = _reason(message)
    at = re.search(r"\bnear (\d+)", message)
    if at is None:
        return reason
    # The parser counts characters from one and names the character that it stopped at, or that the value ended with.
    offset = min(max(int(at[1]) - 1, 0), len(text))
    if "Extra data" in message:
        offset += 1 + len(text[offset + 1 :]) - len(text[offset + 1 :].lstrip())
    line_start = text.rfind("\n", 0, offset) + 1
    return f"line {text.count(chr(10), 0, offset) + 1}, column {offset - line_start + 1}: {reason}"


def _reason(message: str) -> str:
    """Put a message such as `Expected b'colon' near 6, found U+0031` into words."""
    words = re.sub(r" (starting )?near \d+", "", message)
    words = re.sub(r"b'([^']+)'", r"\1", words).replace("JSON5Value", "value")
    words = re.sub(r"U\+([0-9a-fA-F]{4,6})", lambda found: repr(chr(int(found[1], 16))), words)
    return words[:1].lower() + words[1:]


def _is_deep(value: Any) -> bool:
    """Say whether lists and objects are nested beyond the limit. Works without recursion."""
    layer = [value]
    for _ in range(MAX_DEPTH):
        layer = [child for item in layer for child in _children(item)]
        if not layer:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
