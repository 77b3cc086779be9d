"""Where things stand in a JSON5 text: the spans of its values, for changing one and leaving the rest as it is.

It reads only texts that the parser has accepted, so it finds ends and judges nothing. https://spec.json5.org
"""

import re
from typing import Any

from msgspec import Struct

_TRIVIA = re.compile(r"(?:\s|\ufeff|//[^\n\r\u2028\u2029]*|/\*[\s\S]*?\*/)*")
_STRING = re.compile(r'"(?:[^"\\]|\\[\s\S])*"' r"|'(?:[^'\\]|\\[\s\S])*'")
_WORD = re.compile(r"[^\s,:\[\]{}/\"']+")


class Unreadable(Exception):
    """The text has something that is not known here; it can't be changed piece by piece."""


class Span(Struct, frozen=True):
    """A value from `start` up to `end`. `opening` is `{` or `[`, or empty for what has no members."""

    start: int
    end: int
    opening: str = ""
    members: tuple["Member", ...] = ()


class Member(Struct, frozen=True):
    """A member of an object or a list, beginning with its key at `start`. `key` is an index in a list."""

    key: str | int
    start: int
    value: Span


def read(text: str) -> Span:
    """Return the span of the one value that a text holds. Raises Unreadable."""
    found = _value(text, skip(text, 0))
    if skip(text, found.end) != len(text):
        raise Unreadable("there is more behind the value")
    return found


def skip(text: str, at: int) -> int:
    """Return where the next thing begins that is neither blank nor comment."""
    match = _TRIVIA.match(text, at)
    assert match
    return match.end()


def line_end(text: str, at: int) -> int:
    """Return where the comments end that follow on the same line and belong to what stands before `at`."""
    match = re.compile(r"(?:[ \t]*/\*[^\n\r]*?\*/)*(?:[ \t]*//[^\n\r\u2028\u2029]*)?").match(text, at)
    assert match
    return match.end()


def _value(text: str, at: int) -> Span:
    opening = text[at : at + 1]
    if opening in ("{", "["):
        return _container(text, at, opening)
    match = (_STRING if opening in ("'", '"') else _WORD).match(text, at)
    if match is None:
        raise Unreadable(f"character {at + 1} begins no value")
    return Span(at, match.end())


def _container(text: str, start: int, opening: str) -> Span:
    closing = "}" if opening == "{" else "]"
    members: list[Member] = []
    at = skip(text, start + 1)
    while text[at : at + 1] != closing:
        key, value_at = _key(text, at) if opening == "{" else (len(members), at)
        member = Member(key, at, _value(text, value_at))
        members.append(member)
        at = skip(text, member.value.end)
        if text[at : at + 1] == ",":
            at = skip(text, at + 1)
        elif text[at : at + 1] != closing:
            raise Unreadable(f"character {at + 1} is no comma")
    return Span(start, at + 1, opening, tuple(members))


def _key(text: str, at: int) -> tuple[str, int]:
    """Return a key and where its value begins."""
    match = (_STRING if text[at : at + 1] in ("'", '"') else _WORD).match(text, at)
    if match is None:
        raise Unreadable(f"character {at + 1} begins no key")
    colon = skip(text, match.end())
    if text[colon : colon + 1] != ":":
        raise Unreadable(f"character {colon + 1} is no colon")
    return _spelled(match[0]), skip(text, colon + 1)


def _spelled(word: str) -> str:
    if "\\" in word:
        # Only the parser knows all the escapes.
        import pyjson5

        decoded: Any = pyjson5.decode(f"{{{word}:0}}")
        return str(next(iter(decoded)))
    return word[1:-1] if word[0] in "'\"" else word
