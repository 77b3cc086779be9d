"""What the user's JavaScript prints, line by line into our log: never more than the log can take."""

from collections.abc import Callable

import trio

LINE_LIMIT = 2000
LINES_A_SECOND = 100

Write = Callable[[str], None]


class Console:
    """Cuts what one stream prints into lines. Beyond `LINES_A_SECOND` they are counted only."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._line = b""
        self._second = -1
        self._written = 0
        self._dropped = 0

    def feed(self, data: bytes, now: float) -> None:
        """Take what was printed at `now` (seconds)."""
        *lines, rest = (self._line + data).split(b"\n")
        for line in lines:
            self._put(line, int(now))
        self._line = rest[:LINE_LIMIT]

    def close(self) -> None:
        """The stream has ended."""
        self._put(self._line, self._second)
        self._line = b""
        self._tell_dropped()

    def _put(self, line: bytes, second: int) -> None:
        if second != self._second:
            self._tell_dropped()
            self._second, self._written = second, 0
        text = line[:LINE_LIMIT].decode("utf-8", "replace").rstrip()
        if not text:
            return
        if self._written >= LINES_A_SECOND:
            self._dropped += 1
            return
        self._written += 1
        self._write(text)

    def _tell_dropped(self) -> None:
        if self._dropped:
            self._write(f"({self._dropped} more lines)")
            self._dropped = 0


async def listen(stream: trio.abc.ReceiveStream, write: Write) -> None:
    """Read a stream to its end."""
    console = Console(write)
    try:
        async for data in stream:
            console.feed(bytes(data), trio.current_time())
    except trio.BrokenResourceError:
        pass
    console.close()
