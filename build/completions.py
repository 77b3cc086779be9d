"""Writes the shells' completion scripts from the commands: python build/completions.py [FOLDER]

FOLDER is `completions/` unless told.
"""

import sys
from pathlib import Path

from ccr.cli.completions import Shell, script

FOLDER = Path(__file__).resolve().parent.parent / "completions"

SCRIPTS: dict[str, Shell] = {"ccr.bash": "bash", "_ccr": "zsh", "ccr.fish": "fish"}
"""The name that each shell, or who packs for it, expects."""


def main(arguments: list[str]) -> None:
    """Write all scripts to the folder that the arguments name."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, shell in SCRIPTS.items():
        (folder / name).write_text(script(shell), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
