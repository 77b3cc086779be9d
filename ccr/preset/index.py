"""An index of presets, as the original's marketplace has it: who publishes which, and where each is to be had.

It is somebody else's text: a name in it leads to an archive in the network, never to a file of this machine.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from ccr.config.problem import nearest
from ccr.errors import ConfigError
from ccr.preset.origin import Origin, read_origin

Json = dict[str, Any]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One preset. `place` is a repository on GitHub or the address of an archive, `digest` the archive's SHA-256."""

    id: str
    name: str
    place: str
    digest: str = ""
    version: str = ""
    author: str = ""
    description: str = ""

    @property
    def origin(self) -> Origin:
        """Where to get it. Raises ConfigError if that is nowhere in the network."""
        found = read_origin(f"{self.place}#sha256={self.digest}" if self.digest else self.place)
        if found.kind != "url":
            raise ConfigError(f"the index says of {self.id!r} neither `repo` nor `url`, so it can't be fetched")
        return found


def read_index(data: bytes) -> tuple[Entry, ...]:
    """Return the presets of an index: a JSON list of objects, or an object with one under `presets`.

    Entries without a name are passed over. Raises ConfigError if there is no list.
    """
    try:
        found = msgspec.json.decode(data)
    except ValueError as error:
        raise ConfigError(f"the index of presets is no JSON: {error}") from error
    listed = found.get("presets") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise ConfigError("the index of presets is no list, and has none under `presets`")
    return tuple(entry for item in listed if isinstance(item, dict) and (entry := _entry(item)) is not None)


def pick(entries: Iterable[Entry], wanted: str) -> Entry | None:
    """Return the preset that somebody means: by its id, else by its name, else by that in any case."""
    listed = list(entries)
    by_id = [entry for entry in listed if entry.id == wanted]
    by_name = [entry for entry in listed if entry.name == wanted]
    in_any_case = [entry for entry in listed if entry.name.casefold() == wanted.casefold()]
    return next(iter([*by_id, *by_name, *in_any_case]), None)


def near(entries: Iterable[Entry], wanted: str) -> str:
    """Return the id that is spelt most alike; empty if none is."""
    return nearest(wanted, [entry.id for entry in entries]) or ""


def search(entries: Iterable[Entry], words: str) -> list[Entry]:
    """Return the presets that have all words in their texts."""
    wanted = words.casefold().split()
    return [entry for entry in entries if all(word in _text(entry) for word in wanted)]


def _text(entry: Entry) -> str:
    return " ".join((entry.id, entry.name, entry.author, entry.description)).casefold()


def _entry(item: Json) -> Entry | None:
    name = _string(item, "name") or _string(item, "id")
    digest = _string(item, "checksum").lower().removeprefix("sha256:").removeprefix("sha256-")
    if not name:
        return None
    return Entry(
        id=_string(item, "id") or name,
        name=name,
        place=_string(item, "repo") or _string(item, "url"),
        digest=digest if len(digest) == 64 and set(digest) <= set("0123456789abcdef") else "",
        version=_string(item, "version"),
        author=_string(item, "author"),
        description=_string(item, "description"),
    )


def _string(item: Json, key: str) -> str:
    """Return a text on one line, without what would steer a terminal."""
    value = item.get(key)
    return "".join(c for c in " ".join(value.split()) if c.isprintable()) if isinstance(value, str) else ""
