"""JSON from foreign hands: strict and fast first, forgiving where vendors are sloppy."""

import json
import re
from typing import Any

import msgspec

_BETWEEN = re.compile(r"[\s,]*")


def load(data: bytes | str) -> Any:
    """Return the JSON value in `data`. Raises ValueError if it is not JSON even by generous reading.

    Forgiven: invalid UTF-8, control characters in strings, NaN, lone surrogates (they become U+FFFD, because no
    later encoder would take them). Not forgiven: nesting too deep to read.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _load_generously(_text(data))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def load_many(data: bytes) -> list[Any]:
    """Return the JSON values that follow each other in `data`, one a line or not.

    What is no JSON is passed over up to the next line that begins an object, as is what is cut off at the end.
    """
    text = _text(data)
    found: list[Any] = []
    decoder = json.JSONDecoder(strict=False)
    position = _skip(text, 0)
    while 0 <= position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
            found.append(_clean(value))
            position = _skip(text, end)
        except (ValueError, RecursionError):
            position = text.find("\n{", position) + 1 or -1
    return found


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


def _text(data: bytes | str) -> str:
    return data.decode("utf-8-sig", "replace") if isinstance(data, bytes) else data


def _skip(text: str, position: int) -> int:
    """Return where the next value begins, past white space and commas."""
    found = _BETWEEN.match(text, position)
    return found.end() if found else position


def _load_generously(text: str) -> Any:
    try:
        return _clean(json.loads(text, strict=False))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _clean(value: Any) -> Any:
    """Replace lone surrogates; halves that stand together become their character."""
    whole = json.dumps(value, ensure_ascii=False)
    if whole.isascii():
        return value
    return json.loads(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
