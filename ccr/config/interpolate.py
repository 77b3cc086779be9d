"""Fills `$NAME` and `${NAME}` in every string of a configuration from the environment.

The rules are those of the original: values only, never keys; `$NAME` takes capitals, digits and underscores,
`${NAME}` anything; a variable that is unset or empty leaves the text as it is; there is no escape.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ccr.config.problem import member
from ccr.config.schema import Json

PATTERN = re.compile(r"\$\{([^}]+)\}|\$([A-Z_][A-Z0-9_]*)")


class Unset(Struct, frozen=True):
    """A placeholder that stayed as it is, because the variable `name` is unset or empty."""

    path: str
    name: str


def interpolate(value: Json, env: Mapping[str, str]) -> tuple[Json, tuple[Unset, ...]]:
    """Return a copy with all placeholders filled, and those that could not be. The input is not changed."""
    unset: list[Unset] = []
    filled = {key: _fill(item, member("", key), env=env, unset=unset) for key, item in value.items()}
    return filled, tuple(unset)


def placeholder(text: str) -> str | None:
    """Return the variable's name if the text is one placeholder and nothing else."""
    match = PATTERN.fullmatch(text.strip())
    return (match[1] or match[2]) if match else None


def _fill(value: Any, path: str, *, env: Mapping[str, str], unset: list[Unset]) -> Any:
    if isinstance(value, str):
        return _text(value, path, env=env, unset=unset) if "$" in value else value
    if isinstance(value, dict):
        return {key: _fill(item, member(path, key), env=env, unset=unset) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, f"{path}[{index}]", env=env, unset=unset) for index, item in enumerate(value)]
    return value


def _text(text: str, path: str, *, env: Mapping[str, str], unset: list[Unset]) -> str:
    def resolve(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        found = env.get(name)
        if not found:
            unset.append(Unset(path, name))
            return match[0]
        return found

    return PATTERN.sub(resolve, text)
