"""The lines of a file from its end: a transcript of many megabytes is only read as far back as it takes."""

from collections.abc import Iterator

BLOCK = 64 * 1024
LIMIT = 8 * 1024 * 1024
"""Bytes that are read at most: a single line may hold a picture."""


def newest_lines(path: str, *, limit: int = LIMIT) -> Iterator[bytes]:
    """Yield the lines of a file, the last one first, as far as `limit` bytes; nothing if it can't be read."""
    try:
        file = open(path, "rb")  # noqa: PTH123, SIM115 - pathlib is slow to import; closed below
    except OSError:
        return
    with file:
        position = file.seek(0, 2)
        first = max(position - limit, 0)
        rest = [b""]
        while position > first:
            size = min(BLOCK, position - first)
            position -= size
            file.seek(position)
            head, *lines = file.read(size).split(b"\n")
            if lines:
                # What was read before is the end of the line that this block's last piece begins.
                yield lines.pop() + b"".join(reversed(rest))
                yield from reversed(lines)
                rest = [head]
            else:
                rest.append(head)
        yield b"".join(reversed(rest))
