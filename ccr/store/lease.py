"""What a running service leaves on disk: a lock for the time of a start, and a note of who it is.

The note is a hint for finding the service when it doesn't answer, never a proof that it lives: see `ccr.run.health`.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from ccr.store import atomic

RETRY_SECONDS = 0.02


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A service's own words about itself. `started` tells its process from a later one with the same id."""

    instance: str
    pid: int
    started: str
    host: str
    port: int
    config: str


class Busy(Exception):
    """Somebody else kept the lock for longer than one was ready to wait."""


@contextmanager
def lock(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock file `path` exclusively; the system lets go of it when the process ends, however it ends.

    Waits at most `seconds`, then raises `Busy`. Raises OSError if the file can't be written.
    """
    _private(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        deadline = time.monotonic() + seconds
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise Busy(str(path))
            time.sleep(RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def note_path(folder: Path, port: int) -> Path:
    """Return where the note of the service on `port` lies."""
    return folder / f"service-{port}.json"


def write_note(folder: Path, note: Note) -> None:
    """Leave the note of a service that has just bound its port. Raises OSError."""
    _private(folder)
    # No service outlives the power, and the start need not wait for the disk.
    atomic.write(note_path(folder, note.port), msgspec.json.encode(note), lasting=False)


def read_note(folder: Path, port: int) -> Note | None:
    """Return the note that a service left for `port`; None if there is none that can be read."""
    return _decode(note_path(folder, port))


def notes(folder: Path) -> list[Note]:
    """Return the notes of all services, also of those that have ended without taking theirs away."""
    found = map(_decode, sorted(folder.glob("service-*.json")))
    return [note for note in found if note]


def remove_note(folder: Path, *, port: int, instance: str) -> None:
    """Take the note for `port` away if it is still the one of `instance`; a successor's stays."""
    note = read_note(folder, port)
    if note and note.instance == instance:
        with suppress(OSError):
            note_path(folder, port).unlink()


def _decode(path: Path) -> Note | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def _private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
