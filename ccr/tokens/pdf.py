"""What a PDF costs: an estimate from its number of pages, without parsing it."""

import re

from ccr.tokens import b64

PAGE_TOKENS = 2200
"""Anthropic reads each page as text and as an image; ordinary pages come to about 2,200 tokens, scanned ones to 1,600.
https://platform.claude.com/docs/en/build-with-claude/pdf-support"""
MAX_PAGES = 600
BYTES_PER_PAGE = 20_000
"""For a file whose page objects are compressed: a page of mostly text with its share of the fonts."""

_STEP = 1 << 19
_OVERLAP = 32
_PAGE = re.compile(rb"/Type\s{0,4}/Page(?![A-Za-z])")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,400}?/N\s{1,4}(\d{1,6})")


def tokens(data: str) -> int:
    """Return the estimated tokens of a PDF in base64; at least those of one page."""
    return pages(data) * PAGE_TOKENS


def pages(data: str) -> int:
    """Return the number of pages of a PDF in base64, from 1 to `MAX_PAGES`.

    Page objects are counted; newer files compress them, then a linearized file tells the number in its first
    object, and for others it is guessed from the length.
    """
    data = b64.flat(data)
    first = _LINEARIZED.search(b64.decode(data[:2048]))
    told = int(first[1]) if first else 0
    counted = told or _page_objects(data)
    return min(MAX_PAGES, counted or -(-len(data) * 3 // 4 // BYTES_PER_PAGE) or 1)


def _page_objects(data: str) -> int:
    total = 0
    tail = b""
    # In steps, because decoding keeps the GIL: 30 MB at once would stop every stream for some 50 ms.
    for start in range(0, len(data), _STEP):
        piece = tail + b64.decode(data[start : start + _STEP])
        final = start + _STEP >= len(data)
        end = len(piece) if final else max(0, len(piece) - _OVERLAP)
        total += sum(1 for match in _PAGE.finditer(piece) if match.start() < end)
        tail = piece[end:]
    return total
