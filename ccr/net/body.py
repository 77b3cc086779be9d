"""Bodies of HTTP/1.1 responses, a whole network read at a time: RFC 9112, sections 6 and 7. Sans-io.

h11 reads the heads; a stream has one head and thousands of chunks, and for those this is several times faster.
"""

from collections.abc import Iterable

CHUNK_LINE_LIMIT = 4096
"""Bytes of a chunk's size line, or of all trailers: more is no HTTP that anybody speaks."""


class BadBody(Exception):
    """The body is not what its head promised."""


class Body:
    """A response's body. `done` tells that it is complete; `rest` is what came after it."""

    def __init__(self) -> None:
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Take what one read gave, return the content in it. Raises BadBody."""
        raise NotImplementedError

    def end(self) -> None:
        """The connection has ended. Raises BadBody if the body has not."""
        if not self.done:
            raise BadBody("the upstream closed the connection in the middle of its reply")


class Empty(Body):
    """No body at all: answers to HEAD, and statuses that have none."""

    def __init__(self) -> None:
        super().__init__()
        self.done = True

    def feed(self, data: bytes) -> bytes:
        """Nothing of it is content."""
        self.rest += data
        return b""


class Counted(Body):
    """A body of known length."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._left = length
        self.done = length == 0

    def feed(self, data: bytes) -> bytes:
        """Return the content, up to the length."""
        found = data[: self._left]
        self._left -= len(found)
        self.done = self._left == 0
        self.rest += data[len(found) :]
        return found


class UntilClose(Body):
    """A body that ends with its connection."""

    def feed(self, data: bytes) -> bytes:
        """All of it is content."""
        return data

    def end(self) -> None:
        """That is how it ends."""
        self.done = True


class Chunked(Body):
    """A body in chunks, each behind its size in hexadecimal digits."""

    def __init__(self) -> None:
        super().__init__()
        self._held = b""
        self._left = 0
        self._in_trailer = False

    def feed(self, data: bytes) -> bytes:
        """Return the content of all chunks in it, joined."""
        if self._held:
            data, self._held = self._held + data, b""
        found: list[bytes] = []
        position = 0
        while position < len(data) and not self.done:
            if self._left:
                position = self._content(data, position, found)
            elif self._in_trailer:
                position = self._trailer(data, position)
            else:
                position = self._chunk(data, position, found)
        if self.done:
            self.rest += data[position:]
        return found[0] if len(found) == 1 else b"".join(found)

    def _content(self, data: bytes, position: int, found: list[bytes]) -> int:
        """Take content; `_left` counts the line end after it too."""
        piece = data[position : position + self._left]
        self._left -= len(piece)
        end = len(piece) - max(0, 2 - self._left)
        if end > 0:
            found.append(piece[:end])
        return position + len(piece)

    def _chunk(self, data: bytes, position: int, found: list[bytes]) -> int:
        """Take the size of a chunk, and the chunk with it if all of it is there."""
        end = data.find(b"\n", position)
        if end < 0:
            return self._hold(data, position)
        try:
            size = int(data[position:end].partition(b";")[0].strip(), 16)
        except ValueError:
            raise BadBody("the upstream's reply has a broken chunk size") from None
        if size < 0:
            raise BadBody("the upstream's reply has a broken chunk size")
        begin, over = end + 1, end + 1 + size
        if size and over + 2 <= len(data):
            found.append(data[begin:over])
            return over + 2
        self._in_trailer = size == 0
        self._left = size + 2 if size else 0
        return begin

    def _trailer(self, data: bytes, position: int) -> int:
        """Trailers end with an empty line; nobody here needs what they say."""
        end = data.find(b"\n", position)
        if end < 0:
            return self._hold(data, position)
        self.done = not data[position:end].strip()
        return end + 1

    def _hold(self, data: bytes, position: int) -> int:
        self._held = data[position:]
        if len(self._held) > CHUNK_LINE_LIMIT:
            raise BadBody("the upstream's reply has a broken chunk size")
        return len(data)


def body_of(method: bytes, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Body:
    """Return the body that a response's head announces; header names are in lower case. Raises BadBody.

    RFC 9112, section 6.3.
    """
    found = dict(headers)
    if method == b"HEAD" or status in (204, 304):
        return Empty()
    if b"transfer-encoding" in found:
        if found[b"transfer-encoding"].lower().rpartition(b",")[2].strip() != b"chunked":
            raise BadBody(f"the upstream uses the unknown transfer encoding {found[b'transfer-encoding']!r}")
        return Chunked()
    if b"content-length" in found:
        return Counted(int(found[b"content-length"]))
    return UntilClose()
