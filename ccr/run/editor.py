"""Lets the user's own editor work on a copy of a file."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ccr.errors import CommandError

USUAL = ("notepad",) if sys.platform == "win32" else ("sensible-editor", "nano", "vi")


def command(env: Mapping[str, str]) -> list[str]:
    """Return the words that start the user's editor: $VISUAL, $EDITOR, else a usual one. Raises CommandError."""
    wanted = env.get("VISUAL") or env.get("EDITOR")
    if wanted:
        try:
            return shlex.split(wanted, posix=sys.platform != "win32")
        except ValueError as error:
            raise CommandError(f"EDITOR {wanted!r} is not a command: {error}") from error
    for name in USUAL:
        if _is_there(name, env):
            return [name]
    raise CommandError("there is no editor; set EDITOR to one, such as EDITOR=nano")


def copy(path: Path, text: str) -> Path:
    """Return a new file beside `path` that holds `text` and nobody else can read; its ending tells editors its kind.

    Raises CommandError if it can't be written.
    """
    scratch = path.with_name(f".{path.stem}.edit-{os.urandom(4).hex()}{path.suffix}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink()
        raise CommandError(f"can't write {str(scratch)!r}: {error.strerror}") from error
    return scratch


def edit(path: Path, env: Mapping[str, str]) -> str:
    """Let the user change a file; return its text when the editor has ended. Raises CommandError if that failed."""
    words = command(env)
    try:
        code = subprocess.run([*words, str(path)], env=dict(env), check=False).returncode  # noqa: S603
    except OSError as error:
        raise CommandError(f"can't start the editor {words[0]!r}: {error.strerror}; set EDITOR to another") from error
    if code:
        raise CommandError(f"the editor {words[0]!r} failed with exit code {code}; nothing is changed")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"can't read what the editor left: {error}") from error


def _is_there(name: str, env: Mapping[str, str]) -> bool:
    folders = env.get("PATH", "").split(os.pathsep)
    endings = ("", ".exe") if sys.platform == "win32" else ("",)
    return any(os.access(Path(folder, name + ending), os.X_OK) for folder in folders if folder for ending in endings)
