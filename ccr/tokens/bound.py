"""A request's tokens without counting: an upper bound for when only the threshold matters, and a rough guess."""

from ccr.tokens import image


def certainly_below(raw: bytes, threshold: int, *, ratio: float = 1.0) -> bool:
    """Tell whether a body can't have `threshold` tokens or more, however it is made up. Needs no parsing, microseconds.

    `raw` is the JSON as received. A token is at least one byte of text, and JSON never spells a text shorter than it
    is; only images and documents cost more than their bytes. `ratio` is the calibration that the exact count would be
    multiplied by. (A body that spells thousands of integers as `1e15` can get past it; nothing depends on that.)
    """
    limit = threshold / ratio
    if len(raw) >= limit or b'"document"' in raw:
        return False
    return len(raw) + image.MAX_TOKENS * raw.count(b'"image"') < limit


def rough(raw: bytes, *, is_text: bool = False) -> int | None:
    """Return about how many tokens a body has, at least 1; None if it holds images or documents, whose bytes tell
    nothing; `is_text` says that it holds none. Text and JSON of code have some four bytes a token.
    """
    return None if not is_text and b'"base64"' in raw else max(len(raw) // 4, 1)
