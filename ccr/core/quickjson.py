"""Reads JSON for the commands that run all the time: the standard library's own scanner, without its slow imports.

`json` imports `re` and `enum`, which take longer than the rest of a status line. What it accepts is the same.
"""

from collections.abc import Callable

_SPACE = " \t\n\r"


class _Plain:
    """What the scanner wants to be told: nothing out of the ordinary. `json.JSONDecoder` has the same names."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def loads(content: bytes | str) -> object:
    """Return the value in a JSON text of UTF-8. Raises ValueError if it is none, RecursionError if it is too deep."""
    text = content if isinstance(content, str) else content.decode("utf-8-sig")
    scan = _scanner()
    if scan is None:
        import json

        found: object = json.loads(text)
        return found
    begin = len(text) - len(text.lstrip(_SPACE))
    try:
        value, end = scan(text, begin)
    except StopIteration as stop:
        raise ValueError("no JSON value") from stop
    except SystemError as error:
        # The scanner finds the error that it means to raise in `json.decoder`, and trips if that was never imported:
        # https://github.com/python/cpython/blob/3.11/Modules/_json.c, `raise_errmsg`.
        raise ValueError("no JSON") from error
    if text[end:].strip(_SPACE):
        raise ValueError("something follows the JSON value")
    return value


def _scanner() -> Callable[[str, int], tuple[object, int]] | None:
    """Return the scanner that `json` uses itself; only CPython has it."""
    try:
        from _json import make_scanner
    except ImportError:
        return None
    # The stub says that it takes its own kind; it takes whatever has these names.
    return make_scanner(_Plain)  # type: ignore[arg-type]
