"""Changes one value in the text of a configuration and leaves all the rest as its owner wrote it.

Comments, unknown keys, their order, quotes and trailing commas stay. A text that can't be changed in that way is
written anew, without its comments: whoever saves it keeps a backup.
"""

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from ccr.config.problem import Report
from ccr.config.schema import Json
from ccr.config.span import Span, Unreadable, line_end, read, skip
from ccr.config.syntax import document
from ccr.errors import ConfigError

Path = Sequence[str | int]
"""Keys and indexes from the outermost object inwards; an index just behind a list's end appends to it."""

UNIT = "  "


class Edited(Struct, frozen=True):
    """The new text. `is_rewritten` if it was written anew, so that comments and spelling are lost."""

    text: str
    is_rewritten: bool = False


def edit(text: str, path: Path, value: Any) -> Edited:
    """Return `text` with the JSON `value` at `path`; objects on the way that are missing are made.

    Raises ConfigError for a text that is no JSON5 object, and for a path that leads through no object or list.
    """
    expected = changed(_document(text), path, value)
    try:
        found = _spliced(text, read(text), path, value)
    except Unreadable:
        found = ""
    if found and _same(found, expected):
        return Edited(found)
    return Edited(json.dumps(expected, indent=2, ensure_ascii=False) + "\n", is_rewritten=True)


def changed(whole: Any, path: Path, value: Any) -> Any:
    """Return a copy of a JSON value with `value` at `path`. Raises ConfigError for a path that leads nowhere."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(key, str) and (whole is None or isinstance(whole, dict)):
        members = whole or {}
        return {**members, key: changed(members.get(key), rest, value)}
    if isinstance(key, int) and (whole is None or isinstance(whole, list)) and 0 <= key <= len(whole or []):
        items = whole or []
        return [*items[:key], changed(items[key] if key < len(items) else None, rest, value), *items[key + 1 :]]
    kind = "list" if isinstance(key, int) else "object"
    raise ConfigError(f"can't change {key!r}: what it should be in is no {kind}, or too short")


def _document(text: str) -> Json:
    report = Report()
    found = document(text, report)
    if found is None:
        raise ConfigError(str(report.problems[0]))
    return found


def _same(text: str, expected: Any) -> bool:
    # As JSON, because to Python 1 equals True.
    return json.dumps(document(text, Report())) == json.dumps(expected)


def _spliced(text: str, span: Span, path: Path, value: Any) -> str:
    """Return the text with the value put in where it belongs."""
    at = 0
    while at < len(path):
        # The last one counts where a key stands twice.
        member = next((member for member in reversed(span.members) if member.key == path[at]), None)
        if member is None:
            break
        span, at = member.value, at + 1
    missing = path[at:]
    if not missing or span.opening != ("[" if isinstance(missing[0], int) else "{"):
        rendered = _rendered(changed(None, missing, value), _indent(text, span.start))
        return text[: span.start] + rendered + text[span.end :]
    return _added(text, span, missing[0], changed(None, missing[1:], value))


def _added(text: str, span: Span, key: str | int, value: Any) -> str:
    """Return the text with a member added at the end of an object or a list."""
    label = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(key, str) else ""
    if not span.members:
        outer = _indent(text, span.start)
        inner = outer + UNIT
        head, tail = text[: span.start + 1], text[span.start + 1 :]
        # A comment inside, if there is one, stays behind the new member.
        gap = "" if tail[: span.end - span.start - 2].strip() else f"\n{outer}"
        return f"{head}\n{inner}{label}{_rendered(value, inner)}{gap}{tail.lstrip(' ') if gap else tail}"
    first, last = span.members[0], span.members[-1].value
    comma = skip(text, last.end)
    has_comma = text[comma] == ","
    end = comma + 1 if has_comma else last.end
    if "\n" not in text[span.start : first.start]:
        new = f"{label}{_rendered(value, _indent(text, span.start))}"
        return f"{text[:end]}{'' if has_comma else ','} {new}{text[end:]}"
    indent = _indent(text, first.start)
    new = f"\n{indent}{label}{_rendered(value, indent)}"
    at = line_end(text, end)
    if has_comma:
        return f"{text[:at]}{new},{text[at:]}"
    return f"{text[: last.end]},{text[last.end : at]}{new}{text[at:]}"


def _indent(text: str, at: int) -> str:
    """Return the blanks that the line of `at` begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _rendered(value: Any, indent: str) -> str:
    """Return a value as JSON, its further lines indented like the first; lists of plain values stay on one line."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict) and value:
        inner = indent + UNIT
        items = value.items()
        rows = (f"{inner}{json.dumps(key, ensure_ascii=False)}: {_rendered(item, inner)}" for key, item in items)
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list):
        inner = indent + UNIT
        return "[\n" + ",\n".join(f"{inner}{_rendered(item, inner)}" for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)
