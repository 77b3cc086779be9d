"""What an image costs: its size in pixels, read from the file's header, and the tokens for that size.

Only the header is decoded; a picture of any size takes microseconds.
"""

from math import ceil, sqrt

from ccr.tokens import b64

PATCH = 28
MAX_EDGE = 1568
MAX_TOKENS = 1568
"""Anthropic's rule: scaled down to 1568 pixels on the long edge and about 1.2 megapixels, then one token for each patch
of 28 x 28 pixels (the older wording, width * height / 750, is the same within a few percent).
https://platform.claude.com/docs/en/build-with-claude/vision"""

_MAX_SEGMENTS = 256
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_IMAGE_DATA = frozenset({0xD9, 0xDA})

Size = tuple[int, int]


def tokens(data: str) -> int:
    """Return the tokens for an image in base64; the most that an image can cost if its size can't be read."""
    found = size(data)
    return visual_tokens(*found) if found else MAX_TOKENS


def visual_tokens(width: int, height: int) -> int:
    """Return the tokens for an image of `width` x `height` pixels, both at least 1."""
    by_area = sqrt(MAX_TOKENS * PATCH * PATCH / (width * height))
    scale = min(1.0, MAX_EDGE / max(width, height), by_area)
    return min(MAX_TOKENS, ceil(width * scale / PATCH) * ceil(height * scale / PATCH))


def size(data: str) -> Size | None:
    """Return (width, height) in pixels of a PNG, GIF, WebP or JPEG file in base64, or None if it is none of them."""
    file = _File(data)
    head = file.read(0, 30)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        found = _big(head[16:20]), _big(head[20:24])
    elif head.startswith((b"GIF87a", b"GIF89a")):
        found = _little(head[6:8]), _little(head[8:10])
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found = _webp(head)
    elif head.startswith(b"\xff\xd8"):
        found = _jpeg(file)
    else:
        return None
    return found if all(found) else None


class _File:
    """Random access to a file in base64: a stretch of it is decoded from the characters that hold it."""

    def __init__(self, data: str) -> None:
        self._data = b64.flat(data)

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer, or none, where the file ends or is not base64."""
        first = offset // 3
        chars = self._data[first * 4 : -(-(offset + length) // 3) * 4]
        return b64.decode(chars)[offset - first * 3 :][:length]


def _webp(head: bytes) -> Size:
    """Read a WebP header. https://developers.google.com/speed/webp/docs/riff_container"""
    kind = head[12:16]
    if kind == b"VP8X":
        return _little(head[24:27]) + 1, _little(head[27:30]) + 1
    if kind == b"VP8L":
        bits = _little(head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
    return 0, 0


def _jpeg(file: _File) -> Size:
    """Walk the segments to the frame header; a colour profile or a preview of any length may stand before it.

    https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B
    """
    offset = 2
    for _ in range(_MAX_SEGMENTS):
        segment = file.read(offset, 9)
        if len(segment) < 9 or segment[0] != 0xFF or segment[1] in _IMAGE_DATA:
            break
        marker = segment[1]
        if marker in _START_OF_FRAME:
            return _big(segment[7:9]), _big(segment[5:7])
        if marker == 0xFF:
            offset += 1
        elif marker in _WITHOUT_LENGTH:
            offset += 2
        else:
            offset += 2 + _big(segment[2:4])
    return 0, 0


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
