"""Writes the shells' completion scripts from the commands: python build/completions.py [FOLDER]

FOLDER is `completions/` unless told. The scripts are static: pressing Tab starts no ccr.
"""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from ccr.cli.app import COMMANDS, make
from ccr.cli.option import ConfigOption, PortOption

FOLDER = Path(__file__).resolve().parent.parent / "completions"

SCRIPTS: dict[str, Literal["bash", "zsh", "fish"]] = {"ccr.bash": "bash", "_ccr": "zsh", "ccr.fish": "fish"}
"""The name that each shell, or who packs for it, expects."""


def application() -> App:
    """Return the command line with `code` as an ordinary command: the real one does without cyclopts."""
    app = make("")
    del app["code"]
    app.command(code, help=COMMANDS["code"])
    return app


def code(
    *arguments: str,
    config: ConfigOption = None,
    port: PortOption = None,
    route: Annotated[list[str] | None, Parameter(negative="", help="A route: think=provider,model.")] = None,
) -> None:
    """Stand for the options that `ccr code` takes before Claude Code's own."""


def script(shell: Literal["bash", "zsh", "fish"]) -> str:
    """Return the completion script for a shell."""
    text = application().generate_completion(prog_name="ccr", shell=shell).rstrip() + "\n"
    # zsh calls the function that has the file's name. The generated one has another, so the file itself, which becomes
    # that function's body when it is first loaded, has to pass the call on.
    return f'{text}\n_cyclopts_ccr "$@"\n' if shell == "zsh" else text


def main(arguments: list[str]) -> None:
    """Write all scripts to the folder that the arguments name."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, shell in SCRIPTS.items():
        (folder / name).write_text(script(shell), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
