"""The frames between ccr and its JavaScript child: a head of nine bytes, then the payload. Sans-io.

Both ends count what they have sent on a channel: `DATA` goes out only while the receiver's window has room, and the
receiver gives room back with `CREDIT`. So neither end ever holds more than a window of one stream.
`runner.mjs` has the same numbers.
"""

import struct
from enum import IntEnum
from typing import NamedTuple

from ccr.core.jsonio import dump

HEAD = struct.Struct(">IIB")
"""Length of the payload, channel, kind."""
WINDOW = 256 * 1024
"""Bytes of one stream that may be under way in one direction."""
PIECE = 64 * 1024
"""Bytes of the largest `DATA` frame."""
PAYLOAD_LIMIT = 256 * 1024 * 1024


class Kind(IntEnum):
    """What a frame is."""

    CALL = 1
    """To the child, JSON: do something; opens the channel."""
    RESULT = 2
    """From the child, JSON: what came of it; closes the channel."""
    ERROR = 3
    """From the child, JSON {message, stack}: it failed; closes the channel."""
    HEAD = 4
    """From the child, JSON {status, headers}: the body of a response follows."""
    DATA = 5
    """Bytes of a body, in either direction."""
    END = 6
    """The body is complete. The child's closes the channel."""
    CREDIT = 7
    """The number of bytes that were used up, as four bytes."""
    CANCEL = 8
    """To the child: nobody wants the result any more."""


KINDS = {kind.value: kind for kind in Kind}


class Frame(NamedTuple):
    """One message."""

    kind: Kind
    channel: int
    payload: bytes


class Broken(ValueError):
    """What came is no frame."""


def pack(kind: Kind, channel: int, payload: bytes = b"") -> bytes:
    """Return a frame as bytes."""
    return HEAD.pack(len(payload), channel, kind) + payload


def call(channel: int, value: object) -> bytes:
    """Return a `CALL` with a JSON value. A lone surrogate becomes a question mark."""
    return pack(Kind.CALL, channel, dump(value))


def credit(channel: int, size: int) -> bytes:
    """Return a `CREDIT` for `size` bytes."""
    return pack(Kind.CREDIT, channel, size.to_bytes(4, "big"))


class Frames:
    """Takes bytes as they come, gives the frames that are complete."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are complete now. Raises Broken."""
        self._held += data
        found: list[Frame] = []
        start = 0
        while len(self._held) - start >= HEAD.size:
            size, channel, number = HEAD.unpack_from(self._held, start)
            kind = KINDS.get(number)
            if kind is None or size > PAYLOAD_LIMIT:
                raise Broken("the JavaScript process sent something that is no frame")
            end = start + HEAD.size + size
            if len(self._held) < end:
                break
            found.append(Frame(kind, channel, bytes(self._held[start + HEAD.size : end])))
            start = end
        del self._held[:start]
        return found
