"""Values that a configuration refers to instead of holding them: in files, from programs, in the system's keychain.

    ${file:~/.keys/openai}             the text of a file
    ${command:op read op://ai/openai}  what a program prints; run without a shell
    ${keychain:openai}                 what `ccr setup` has put there

They stand wherever `${NAME}` may stand, and are looked up each time that the configuration is read.
"""

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ccr.errors import CommandError

SECONDS = 15.0
FILE_BYTES = 64 * 1024
SERVICE = "ccr"


class References(Mapping[str, str]):
    """An environment that also knows the references above; what can't be found is unset."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __getitem__(self, name: str) -> str:
        if name in self._env:
            return self._env[name]
        kind, colon, rest = name.partition(":")
        reader = READERS.get(kind) if colon else None
        value = reader(rest.strip(), self._env) if reader else ""
        if not value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._env)

    def __len__(self) -> int:
        return len(self._env)


def has_keychain(env: Mapping[str, str]) -> bool:
    """Say whether this machine has a keychain that can be reached from a terminal."""
    from shutil import which

    return which("security" if sys.platform == "darwin" else "secret-tool", path=env.get("PATH")) is not None


def keep(name: str, value: str, env: Mapping[str, str]) -> str:
    """Put a value into the keychain; return the reference to it. Raises CommandError if the keychain refuses."""
    if sys.platform == "darwin":
        # The whole order comes on stdin, so that the value is on no command line, where other users could see it.
        command = ["security", "-i"]
        text = f'add-generic-password -U -s {SERVICE} -a "{_quotable(name)}" -w "{_quotable(value)}"\n'
    else:
        command = ["secret-tool", "store", f"--label={SERVICE}: {name}", "service", SERVICE, "account", name]
        text = value
    try:
        done = subprocess.run(  # noqa: S603 - no shell, a program of the system
            command, input=text, text=True, capture_output=True, timeout=SECONDS * 4, env=dict(env), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(f"the keychain can't be used: {error}") from error
    if done.returncode:
        raise CommandError(f"the keychain refused: {done.stderr.strip()[:200] or f'exit code {done.returncode}'}")
    return f"${{keychain:{name}}}"


def _quotable(text: str) -> str:
    if not text.isprintable() or set(text) & set('"\\'):
        raise CommandError("the keychain takes no value with quotes or backslashes; use a file")
    return text


def _file(name: str, env: Mapping[str, str]) -> str:
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    path = Path(home, name[2:]) if name.startswith("~/") else Path(name)
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(FILE_BYTES).strip() if path.is_absolute() else ""
    except (OSError, ValueError):
        return ""


def _command(line: str, env: Mapping[str, str]) -> str:
    try:
        words = shlex.split(line)
    except ValueError:
        return ""
    return _output(words, env)


def _keychain(name: str, env: Mapping[str, str]) -> str:
    if sys.platform == "darwin":
        return _output(["security", "find-generic-password", "-s", SERVICE, "-a", name, "-w"], env)
    return _output(["secret-tool", "lookup", "service", SERVICE, "account", name], env)


def _output(words: list[str], env: Mapping[str, str]) -> str:
    """Return what a program prints, nothing if it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, named by the user's own configuration
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, env=dict(env), check=False
        )
    except (OSError, subprocess.TimeoutExpired, IndexError):
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "replace").strip()


READERS: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "file": _file,
    "command": _command,
    "keychain": _keychain,
}
