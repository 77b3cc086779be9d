"""Brings the generated parts of the README up to date: `python build/readme.py`."""

import re
import sys
from pathlib import Path

from ccr.cli.app import COMMANDS
from ccr.transform.builtin import TRANSFORMERS
from ccr.transform.table import table

README = Path(__file__).resolve().parent.parent / "README.md"


def parts() -> dict[str, str]:
    """Return the generated parts by the name of their markers."""
    return {"transformers": table(TRANSFORMERS), "commands": commands()}


def commands() -> str:
    """Return the table of commands."""
    rows = (f"| `ccr {name}` | {line} |" for name, line in COMMANDS.items())
    return "\n".join(["| Command | What it does |", "|---|---|", *rows, ""])


def current(text: str) -> str:
    """Return the README's text with the generated parts as they should be."""
    for name, part in parts().items():
        pattern = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, part=part: f"{found[1]}{part}{found[2]}", text)
        if count != 1:
            sys.exit(f"README.md has no place for {name}")
    return text


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
