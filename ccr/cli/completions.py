"""`ccr completions`: the shells' completion scripts. They are static: pressing Tab starts no ccr."""

import os
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from ccr.cli.app import COMMANDS, make
from ccr.cli.option import ConfigOption, PortOption
from ccr.errors import CommandError
from ccr.run.shell import guess
from ccr.store import atomic

Shell = Literal["bash", "zsh", "fish"]
SHELLS: dict[str, Shell] = {"bash": "bash", "sh": "bash", "zsh": "zsh", "fish": "fish"}
ADVICE: dict[Shell, str] = {
    "bash": "New shells load it if bash-completion is installed; if not, put this into ~/.bashrc:\n    source {path}",
    "zsh": "Put this into ~/.zshrc, before compinit is called:\n    fpath=({folder} $fpath)",
    "fish": "New shells load it.",
}
"""What is left to do after the installation. Nobody's start-up files are changed."""


def completions(
    shell: Annotated[Shell | None, Parameter(help="For which shell, if not the one that calls.")] = None,
    *,
    install: Annotated[bool, Parameter(negative="", help="Write it where the shell looks for such scripts.")] = False,
) -> int:
    """Print or install the completion script of a shell.

    Examples:

        ccr completions --install
        source <(ccr completions bash)
        ccr completions zsh > ~/.zfunc/_ccr
        ccr completions fish | source
    """
    env = dict(os.environ)
    chosen = shell or SHELLS.get(guess(env))
    if chosen is None:
        raise CommandError("there are completions for bash, zsh and fish; name one of them: ccr completions bash")
    if not install:
        print(script(chosen), end="")
        return 0
    path = place(chosen, env)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, script(chosen).encode(), mode=0o644)
    except OSError as error:
        raise CommandError(f"can't write {str(path)!r}: {error.strerror}") from error
    print(f"installed {path}")
    print(ADVICE[chosen].format(path=path, folder=path.parent))
    return 0


def place(shell: Shell, env: dict[str, str]) -> Path:
    """Return where a user's own completion scripts of a shell belong.

    https://github.com/scop/bash-completion#faq, https://fishshell.com/docs/current/completions.html
    """
    home = Path(env.get("HOME") or Path.home())
    if shell == "bash":
        data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
        return data / "bash-completion" / "completions" / "ccr"
    if shell == "fish":
        return Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "fish" / "completions" / "ccr.fish"
    return home / ".zfunc" / "_ccr"


def script(shell: Shell) -> str:
    """Return the completion script for a shell."""
    text = application().generate_completion(prog_name="ccr", shell=shell).rstrip() + "\n"
    # zsh calls the function that has the file's name. The generated one has another, so the file itself, which becomes
    # that function's body when it is first loaded, has to pass the call on.
    return f'{text}\n_cyclopts_ccr "$@"\n' if shell == "zsh" else text


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
    profile: Annotated[str | None, Parameter(help="The profile to use.")] = None,
    route: Annotated[list[str] | None, Parameter(negative="", help="A route: think=provider,model.")] = None,
) -> None:
    """Stand for the options that `ccr code` takes before Claude Code's own."""
