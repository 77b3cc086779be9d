"""Follows the text of one JSON object as it comes in pieces, without reading any of it twice.

Grammar: https://www.rfc-editor.org/rfc/rfc8259
"""

import re
from typing import Literal

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'(?:[^"\\\x00-\x1f]+|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*')
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NUMBER_START = re.compile(r"-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?)?")
_LITERALS = ("true", "false", "null")
_ESCAPES = '"\\/bfnrtu'
_HEX = "0123456789abcdefABCDEF"

Want = Literal["object", "first key", "key", "colon", "first value", "value", "more", "end"]


class Scanner:
    """Tells how far a text can be one JSON object, and whether it is one already."""

    def __init__(self) -> None:
        self.broken = False
        """No text that follows can make a JSON object of this."""
        self.keys: list[str] = []
        """The object's own keys so far, as they are written, with their quotes."""
        self._stack: list[str] = []
        self._want: Want = "object"
        self._in_string = False
        self._is_key = False
        self._escape = ""
        self._word = ""
        self._key: list[str] = []

    @classmethod
    def of(cls, text: str) -> "Scanner":
        """Return a scanner that has read the text."""
        scanner = cls()
        scanner.feed(text)
        return scanner

    @property
    def ended(self) -> bool:
        """Whether the object has been closed, whatever came after it."""
        return self._want == "end"

    @property
    def complete(self) -> bool:
        """Whether the text is one whole object."""
        return self.ended and not self.broken

    @property
    def in_token(self) -> bool:
        """Whether the text so far ends within a string, a number or a literal."""
        return self._in_string or bool(self._word)

    @property
    def in_escape(self) -> int:
        """How many characters at the end are the beginning of an escape."""
        return len(self._escape)

    @property
    def has_members(self) -> bool:
        """Whether the object has begun to have keys."""
        return bool(self.keys or self._key)

    def feed(self, text: str) -> int:
        """Take more text; return how much of it may stand in a JSON object. Nothing is taken once it is `broken`."""
        position = 0
        while position < len(text) and not self.broken:
            if self._in_string:
                position = self._string(text, position)
            elif self._word:
                position = self._more_word(text, position)
            else:
                position = self._structure(text, position)
        return position

    def ending(self, members: str) -> str:
        """Return what completes an unfinished object: an end for all that is open, and these last members."""
        found = [self._token_end()]
        deep = len(self._stack) > 1
        if self._want == "colon" or (self._in_string and self._is_key):
            found.append(":null")
        elif self._want == "value" and not (self._in_string or self._word):
            found.append("null")
        elif self._want == "key" and deep:
            found.append('"":null')
        found += ["}" if opener == "{" else "]" for opener in reversed(self._stack[1:])]
        joins = not deep and self._want in ("first key", "key") and not self._in_string
        return "".join((*found, "" if joins else ",", members, "}"))

    def _token_end(self) -> str:
        if self._in_string:
            missing = "\\" if self._escape == "\\" else "0" * (6 - len(self._escape)) if self._escape else ""
            return f'{missing}"'
        literal = next((one for one in _LITERALS if self._word and one.startswith(self._word)), "")
        if literal or not self._word:
            return literal[len(self._word) :]
        return "" if _NUMBER.fullmatch(self._word) else "0"

    def _string(self, text: str, position: int) -> int:
        if self._escape:
            return self._more_escape(text, position)
        found = _PLAIN.match(text, position)
        end = found.end() if found else position
        self._keep(text[position:end])
        if end == len(text):
            return end
        if text[end] == '"':
            self._close_string()
        elif text[end] == "\\":
            self._escape = "\\"
            self._keep("\\")
        else:
            self.broken = True
            return end
        return end + 1

    def _more_escape(self, text: str, position: int) -> int:
        char = text[position]
        first = self._escape == "\\"
        self.broken = char not in (_ESCAPES if first else _HEX)
        if self.broken:
            return position
        self._escape += char
        if len(self._escape) == 6 or (first and char != "u"):
            self._escape = ""
        self._keep(char)
        return position + 1

    def _keep(self, piece: str) -> None:
        if self._is_key and len(self._stack) == 1:
            self._key.append(piece)

    def _close_string(self) -> None:
        self._keep('"')
        self._in_string = False
        if self._is_key:
            self._want = "colon"
            if self._key:
                self.keys.append("".join(self._key))
            self._key = []
        else:
            self._want = "more"

    def _more_word(self, text: str, position: int) -> int:
        """Take the rest of a number or literal, or find that it is over."""
        found = _WORD.match(text, position)
        if found is None:
            self.broken = self._word not in _LITERALS and not _NUMBER.fullmatch(self._word)
            if not self.broken:
                self._word, self._want = "", "more"
            return position
        word = self._word + found[0]
        if not (any(one.startswith(word) for one in _LITERALS) or _NUMBER_START.fullmatch(word)):
            self.broken = True
            return position
        self._word = word
        return found.end()

    def _structure(self, text: str, position: int) -> int:
        """Take what stands between strings and words."""
        found = _SPACE.match(text, position)
        position = found.end() if found else position
        if position == len(text):
            return position
        char = text[position]
        if char in '"{[':
            taken = self._open(char)
        elif char in "}]":
            taken = self._close(char)
        elif char in ",:":
            taken = self._separate(char)
        else:
            return self._first_word(text, position)
        self.broken = not taken
        return position + taken

    def _open(self, char: str) -> bool:
        if char == '"' and self._want in ("first key", "key"):
            self._in_string = self._is_key = True
            self._keep('"')
            return True
        if self._want not in ("first value", "value") and (char, self._want) != ("{", "object"):
            return False
        if char == '"':
            self._in_string, self._is_key = True, False
        else:
            self._stack.append(char)
            self._want = "first key" if char == "{" else "first value"
        return True

    def _close(self, char: str) -> bool:
        opener, first = ("{", "first key") if char == "}" else ("[", "first value")
        if not self._stack or self._stack[-1] != opener or self._want not in (first, "more"):
            return False
        self._stack.pop()
        self._want = "more" if self._stack else "end"
        return True

    def _separate(self, char: str) -> bool:
        if (char, self._want) == (":", "colon"):
            self._want = "value"
        elif (char, self._want) == (",", "more"):
            self._want = "key" if self._stack[-1] == "{" else "value"
        else:
            return False
        return True

    def _first_word(self, text: str, position: int) -> int:
        if self._want not in ("first value", "value"):
            self.broken = True
            return position
        end = self._more_word(text, position)
        if end > position:
            self._want = "value"
        else:
            self.broken = True
        return end
