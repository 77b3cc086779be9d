"""The settings file that Claude Code gets for one session, so that the user's own settings can't lead it elsewhere.

Variables under `env` of ~/.claude/settings.json replace those of the process; those of a `--settings` file beat both.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from ccr.errors import CommandError
from ccr.run.environment import REMOVED
from ccr.run.process import started

Json = dict[str, Any]

OPTION = "--settings"

FIRST_WORDS = frozenset(
    (
        "attach",
        "bridge",
        "daemon",
        "kill",
        "logs",
        "rc",
        "remote",
        "remote-control",
        "respawn",
        "rm",
        "stop",
        "sync",
        "--update",
        "--upgrade",
        "--chrome-native-host",
        "--claude-in-chrome-mcp",
        "--computer-use-mcp",
    )
)
"""What Claude Code (2.1) recognises as its first argument only; none of it talks to a model."""


def content(variables: Mapping[str, str], *, status_line: str | None = None) -> Json:
    """Return the settings: our variables, the removed ones emptied, no helper that fetches another key."""
    emptied = dict.fromkeys(REMOVED, "")
    settings: Json = {"env": {**emptied, **variables}, "apiKeyHelper": ""}
    if status_line:
        settings["statusLine"] = {"type": "command", "command": status_line, "padding": 0}
    return settings


@contextmanager
def given(arguments: Sequence[str], settings: Json, *, folder: Path | None = None) -> Iterator[list[str]]:
    """Yield Claude Code's arguments with a private file of `settings` among them; the file is gone afterwards.

    Settings that the user passes are merged in; ours win only where the way to the router is concerned.
    """
    if arguments and arguments[0] in FIRST_WORDS:
        yield list(arguments)
        return
    theirs = _find(arguments)
    merged = settings if theirs is None else _merge(_load(theirs.value), settings)
    if merged is None:
        # Claude Code says better than we could what is wrong with it.
        yield list(arguments)
        return
    with _file(merged, folder) as path:
        yield [OPTION, str(path), *arguments] if theirs is None else theirs.replaced(arguments, str(path))


class _Found(msgspec.Struct, frozen=True):
    """A `--settings` among the arguments: it and its value, in one word or two, from `begin` up to `end`."""

    begin: int
    end: int
    value: str

    def replaced(self, arguments: Sequence[str], value: str) -> list[str]:
        return [*arguments[: self.begin], OPTION, value, *arguments[self.end :]]


def _find(arguments: Sequence[str]) -> _Found | None:
    """Return the last `--settings` before a `--`: the one that counts for Claude Code."""
    found = None
    for index, word in enumerate(arguments):
        if word == "--":
            break
        if word == OPTION and index + 1 < len(arguments):
            found = _Found(index, index + 2, arguments[index + 1])
        elif word.startswith(f"{OPTION}="):
            found = _Found(index, index + 1, word.partition("=")[2])
    return found


def _load(value: str) -> Json | None:
    """Return the settings that a value of `--settings` means: JSON itself, or the path of a file."""
    try:
        text = value if value.lstrip().startswith("{") else Path(value).read_text(encoding="utf-8")
        settings = msgspec.json.decode(text)
    except (OSError, ValueError):
        return None
    return settings if isinstance(settings, dict) else None


def _merge(theirs: Json | None, ours: Json) -> Json | None:
    if theirs is None:
        return None
    variables = theirs.get("env")
    env = {**(variables if isinstance(variables, dict) else {}), **ours["env"]}
    return {**ours, **theirs, "env": env, "apiKeyHelper": ours["apiKeyHelper"]}


@contextmanager
def _file(settings: Json, folder: Path | None) -> Iterator[Path]:
    """Keep `settings` in a file of a random name that nobody else can read; in the system's folder if need be."""
    path = _keep(msgspec.json.encode(settings), folder)
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def _keep(data: bytes, folder: Path | None) -> Path:
    name = f"claude-{os.getpid()}-{os.urandom(8).hex()}.json"
    if folder is not None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sweep(folder)
            return _write(folder / name, data)
    # Slow to import, and only for those whose home can't be written.
    from tempfile import gettempdir

    try:
        return _write(Path(gettempdir()) / f"ccr-{name}", data)
    except OSError as error:
        raise CommandError(
            f"Claude Code's settings can be kept nowhere: {error.strerror}; make room on a disk"
        ) from error


def _sweep(folder: Path) -> None:
    """Remove what sessions that were killed could not."""
    for path in folder.glob("claude-*.json"):
        pid = path.name.split("-")[1]
        if pid.isdecimal() and not started(int(pid)):
            with suppress(OSError):
                path.unlink()


def _write(path: Path, data: bytes) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError:
        path.unlink()
        raise
    return path
