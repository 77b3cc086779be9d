"""Starts ccr itself once more: as the background service, or as a command that Claude Code calls."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO


def own_command() -> list[str]:
    """Return the words that start this very ccr."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    # -P: a folder `ccr` where the user happens to be must not be taken for ours.
    return [sys.executable, "-P", "-m", "ccr"]


def own_shell_command(*arguments: str) -> str:
    """Return a shell's spelling of `own_command` with further words."""
    return shlex.join([*own_command(), *arguments])


def detach(
    arguments: Sequence[str], *, env: Mapping[str, str], folder: Path, output: BinaryIO
) -> "subprocess.Popen[bytes]":
    """Start ccr in a session of its own, so that it outlives us and our terminal; what it prints goes to `output`."""
    return subprocess.Popen(  # noqa: S603 - ourselves
        [*own_command(), *arguments],
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
    )


def end(detached: "subprocess.Popen[bytes]") -> None:
    """End what `detach` has started, with all its children, without asking it."""
    if sys.platform == "win32":
        detached.kill()
    else:
        os.killpg(detached.pid, signal.SIGKILL)
    detached.wait()
