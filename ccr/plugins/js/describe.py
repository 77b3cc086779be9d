"""Asks what a JavaScript file holds, in a process of its own, so that a broken file can't hurt the others."""

import secrets
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccr.core.jsonio import dump, load
from ccr.core.unified import Json
from ccr.plugins.failure import PluginError, javascript_failure

SECONDS = 10.0
OUTPUT_LIMIT = 300
"""Characters that are shown of what a broken file prints."""


def describe(
    command: Sequence[str], kind: str, path: Path, *, item: Json, config: Json, env: Mapping[str, str]
) -> Json:
    """Return what the runner says of a file: nothing for a router or a plugin, for a transformer its `Traits`.

    `kind` is `router`, `transformer` or `plugin`. Raises PluginError if the file can't be used as one.
    """
    if not path.is_file():
        raise PluginError(f"there is no such file ({path})")
    marker = secrets.token_hex(16)
    told = dump({"describe": {"kind": kind, "item": item}, "marker": marker, "config": config}) + b"\n"
    found = _answer(_run(command, told, path, env=env), marker, path)
    if "error" in found:
        error = found["error"]
        raise PluginError(javascript_failure(str(error["message"]), str(error["stack"]), path))
    return found


def _run(
    command: Sequence[str], told: bytes, path: Path, *, env: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - the user's own program with our runner
            list(command), input=told, env=dict(env), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise PluginError(f"is not loaded after {SECONDS:g} s ({path})") from None
    except OSError as error:
        raise PluginError(f"{command[0]!r} can't be started: {error.strerror}") from None


def _answer(done: "subprocess.CompletedProcess[bytes]", marker: str, path: Path) -> Json:
    """Return the line behind the marker; the file may print what it likes beside it."""
    _, mark, rest = done.stdout.rpartition(marker.encode())
    if not mark:
        printed: Any = done.stderr.decode("utf-8", "replace").strip()[:OUTPUT_LIMIT]
        raise PluginError(f"ended the JavaScript process while it was loaded ({path}) {printed}".rstrip())
    found: Json = load(rest.partition(b"\n")[0])
    return found
