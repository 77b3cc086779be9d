"""Reads the log back: its last lines, over all of its files, and those that are being written."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ccr.store.logfile import FILES
from ccr.store.tail import newest_lines

Record = dict[str, Any]

POLL_SECONDS = 0.2
WHOLE = 1 << 40
"""Bytes: more than any log has."""


def newest(folder: Path, count: int, *, wanted: Callable[[Record], bool]) -> list[Record]:
    """Return the last `count` lines that are `wanted`, the oldest first. Lines that are no JSON are passed over."""
    files = [folder / "ccr.log", *(folder / f"ccr.{number}.log" for number in range(1, FILES))]
    found: deque[Record] = deque()
    for line in chain.from_iterable(newest_lines(str(file), limit=WHOLE) for file in files):
        if len(found) >= count:
            break
        record = decode(line)
        if record is not None and wanted(record):
            found.appendleft(record)
    return list(found)


def decode(line: bytes) -> Record | None:
    """Return a line of the log; None if it is none, such as one that is half-written."""
    try:
        return msgspec.json.decode(line, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class Follower:
    """Yields what is added to a log from the time of its making, also when the file is rotated or doesn't exist yet."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ccr.log"
        self._rest = b""
        self._file = self._open()
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)

    def __iter__(self) -> Iterator[Record]:
        """Yield new lines for ever."""
        while True:
            yield from self.read()
            time.sleep(POLL_SECONDS)

    def read(self) -> Iterator[Record]:
        """Yield what has been added since the last call."""
        while True:
            # Asked first: what is written between this and the reading is read the next time.
            is_rotated = self._file is None or not self._is_current(self._file)
            yield from self._lines()
            if not is_rotated:
                return
            if self._file is not None:
                self._file.close()
            self._file, self._rest = self._open(), b""
            if self._file is None:
                return

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _lines(self) -> Iterator[Record]:
        if self._file is None:
            return
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        yield from filter(None, map(decode, lines))

    def _open(self) -> BinaryIO | None:
        try:
            return self._path.open("rb")
        except FileNotFoundError:
            return None

    def _is_current(self, file: BinaryIO) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except FileNotFoundError:
            return True
