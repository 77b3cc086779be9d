"""What providers have told of their models, kept so that it is known from the first request of the next run on."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ccr.dialect.model_table import ModelFacts, Told
from ccr.store import atomic

LIMIT = 8 * 1024 * 1024


class List(msgspec.Struct, frozen=True):
    """One provider's list: when it came (seconds since 1970), and what it says of each model."""

    at: float = 0.0
    models: Mapping[str, ModelFacts] = {}


Lists = dict[str, List]
"""By the place of the provider."""


def read(path: Path) -> Lists:
    """Return what was kept; nothing if there is none or it can't be read."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LIMIT), type=Lists)
    except (OSError, msgspec.DecodeError):
        return {}


def models(lists: Lists) -> Told:
    """Return what the lists say, without when they came."""
    return {place: found.models for place, found in lists.items()}


def write(path: Path, lists: Lists) -> None:
    """Keep lists. A folder that can't be written to is no reason to fail: they are asked for again."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(path, msgspec.json.encode(lists))
    except OSError:
        return
