"""Finds the `claude` program and the words that start it without a shell."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ccr.core.pattern import pattern
from ccr.errors import CommandError

NOT_FOUND = 127
NOT_EXECUTABLE = 126
"""Exit codes of a shell for a command that isn't there, and for one that can't be run."""

INSTALL = "install it with `npm install -g @anthropic-ai/claude-code`, or set CLAUDE_PATH to where it is"
IS_WINDOWS = sys.platform == "win32"
CMD_TARGET = pattern(r'"%(?:~dp0|dp0%)\\([^"]+\.(?:exe|[cm]?js))"', re.IGNORECASE)


def find(env: Mapping[str, str], *, configured: str | None = None) -> list[str]:
    """Return the words that start Claude Code: a path, or an interpreter and a path.

    `CLAUDE_PATH` of the configuration comes first, then that of the environment, the PATH, and the places where
    installers put it. Raises CommandError with a shell's exit code if there is none.
    """
    wanted = configured or env.get("CLAUDE_PATH")
    path = _named(wanted, env) if wanted else _installed(env)
    if path.suffix.lower() in (".cmd", ".bat"):
        return behind_cmd(path, env)
    return [str(path)]


def behind_cmd(path: Path, env: Mapping[str, str]) -> list[str]:
    """Return what a `.cmd` file made by npm starts, because arguments can't be passed through cmd.exe unharmed."""
    match = CMD_TARGET.search(path.read_text(encoding="utf-8", errors="replace"))
    target = path.parent / match[1].replace("\\", os.sep) if match else None
    if target is None or not target.exists():
        raise CommandError(f"can't tell what {str(path)!r} starts; set CLAUDE_PATH to claude.exe", code=NOT_EXECUTABLE)
    if target.suffix.lower() == ".exe":
        return [str(target)]
    node = next(_on_path("node", env), None)
    if node is None:
        raise CommandError(f"{str(path)!r} needs node, which is not on the PATH", code=NOT_FOUND)
    return [str(node), str(target)]


def _named(wanted: str, env: Mapping[str, str]) -> Path:
    """Return the program that CLAUDE_PATH names: a path, or a command on the PATH."""
    path = Path(wanted).expanduser()
    is_command = len(path.parts) == 1 and not wanted.startswith(".")
    found = next(_on_path(wanted, env), None) if is_command else next(_variants(path), None)
    if found is None:
        raise CommandError(f"no claude at {wanted!r} (CLAUDE_PATH); correct that, or {INSTALL}", code=NOT_FOUND)
    if not os.access(found, os.X_OK):
        raise CommandError(f"{wanted!r} (CLAUDE_PATH) may not be executed; make it executable", code=NOT_EXECUTABLE)
    return found


def _installed(env: Mapping[str, str]) -> Path:
    for path in _candidates(env):
        if os.access(path, os.X_OK):
            return path
    raise CommandError(f"claude is not on the PATH; {INSTALL}", code=NOT_FOUND)


def _candidates(env: Mapping[str, str]) -> Iterator[Path]:
    yield from _on_path("claude", env)
    for folder in _folders(env):
        yield from _variants(folder / "claude")


def _folders(env: Mapping[str, str]) -> Iterator[Path]:
    """Yield where Claude Code's own installers and npm put it."""
    home = Path(env.get("HOME") or env.get("USERPROFILE") or Path.home())
    yield home / ".claude" / "local"
    yield home / ".claude" / "local" / "node_modules" / ".bin"
    yield home / ".local" / "bin"
    if prefix := env.get("NPM_CONFIG_PREFIX") or env.get("npm_config_prefix"):
        yield Path(prefix) / "bin"
    if IS_WINDOWS and (roaming := env.get("APPDATA")):
        yield Path(roaming) / "npm"
    yield home / ".npm-global" / "bin"
    yield home / ".bun" / "bin"
    yield Path("/usr/local/bin")
    yield Path("/opt/homebrew/bin")


def _on_path(name: str, env: Mapping[str, str]) -> Iterator[Path]:
    for folder in env.get("PATH", "").split(os.pathsep):
        if folder:
            yield from (path for path in _variants(Path(folder) / name) if os.access(path, os.X_OK))


def _variants(path: Path) -> Iterator[Path]:
    """Yield the files that a command's path may mean; on Windows the ending may be left out."""
    endings = (".exe", ".cmd", ".bat") if IS_WINDOWS and not path.suffix else ("",)
    for ending in endings:
        candidate = path.with_name(path.name + ending)
        if candidate.is_file():
            yield candidate
