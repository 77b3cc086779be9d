"""Unpacks archives of strangers: nothing leaves the folder, nothing is a link, nothing is too large."""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from ccr.errors import CommandError

BYTES = 20 * 1024 * 1024
"""Of all files together, once unpacked: counted as they come, since what a header says may be a lie."""
FILES = 1000
INFLATED = BYTES + 4 * 1024 * FILES
"""Bytes of a tar archive, with the headers of its files."""
CHUNK = 64 * 1024

Member = tuple[str, IO[bytes]]


def unpack(data: bytes, folder: Path) -> None:
    """Write the files of a zip or tar archive below `folder`, without the one folder that all may be in.

    Raises CommandError for what is no archive, and for one that tries to trick us; `folder` then holds rubbish.
    """
    try:
        files = list(_bounded(_members(data)))
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise CommandError(f"this is no archive that can be read ({error}); a .zip or .tar.gz is wanted") from error
    root = _common_root([path for path, _ in files])
    for path, content in files:
        inner = path.relative_to(root) if root else path
        target = folder.joinpath(*inner.parts)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(content)


def safe_path(name: str) -> PurePosixPath:
    """Return an archive's name of a file as a path below any folder. Raises CommandError if it leads elsewhere."""
    path = PurePosixPath(name)
    has_drive = ":" in (path.parts[0] if path.parts else "")
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or has_drive:
        raise CommandError(
            f"the archive has a file {name!r}, which would lie outside of its folder; it isn't installed"
        )
    return path


def _members(data: bytes) -> Iterator[Member]:
    """Yield the files with their names; folders are passed over, anything else is refused."""
    if data[:2] == b"PK":
        yield from _zip_members(data)
    else:
        yield from _tar_members(data)


def _zip_members(data: bytes) -> Iterator[Member]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise CommandError(
                    f"the archive has {info.filename!r}, which is a link or a device; it isn't installed"
                )
            if not info.is_dir():
                with archive.open(info) as file:
                    yield info.filename, file


def _tar_members(data: bytes) -> Iterator[Member]:
    # Inflated beforehand, because tarfile reads some headers whole, however long they say that they are.
    with tarfile.open(fileobj=BytesIO(_inflated(data)), mode="r:") as archive:
        for info in archive:
            if not info.isreg() and not info.isdir():
                raise CommandError(f"the archive has {info.name!r}, which is a link or a device; it isn't installed")
            file = archive.extractfile(info) if info.isreg() else None
            if file is not None:
                yield info.name, file


def _inflated(data: bytes) -> bytes:
    """Return the tar archive in a gzip file; other data as it is."""
    if data[:2] != b"\x1f\x8b":
        return data
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = inflater.decompress(data, INFLATED)
    except zlib.error as error:
        raise CommandError(f"the archive is damaged: {error}") from error
    if inflater.unconsumed_tail:
        raise CommandError(f"the archive unpacks to more than {BYTES // 1024 // 1024} MB; it isn't installed")
    return found


def _bounded(members: Iterator[Member]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield the content of each file while all stays within the limits."""
    left = BYTES
    for count, (name, file) in enumerate(members, start=1):
        path = safe_path(name)
        content = bytearray()
        while (piece := file.read(CHUNK)) and left >= 0:
            content += piece
            left -= len(piece)
        if left < 0 or count > FILES:
            raise CommandError(
                f"the archive unpacks to more than {BYTES // 1024 // 1024} MB or {FILES} files; it isn't installed"
            )
        yield path, bytes(content)


def _common_root(paths: list[PurePosixPath]) -> str:
    """Return the folder that all files are in, empty if there is none."""
    roots = {path.parts[0] for path in paths}
    return roots.pop() if len(roots) == 1 and all(len(path.parts) > 1 for path in paths) else ""
