"""Which program runs JavaScript on this machine."""

import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

RUNTIMES: Mapping[str, tuple[str, ...]] = {
    "node": (),
    "bun": ("run",),
    "deno": ("run", "--allow-all", "--no-prompt"),
}
"""The programs in the order in which they are looked for, with the words before the script."""

MISSING = (
    "needs JavaScript, and there is no node, bun or deno on the PATH: install one of them, "
    "or write the same in Python (README, 'Your own code')"
)


def find(env: Mapping[str, str]) -> list[str] | None:
    """Return the words that run our runner, or None if no runtime is installed."""
    for name, words in RUNTIMES.items():
        program = shutil.which(name, path=env.get("PATH", ""))
        if program:
            return [program, *words, str(runner())]
    return None


def runner() -> Path:
    """Return the program that runs the user's files; an unpacked file also in the frozen binary."""
    return Path(str(files("ccr.plugins.js") / "runner.mjs"))
