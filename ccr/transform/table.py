"""The README's table of transformers, from the docstrings of their classes.

The first paragraph says what a transformer does. Lines behind it, such as "`enable`: ...", are its options.
"""

import re
from collections.abc import Iterable

from ccr.transform.base import Transformer

_OPTION = re.compile(r"(?=^(?:`\w+`(?:, `\w+`)*|any option): )", re.MULTILINE)


def table(transformers: Iterable[type[Transformer]]) -> str:
    """Return the Markdown table."""
    rows = ["| Name | What it does | Options |", "|---|---|---|"]
    for transformer in transformers:
        text, options = described(transformer)
        rows.append(f"| `{transformer.name}` | {_cell(text)} | {'<br>'.join(map(_cell, options))} |")
    return "\n".join(rows) + "\n"


def described(transformer: type[Transformer]) -> tuple[str, list[str]]:
    """Return what a transformer does, and a text for each of its options."""
    lines = "\n".join(line.strip() for line in (transformer.__doc__ or "").splitlines())
    text, _, rest = lines.partition("\n\n")
    return _folded(text), [_folded(option) for option in _OPTION.split(rest) if option.strip()]


def _folded(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
