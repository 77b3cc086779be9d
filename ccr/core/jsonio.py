"""JSON from foreign hands: strict and fast first, forgiving where vendors are sloppy."""

import json
from typing import Any

import msgspec


def load(data: bytes | str) -> Any:
    """Return the JSON value in `data`. Raises ValueError if it is not JSON even by generous reading.

    Forgiven: invalid UTF-8, control characters in strings, NaN, lone surrogates (they become U+FFFD, because no
    later encoder would take them).
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = data.decode("utf-8-sig", "replace") if isinstance(data, bytes) else data
        value = json.loads(text, strict=False)
        whole = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return json.loads(whole)


def dump(value: Any) -> bytes:
    """Return compact JSON with the keys in their own order; the same value gives the same bytes."""
    return msgspec.json.encode(value)


def dump_text(value: Any) -> str:
    """Return compact JSON as text."""
    return msgspec.json.encode(value).decode()


def is_complete(text: str) -> bool:
    """Tell whether the text is one whole JSON value."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False
    return True
