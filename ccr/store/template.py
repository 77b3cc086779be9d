"""The providers that `ccr setup` offers: names, addresses, the usual variables for their keys, a few models."""

from functools import cache
from importlib.resources import files

import msgspec


class Template(msgspec.Struct, frozen=True):
    """One provider to choose. `variable` is empty for a server that needs no key."""

    name: str
    title: str
    url: str
    variable: str = ""
    keys: str = ""
    """Where keys are made."""
    models: tuple[str, ...] = ()


@cache
def templates() -> dict[str, Template]:
    """Return all templates by their names, the most popular first."""
    data = files("ccr").joinpath("data", "providers.json").read_bytes()
    return {template.name: template for template in msgspec.json.decode(data, type=list[Template])}
