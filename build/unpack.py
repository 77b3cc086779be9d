"""Unpacks the whole ccr out of the one file and becomes it.

It goes into a folder of the user's cache that is named after the content, once; `build/handover.c` finds it there from
then on. Where that can't be, it goes into the temporary folder of this run, which the bootloader takes away afterwards.
Imports next to nothing, as much of the time goes into imports.
"""

import fcntl
import os
import stat
import struct
import sys
import time
from collections.abc import Iterator

from restore import BINARY

MAGIC = b"MEI\014\013\012\013\016"
COOKIE = struct.Struct("!8sIIII64s")
ENTRY = struct.Struct("!IIIIBc")
"""PyInstaller's archive: a cookie at its end says where the table of contents is, of entries with their names."""

PAYLOAD, LIBRARY = b"a", b"b"
"""Types of entries: those of the whole ccr, which nobody else unpacks, and libraries that are unpacked already."""

WHOLE = "CCR_WHOLE"
"""The variable that says to `handover` that `quick` has had its turn."""

TAIL = 1 << 16
CHUNK = 1 << 20
STALE_SECONDS = 3600


class Part:
    """A file in the archive: its name, where it begins, and its size in bytes."""

    __slots__ = ("begin", "name", "size")

    def __init__(self, name: str, begin: int, size: int) -> None:
        self.name = name
        self.begin = begin
        self.size = size


def hand_over() -> None:
    """Become the whole ccr, or say why that can't be and exit; never returns."""
    inner = os.path.dirname(sys.executable)
    if os.path.basename(sys._MEIPASS) == "_internal":
        # We are `quick`, and it lies beside us.
        become(inner, {WHOLE: "1"})
    name, parts = contents(sys.executable)
    try:
        become(kept(name, parts), {})
    except OSError:
        # No home, a full one, one that nothing may be written to or run from.
        become_here(parts)


def become_here(parts: list[Part]) -> None:
    """Become the whole ccr in the temporary folder of this run, or say why that can't be and exit."""
    folder = os.path.join(sys._MEIPASS, "app")
    try:
        os.mkdir(folder, 0o700)
        fill(folder, parts)
        become(folder, {BINARY: sys.executable})
    except OSError as error:
        place, size = os.path.dirname(sys._MEIPASS), (sum(part.size for part in parts) >> 20) + 1
        reason = f"{error.strerror or error}; set TMPDIR to a folder that has {size} MB left"
        print(f"ccr: can't unpack into {place}: {reason}", file=sys.stderr, flush=True)
        os._exit(1)


def become(folder: str, extra: dict[str, str]) -> None:
    """Become the program in a folder, with more in its environment. Raises OSError."""
    os.execve(os.path.join(folder, "ccr"), sys.argv, {**os.environ, **extra})


def contents(archive: str) -> tuple[str, list[Part]]:
    """Return the name of the folder for the whole ccr, and its files, out of the archive's table of contents."""
    own: dict[str, Part] = {}
    libraries: dict[str, Part] = {}
    folder = ""
    for kind, part in table(archive):
        if kind == PAYLOAD:
            folder, _, part.name = part.name.partition("/")
            own[part.name] = part
        elif kind == LIBRARY:
            part.name = f"_internal/{part.name}"
            libraries[part.name] = part
    return folder, list((libraries | own).values())


def table(archive: str) -> Iterator[tuple[bytes, Part]]:
    """Yield the type of each entry of an archive, and where it is."""
    with open(archive, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        begin = file.seek(max(end - TAIL, 0))
        cookie = begin + file.read().rindex(MAGIC)
        file.seek(cookie)
        _, size, offset, length, _, _ = COOKIE.unpack(file.read(COOKIE.size))
        start = cookie + COOKIE.size - size
        file.seek(start + offset)
        rows = file.read(length)
    at = 0
    while at < length:
        row, place, size, _, is_packed, kind = ENTRY.unpack_from(rows, at)
        if kind in (PAYLOAD, LIBRARY) and is_packed:
            raise OSError(0, "the archive is compressed")
        name = rows[at + ENTRY.size : at + row].rstrip(b"\0").decode()
        yield kind, Part(name, start + place, size)
        at += row


def kept(name: str, parts: list[Part]) -> str:
    """Return the folder of the cache that holds the files, filled if need be. Raises OSError if that can't be."""
    base = cache()
    folder = os.path.join(base, name)
    if not is_usable(folder):
        # First, as a folder of before the last boot may have this name.
        sweep(base)
        make(base, folder, parts)
    hold(folder)
    return folder


def cache() -> str:
    """Return the folder that holds the unpacked ones, as in build/handover.c. Raises OSError if it won't do."""
    place, below = os.environ.get("XDG_CACHE_HOME", ""), ()
    if not place.startswith("/"):
        place, below = os.environ.get("HOME", ""), (".cache",)
    if not place.startswith("/"):
        raise OSError("there is no home")
    # Another user's, as with sudo: what we left there would be in that user's way.
    if os.path.exists(place) and os.stat(place).st_uid != os.geteuid():
        raise OSError("it is another user's")
    base = os.path.join(place, *below, "ccr")
    os.makedirs(base, mode=0o700, exist_ok=True)
    if not is_ours(base) or os.statvfs(base).f_flag & os.ST_NOEXEC:
        raise OSError("others may write there, or nothing may run there")
    return base


def is_ours(folder: str) -> bool:
    """Tell whether a folder is there, belongs to us, and nobody else may change it."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def is_usable(folder: str) -> bool:
    """Tell whether a folder is ours and was filled since the system has booted.

    When the power fails, files may stay empty that were never written to the disk. Making sure that they are would take
    many times as long as unpacking, so that is done anew after each boot.
    """
    if not is_ours(folder):
        return False
    try:
        return os.stat(os.path.join(folder, "lock")).st_mtime >= booted()
    except OSError:
        return False


def booted() -> float:
    """Return when the system has booted; as build/handover.c, which takes everything where that is unknown."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else 0


def make(base: str, folder: str, parts: list[Part]) -> None:
    """Fill a folder that appears whole or not at all; of several at once, one wins. Raises OSError."""
    scratch = os.path.join(base, f".new-{os.getpid()}-{os.urandom(4).hex()}")
    os.mkdir(scratch, 0o700)
    try:
        fill(scratch, parts)
        os.rename(scratch, folder)
    except OSError:
        remove(scratch)
        if not is_usable(folder):
            raise


def fill(folder: str, parts: list[Part]) -> None:
    """Write the files, for nobody but their owner, and hold their lock as long as we live. Raises OSError."""
    hold(folder)
    made = {folder}
    source = os.open(sys.executable, os.O_RDONLY)
    for part in parts:
        path = os.path.join(folder, part.name)
        parent = os.path.dirname(path)
        if parent not in made:
            os.makedirs(parent, mode=0o700, exist_ok=True)
            made.add(parent)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if "/" in part.name else 0o700)
        try:
            copy(source, part, file)
        finally:
            os.close(file)
    os.close(source)


def hold(folder: str) -> None:
    """Keep a folder from being swept away as long as this process lives, whatever it becomes. Raises OSError."""
    lock = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    lock_file(lock, fcntl.LOCK_SH)


def copy(source: int, part: Part, target: int) -> None:
    """Write one file out of the archive."""
    at, end = part.begin, part.begin + part.size
    while at < end:
        piece = os.pread(source, min(CHUNK, end - at), at)
        if not piece:
            raise OSError(0, "the program's file is cut off")
        at += len(piece)
        while piece:
            piece = piece[os.write(target, piece) :]


def sweep(base: str) -> None:
    """Remove the folders that nobody runs, and what was given up half-way."""
    for name in os.listdir(base):
        folder = os.path.join(base, name)
        if not is_ours(folder):
            continue
        try:
            lock = os.open(os.path.join(folder, "lock"), os.O_RDWR)
        except OSError:
            if name.startswith(".new-") and os.lstat(folder).st_mtime < time.time() - STALE_SECONDS:
                remove(folder)
            continue
        if lock_file(lock, fcntl.LOCK_EX):
            remove(folder)
        os.close(lock)


def lock_file(file: int, kind: int) -> bool:
    """Try to take a lock; tell whether we have it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def remove(folder: str) -> None:
    """Remove a folder and what is in it, as far as we may."""
    for place, folders, files in os.walk(folder, topdown=False):
        for unlink, names in ((os.unlink, files), (os.rmdir, folders)):
            for name in names:
                try:
                    unlink(os.path.join(place, name))
                except OSError:
                    continue
    try:
        os.rmdir(folder)
    except OSError:
        return
