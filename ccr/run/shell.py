"""How shells spell variables, so that what `ccr activate` prints can be evaluated whatever a value holds."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from ccr.errors import CommandError

GENERATIONS = 4
"""How many processes above us are looked at."""

Shell = Literal["bash", "zsh", "sh", "fish", "powershell", "cmd"]


class Spelling(NamedTuple):
    """How a shell sets and removes a variable, and how its user applies what is printed."""

    set: Callable[[str, str], str]
    unset: Callable[[str], str]
    usage: str


def script(shell: Shell, *, variables: Mapping[str, str], removed: tuple[str, ...]) -> str:
    """Return the lines that put `variables` into the environment and take `removed` out of it.

    Raises CommandError for a value that the shell has no spelling for.
    """
    spelling = SPELLINGS[shell]
    lines = [spelling.set(name, value) for name, value in variables.items()]
    return "".join(f"{line}\n" for line in [*lines, *map(spelling.unset, removed)])


def guess(env: Mapping[str, str]) -> Shell:
    """Return the shell that called us: the nearest process above us that is one, else `$SHELL`, else the usual one."""
    for name in (*_ancestors(), env.get("SHELL", "")):
        found = named(name)
        if found is not None:
            return found
    if sys.platform == "win32":
        return "powershell" if env.get("PSModulePath") else "cmd"
    return "sh"


def named(program: str) -> Shell | None:
    """Return the shell that a program is, by its path or name; None for no shell that we know."""
    name = program.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe").removeprefix("-")
    aliases: dict[str, Shell] = {"pwsh": "powershell", "dash": "sh", "ash": "sh", "ksh": "sh", "busybox": "sh"}
    shells: dict[str, Shell] = {shell: shell for shell in get_args(Shell)}
    return (shells | aliases).get(name)


def _ancestors() -> Iterator[str]:
    """Yield the names of the processes that we were started by, the nearest first, as far as that can be told.

    The nearest need not be the shell: the executable's own loader may be, or `env`, or whatever runs tools.
    """
    pid = os.getppid()
    for _ in range(GENERATIONS):
        if pid <= 1:
            return
        name, pid = _look_up(pid)
        yield name


def _look_up(pid: int) -> tuple[str, int]:
    """Return a process's name and its parent's id; empty and 0 where that can't be told."""
    with suppress(OSError):
        name, _, fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
        return name.partition("(")[2], int(fields.split()[1])
    with suppress(OSError, subprocess.SubprocessError, ValueError):
        command = ["ps", "-o", "ppid=,comm=", "-p", str(pid)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=2, check=True)  # noqa: S603
        parent, _, name = done.stdout.strip().partition(" ")
        return name.strip(), int(parent)
    return "", 0


def _posix(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    # Between single quotes only these two mean something: https://fishshell.com/docs/current/language.html#quotes
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{escaped}'"


def _powershell(name: str, value: str) -> str:
    # PowerShell takes typographic quotes for quotes too.
    escaped = "".join(character * 2 if character in "'\u2018\u2019\u201a\u201b" else character for character in value)
    return f"$env:{name} = '{escaped}'"


def _cmd(name: str, value: str) -> str:
    if any(character in value for character in '"\r\n'):
        raise CommandError(f"cmd.exe has no spelling for the value of {name}: it holds a quote or a line break")
    return f'set "{name}={value.replace("%", "%%")}"'


_POSIX = Spelling(_posix, lambda name: f"unset {name}", 'eval "$(ccr activate)"')
SPELLINGS: dict[Shell, Spelling] = {
    "bash": _POSIX,
    "zsh": _POSIX,
    "sh": _POSIX,
    "fish": Spelling(_fish, lambda name: f"set -e {name}", "ccr activate | source"),
    "powershell": Spelling(
        _powershell,
        lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue",
        "ccr activate --shell powershell | Out-String | Invoke-Expression",
    ),
    "cmd": Spelling(_cmd, lambda name: f'set "{name}="', "ccr activate --shell cmd > ccr-env.cmd && call ccr-env.cmd"),
}
