"""Which program runs JavaScript on this machine."""

import shutil
import sys
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


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return the child's environment: ours, as the original's was, without what only concerns a frozen ccr."""
    clean = {name: value for name, value in env.items() if not name.startswith("_PYI_")}
    if getattr(sys, "frozen", False):
        # https://pyinstaller.org/en/stable/runtime-information.html#ld-library-path-libpath-considerations
        original = clean.pop("LD_LIBRARY_PATH_ORIG", None)
        clean.pop("LD_LIBRARY_PATH", None)
        if original is not None:
            clean["LD_LIBRARY_PATH"] = original
    return clean
