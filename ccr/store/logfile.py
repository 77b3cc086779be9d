"""The log: JSON lines in a few files of bounded size, which several processes may write at the same time.

A thread writes, so that a slow disk never holds up a request; what it can't keep up with is dropped and counted.
Every line passes the redactor on its way to the disk.
"""

import os
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TextIO

import msgspec

from ccr.store.lease import Busy, lock

LEVELS = {"trace": 0, "debug": 1, "info": 2, "warn": 3, "error": 4, "fatal": 5}
FILE_BYTES = 5_000_000
FILES = 10
"""Together with `FILE_BYTES`: 50 MB in all."""

QUEUE_LINES = 20_000
BATCH_LINES = 500
BATCH_SECONDS = 0.05
CLOSE_SECONDS = 2.0

Line = dict[str, Any]


class Sink(Protocol):
    """Takes whole lines as bytes. Raises OSError when they can't be kept."""

    def write(self, data: bytes) -> None: ...


class LogFile:
    """The log of one process. `redact` may be replaced when the secrets change; it runs in the writing thread."""

    def __init__(self, sinks: list[Sink], *, redact: Callable[[str], str], level: str = "info") -> None:
        self.redact = redact
        self.level = level
        self._sinks = sinks
        self._queue: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self._dropped = 0
        self._closing = threading.Event()
        self._writer: threading.Thread | None = None

    def event(self, level: str, text: str, **fields: Any) -> None:
        """Log what happened, if `level` (one of `LEVELS`) is worth it; `fields` are JSON values."""
        if self._is_wanted(level):
            self._put({**_head(level), "text": text, **fields})

    def request(self, trail: Mapping[str, Any]) -> None:
        """Log the one line of a request: any JSON object, not changed afterwards."""
        if self._is_wanted("info"):
            self._put({**_head("info"), "type": "request", **trail})

    def close(self) -> None:
        """Write what waits, for at most `CLOSE_SECONDS`, and stop."""
        if self._writer is not None:
            self._closing.set()
            self._queue.put(None)
            self._writer.join(CLOSE_SECONDS)
            self._writer = None
            self._closing.clear()

    def _is_wanted(self, level: str) -> bool:
        return bool(self._sinks) and LEVELS[level] >= LEVELS[self.level]

    def _put(self, line: Line) -> None:
        if self._queue.qsize() >= QUEUE_LINES:
            self._dropped += 1
            return
        self._queue.put(line)
        if self._writer is None:
            # Daemonic, so that a disk that hangs can't keep the process from ending.
            self._writer = threading.Thread(target=self._run, name="log", daemon=True)
            self._writer.start()

    def _run(self) -> None:
        is_open = True
        while is_open:
            lines = [self._queue.get()]
            # Many lines at once cost the streams less than one at a time: this thread takes turns with them.
            self._closing.wait(BATCH_SECONDS)
            with suppress(queue.Empty):
                while len(lines) < BATCH_LINES:
                    lines.append(self._queue.get_nowait())
            is_open = None not in lines
            self._write([line for line in lines if line is not None])

    def _write(self, lines: list[Line]) -> None:
        dropped, self._dropped = self._dropped, 0
        if dropped:
            lines.append({**_head("warn"), "text": f"{dropped} lines of this log were dropped: the disk is too slow"})
        data = b"".join(map(self._encode, lines))
        for sink in self._sinks:
            with suppress(OSError):
                sink.write(data)

    def _encode(self, line: Line) -> bytes:
        text = msgspec.json.encode(line, enc_hook=repr).decode()
        return f"{self.redact(text)}\n".encode()


class Files:
    """`ccr.log` in a folder and the older `ccr.1.log` ... beside it, readable for their owner only."""

    def __init__(self, folder: Path, *, size: int = FILE_BYTES, count: int = FILES) -> None:
        self.path = folder / "ccr.log"
        self._size = size
        self._count = count
        self._descriptor: int | None = None

    def write(self, data: bytes) -> None:
        """Append lines. Raises OSError."""
        os.write(self._current(), data)

    def _current(self) -> int:
        """Return the descriptor of the file to append to, after a rotation of ours or of another process."""
        if self._descriptor is None or not self._is_in_place(self._descriptor):
            self._open()
        elif os.fstat(self._descriptor).st_size >= self._size:
            with suppress(Busy):
                self._rotate(self._descriptor)
            self._open()
        assert self._descriptor is not None
        return self._descriptor

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False

    def _open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        previous, self._descriptor = self._descriptor, descriptor
        if previous is not None:
            os.close(previous)

    def _rotate(self, descriptor: int) -> None:
        with lock(self.path.with_name(".lock"), seconds=1):
            # Another process may have been faster.
            if not self._is_in_place(descriptor):
                return
            names = [self.path, *(self.path.with_name(f"ccr.{number}.log") for number in range(1, self._count))]
            for older, newer in reversed(list(zip(names[1:], names, strict=False))):
                with suppress(FileNotFoundError):
                    newer.replace(older)


class Echo:
    """A text stream, such as the standard output of a server in the foreground."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write lines at once. Raises OSError if nobody reads them any more."""
        self._stream.write(data.decode())
        self._stream.flush()


def _head(level: str) -> Line:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"time": now, "level": level, "pid": os.getpid()}
