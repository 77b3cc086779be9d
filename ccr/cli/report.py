"""Lines that several commands print."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ccr.config.problem import Problem
from ccr.run.health import url
from ccr.run.service import Running


def describe(running: Running) -> str:
    """Return where a service is and which one."""
    health = running.health
    return f"{url(running.host, running.port)} (pid {health.pid}, version {health.version})"


def warn(path: Path, problems: Iterable[Problem]) -> None:
    """Tell on stderr what is wrong with a configuration that can be used all the same."""
    for problem in problems:
        if not problem.fatal:
            tell(f"{path}: {problem}")


def tell(text: str) -> None:
    """Say on stderr what goes on, if that can be had: nothing fails because nobody can be told."""
    with suppress(OSError):
        print(f"ccr: {text}", file=sys.stderr, flush=True)
