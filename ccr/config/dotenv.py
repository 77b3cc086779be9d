"""Reads the text of a `.env` file: `NAME=value` lines, as shells and most tools that read one take them."""

import re
from collections.abc import Iterator

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*
        (?:'(?P<plain>[^']*)'|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\r\n]*?))
        [ \t]*(?:(?<=[\s'"=])\#[^\r\n]*)?$""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"n": "\n", "r": "\r", "t": "\t"}


def parse(text: str) -> dict[str, str]:
    """Return the variables of a `.env` file; what is no assignment is passed over, the last of a name counts.

    Single quotes keep their text as it is, double quotes know the escapes of C; nothing is filled in.
    """
    return dict(_found(text.replace("\r\n", "\n")))


def _found(text: str) -> Iterator[tuple[str, str]]:
    for match in _LINE.finditer(text):
        quoted = match["quoted"]
        value = match["plain"] or match["bare"] or ""
        if quoted is not None:
            value = _ESCAPE.sub(lambda escape: _MEANT.get(escape[1], escape[1]), quoted)
        yield match["name"], value
