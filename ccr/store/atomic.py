"""Replaces a file as a whole: whoever reads it sees the old content or the new, even if the machine stops half-way."""

import os
from contextlib import suppress
from pathlib import Path


def write(path: Path, content: bytes, *, mode: int = 0o600, lasting: bool = True) -> None:
    """Write `content` to `path`, readable only for its owner unless `mode` says otherwise. Raises OSError.

    A symbolic link stays one, and what it points to is replaced. On failure the old file is as it was. What need not be
    `lasting` saves the wait for the disk; if the power fails, the file may be empty.
    """
    target = path.resolve()
    # In the same folder, because a file can only be renamed within its file system.
    scratch = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        scratch.replace(target)
    except BaseException:
        with suppress(OSError):
            scratch.unlink()
        raise
    if lasting:
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the renaming last. Some systems can't open a folder, some file systems can't sync one: then it is theirs."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
