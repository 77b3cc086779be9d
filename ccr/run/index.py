"""Reads the index of presets that the configuration names. There is none that ccr knows by itself."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import trio

from ccr.config.parse import Loaded
from ccr.errors import CommandError
from ccr.net.download import download
from ccr.preset.index import Entry, read_index

BYTES = 2 * 1024 * 1024


def place(loaded: Loaded) -> str:
    """Return the file or address of the index; empty if none is configured."""
    return (loaded.config.preset_index or "") if loaded.config else ""


def is_remote(loaded: Loaded) -> bool:
    """Tell whether the index has to be fetched, which may take a while."""
    return place(loaded).startswith(("https://", "http://"))


def index(loaded: Loaded, *, folder: Path, env: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return what the index lists; nothing if none is configured. A relative file is one of `folder`.

    Raises CommandError if it can't be had, ConfigError if it is none.
    """
    where = place(loaded)
    if not where:
        return ()
    if is_remote(loaded):
        proxy_url = loaded.config.proxy_url if loaded.config else None
        return read_index(trio.run(partial(download, where, proxy_url=proxy_url, env=env, limit=BYTES)))
    path = folder / Path(where).expanduser()
    try:
        with path.open("rb") as file:
            return read_index(file.read(BYTES))
    except OSError as error:
        raise CommandError(f"PRESET_INDEX {where!r} can't be read: {error.strerror}") from error
