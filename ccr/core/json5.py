"""Takes out of JSON5 what most people write of it, so that a quick JSON parser can read the rest."""

import re

_STRING = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(rf"{_STRING}|//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|(?<=[\w\"}}\]\s]),(?=\s*[}}\]])", re.DOTALL)


def plain(text: str) -> str:
    """Return the text without comments and trailing commas.

    Whatever else JSON5 has stays as it is: what a JSON parser takes afterwards has the meaning of the whole.
    """
    return _COMMA.sub(_kept, _COMMENT.sub(_kept, text))


def _kept(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else " "
