"""Removes what killed runs of the one file have left in the temporary folders: only ours, and only of the dead."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

UNPACKED = re.compile(r"_MEI([0-9a-f]{8})\w{6}")
"""How PyInstaller's bootloader names a folder: with the process that made it."""

MARK = "ccr.one-file"
LOCK = Path("app", "lock")


def sweep() -> None:
    """Look through the folders that the bootloader may have chosen, and remove what is left over."""
    if sys.platform == "win32":
        return
    for folder in {os.environ.get("TMPDIR"), os.environ.get("TEMP"), os.environ.get("TMP"), "/tmp", "/var/tmp"}:
        for found in unpacked(folder) if folder else ():
            if is_left_over(found):
                shutil.rmtree(found, ignore_errors=True)


def unpacked(folder: str) -> Iterator[Path]:
    """Yield the folders that one-file runs of this user's ccr have unpacked to."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if not UNPACKED.fullmatch(entry.name):
            continue
        path = Path(entry)
        try:
            is_ours = entry.is_dir(follow_symlinks=False) and path.lstat().st_uid == os.geteuid()
        except OSError:
            # A run that has ended just now, or another sweep, has removed it.
            continue
        if is_ours and (path / MARK).exists():
            yield path


def is_left_over(folder: Path) -> bool:
    """Tell whether the process that made a folder is dead, and nobody runs the program in it either."""
    named = UNPACKED.fullmatch(folder.name)
    return named is not None and not is_alive(int(named[1], 16)) and not is_locked(folder / LOCK)


def is_alive(pid: int) -> bool:
    """Tell whether there is a process with this id; it may be another one by now."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds the lock of an unpacked program."""
    import fcntl

    try:
        lock = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
