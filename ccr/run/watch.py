"""Tells when files change, also when an editor replaces them, when they are deleted, or when they come into being.

It looks at them twice a second. That costs less than a watch by the system, whose thread wakes twenty times a second,
and also sees changes on network file systems and in folders that are mounted into a container.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import trio

LOOK_SECONDS = 0.5
SETTLE_SECONDS = 0.1

Stamp = tuple[int, int, int] | None


async def watch(paths: Callable[[], Sequence[Path]], changed: Callable[[], Awaitable[None]]) -> None:
    """Await `changed()` after every change of one of `paths()`, until cancelled; changes in a row count once."""
    seen = stamps(paths())
    while True:
        await trio.sleep(LOOK_SECONDS)
        now = stamps(paths())
        if now != seen:
            seen = await _settled(paths, now)
            await changed()


def stamps(paths: Sequence[Path]) -> list[Stamp]:
    """Return the stamps of some files."""
    return [stamp(path) for path in paths]


def stamp(path: Path) -> Stamp:
    """Return what differs when the file was changed or replaced; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


async def _settled(paths: Callable[[], Sequence[Path]], seen: list[Stamp]) -> list[Stamp]:
    """Wait until whoever writes has finished, and return the stamps then."""
    while True:
        await trio.sleep(SETTLE_SECONDS)
        now = stamps(paths())
        if now == seen:
            return now
        seen = now
