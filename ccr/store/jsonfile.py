"""Reads a JSON or JSON5 file for whoever can do without it, and without importing anything slow."""

from ccr.core.quickjson import loads

Json = dict[str, object]


def read_json(path: str) -> Json:
    """Return the object in a file of JSON or JSON5, empty if there is none."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123
            content = file.read()
    except (OSError, ValueError):
        return {}
    try:
        found = loads(content)
    except (ValueError, RecursionError):
        found = _json5(content)
    return found if isinstance(found, dict) else {}


def _json5(content: str) -> object:
    # Comments and commas are what people write; its own parser takes longer to import than all else here.
    from ccr.core.json5 import plain

    try:
        return loads(plain(content))
    except (ValueError, RecursionError):
        return _decoded(content)


def _decoded(content: str) -> object:
    import pyjson5

    try:
        return pyjson5.decode(content, maxdepth=200)
    except pyjson5.Json5DecoderException:
        return None
