"""Repairs the JSON that models write as tool arguments, where only one reading makes sense.

A wrong guess would run a command or write a file that nobody meant, so what is doubtful is not repaired: a string that
never ends, a list that is cut off, quotes that could end a string or not.
"""

import json
import re
from typing import NoReturn

from ccr.core.pattern import pattern

DEPTH_LIMIT = 100
"""Levels of nesting. https://www.rfc-editor.org/rfc/rfc8259#section-9 allows parsers to set one."""

# Comments are short, so that a text full of `"/*` takes no quadratic time.
_SPACE = pattern(r"(?:[\s\ufeff]|//[^\n]{0,500}(?:\n|$)|/\*.{0,500}?\*/)*", re.DOTALL)
_FENCE = pattern(r"^\s*```\w*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_LITTER = pattern(r"(?:\s|//[^\n]{0,500}(?:\n|$)|/\*.{0,500}?\*/|[}\];]|<\|[\w|]*\|?>|</?[\w|]+>|```)*$", re.DOTALL)
"""What may follow the object: superfluous brackets, and the markup that templates put after a call."""
_NUMBER = pattern(r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.+-])")
_STRICT_NUMBER = pattern(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = pattern(r"[A-Za-z_$][\w$-]*")
_PLAIN = pattern(r"[^\"'\\\x00-\x1f]+")
_HEX4 = pattern(r"[0-9a-fA-F]{4}")
_HEX2 = pattern(r"[0-9a-fA-F]{2}")
_DRIVE = pattern(r"\b[A-Za-z]:$")

_WORDS = {"true": "true", "True": "true", "false": "false", "False": "false", "null": "null", "None": "null"}
_CONTROLS = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


class _Doubtful(Exception):
    """The text has no single sensible reading."""


def repair(text: str) -> str | None:
    """Return the text as one JSON object: itself if it is one, repaired if that is safe, else None.

    Repaired are single quotes, bare keys, Python's literals, trailing commas, comments, raw line breaks, wrong escapes
    and paired quotes in strings, missing brackets at the end of objects, code fences, markup after the object, an
    object written as a string, and an empty object or a copy beside the real one.
    """
    try:
        value = _strict(text)
    except (ValueError, RecursionError):
        return _lenient(text)
    if isinstance(value, dict):
        return text
    return repair(value) if isinstance(value, str) and value.lstrip().startswith("{") else None


def _lenient(text: str) -> str | None:
    fenced = _FENCE.match(text)
    try:
        found = _objects(fenced[1] if fenced else text)
    except _Doubtful:
        return None
    # Some servers send an empty object before the real one, others the same one twice.
    real = list(dict.fromkeys(one for one in found if one != "{}")) or found[:1]
    return real[0] if len(real) == 1 and _is_object(real[0]) else None


def _objects(text: str) -> list[str]:
    found: list[str] = []
    position = 0
    while not found or not _LITTER.match(text, position):
        reader = _Reader(text, position)
        found.append(reader.read_object())
        position = reader.position
    return found


def _is_object(text: str) -> bool:
    try:
        return isinstance(_strict(text), dict)
    except (ValueError, RecursionError):
        return False


def _strict(text: str) -> object:
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


class _Reader:
    """Reads one value and writes it as strict JSON. Raises `_Doubtful` where two readings are possible."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self._depth = 0
        self._out: list[str] = []

    def read_object(self) -> str:
        """Return the object that begins here, past white space."""
        if self._next() != "{":
            raise _Doubtful
        self._object()
        return "".join(self._out)

    def _next(self) -> str:
        """Skip white space and comments; return the character that follows, empty at the end."""
        found = _SPACE.match(self.text, self.position)
        self.position = found.end() if found else self.position
        return self.text[self.position : self.position + 1]

    def _value(self) -> None:
        char = self._next()
        if char == "{":
            self._object()
        elif char == "[":
            self._array()
        elif char in ('"', "'"):
            self._out.append(_String(self, key=False).read())
        elif word := _WORD.match(self.text, self.position):
            self._literal(word[0])
        else:
            self._number()

    def _object(self) -> None:
        self._enter("{")
        first = True
        while (char := self._next()) != "}":
            if not char and first:
                raise _Doubtful
            self._key("" if first else ",")
            self._value()
            first = False
            if not self._comma("}"):
                break
        self._leave("}")

    def _array(self) -> None:
        self._enter("[")
        first = True
        while (char := self._next()) != "]":
            if not char:
                raise _Doubtful
            self._out.append("" if first else ",")
            self._value()
            first = False
            if not self._comma("]"):
                break
        self._leave("]")

    def _enter(self, bracket: str) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise _Doubtful
        self.position += 1
        self._out.append(bracket)

    def _leave(self, bracket: str) -> None:
        """Write the closing bracket, whether or not it stands there."""
        self._depth -= 1
        if self._next() == bracket:
            self.position += 1
        self._out.append(bracket)

    def _comma(self, closer: str) -> bool:
        """Take the comma after a member; return False where the container ends, also without its own bracket."""
        char = self._next()
        if char == ",":
            self.position += 1
            if not self._next():
                raise _Doubtful  # more was to come
            return True
        if char == closer:
            return False
        # An object that is cut off misses a member at worst, and the tool says so; a list would lose elements unseen.
        if (not char and closer == "}") or (char == "}" and closer == "]" and self._depth > 1):
            return False
        raise _Doubtful

    def _key(self, before: str) -> None:
        char = self._next()
        if char in ('"', "'"):
            key = _String(self, key=True).read()
        elif word := _WORD.match(self.text, self.position):
            self.position = word.end()
            key = json.dumps(word[0])
        else:
            raise _Doubtful
        if self._next() != ":":
            raise _Doubtful
        self.position += 1
        self._out.append(f"{before}{key}:")

    def _literal(self, word: str) -> None:
        if word not in _WORDS:
            raise _Doubtful
        self.position += len(word)
        self._out.append(_WORDS[word])

    def _number(self) -> None:
        found = _NUMBER.match(self.text, self.position)
        if found is None:
            raise _Doubtful
        self.position = found.end()
        if not self._next():
            raise _Doubtful  # the rest of the digits may be missing
        self._out.append(_number(found[0]))


class _String:
    """Reads one string of a reader, whose position is at the opening quote."""

    def __init__(self, reader: _Reader, *, key: bool) -> None:
        self._reader = reader
        self._text = reader.text
        self._quote = reader.text[reader.position]
        self._key = key
        self._position = reader.position + 1
        self._out = ['"']
        self._inner = 0
        self._drive = self._foreign = self._escaped = False

    def read(self) -> str:
        """Return the string as strict JSON and move the reader past it."""
        while not self._step():
            pass
        if self._inner % 2 or (self._drive and self._foreign and self._escaped):
            # With an odd quote, or `C:\\new` beside `C:\\Users`, nobody can tell what was meant.
            raise _Doubtful
        self._reader.position = self._position
        self._out.append('"')
        return "".join(self._out)

    def _step(self) -> bool:
        """Take the next piece; return True when that was the closing quote."""
        if plain := _PLAIN.match(self._text, self._position):
            self._out.append(plain[0])
            self._position = plain.end()
        char = self._text[self._position : self._position + 1]
        if not char:
            raise _Doubtful
        if char == "\\":
            self._escape()
            return False
        self._position += 1
        if char == self._quote:
            return self._quoted()
        self._out.append(
            '\\"' if char == '"' else _CONTROLS.get(char) or (char if char == "'" else f"\\u{ord(char):04x}")
        )
        return False

    def _quoted(self) -> bool:
        """Decide whether the quote just passed ends the string."""
        found = _SPACE.match(self._text, self._position)
        after = found.end() if found else self._position
        char = self._text[after : after + 1]
        if self._key:
            if char != ":":
                raise _Doubtful
            return True
        if char in (",", "}", "]", "") or self._text[self._position : after].strip():
            return True
        if char == ":" or (char == self._quote and not self._ends(after)):
            raise _Doubtful  # a comma may be missing: this looks like the next key or element
        apostrophe = (
            self._quote == "'"
            and self._text[self._position - 2].isalpha()
            and char.isalpha()
            and after == self._position
        )
        self._inner += not apostrophe
        self._out.append('\\"' if self._quote == '"' else "'")
        return False

    def _ends(self, position: int) -> bool:
        """Tell whether the quote at `position` directly follows and is the last of its value."""
        found = _SPACE.match(self._text, position + 1)
        after = self._text[found.end() : found.end() + 1] if found else ""
        return position == self._position and after in (",", "}", "]")

    def _escape(self) -> None:
        self._drive = self._drive or bool(_DRIVE.search(self._text, max(self._position - 3, 0), self._position))
        char = self._text[self._position + 1 : self._position + 2]
        after = self._position + 2
        if char == "u" and _HEX4.match(self._text, after):
            self._put(self._text[self._position : after + 4], after + 4)
            self._escaped = True
        elif char == "x" and _HEX2.match(self._text, after):
            self._put(f"\\u00{self._text[after : after + 2]}", after + 2)
        elif char == "'":
            self._put("'", after)
        elif char and char in '"\\/bfnrt':
            self._escaped = self._escaped or char.isalpha()
            self._put(f"\\{char}", after)
        elif char:
            # A backslash that should have been doubled, as in a regular expression.
            self._foreign = True
            self._put("\\\\", after - 1)
        else:
            raise _Doubtful

    def _put(self, piece: str, position: int) -> None:
        self._out.append(piece)
        self._position = position


def _number(text: str) -> str:
    """Return a JSON5 number as JSON. https://spec.json5.org/#numbers"""
    if _STRICT_NUMBER.fullmatch(text):
        return text
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text.lstrip("+"))
    if digits[:2] in ("0x", "0X"):
        return f"{sign}{int(digits, 16)}"
    whole, dot, rest = digits.partition(".")
    fixed = f"{sign}{whole or '0'}" + (f".{rest if rest[:1].isdigit() else '0' + rest}" if dot else "")
    if not _STRICT_NUMBER.fullmatch(fixed):
        raise _Doubtful  # a leading zero may mean octal, or a text
    return fixed
