"""Options of transformers, read forgivingly: numbers may come as text, since `$VAR` in a configuration is text."""

from collections.abc import Mapping
from typing import Any


class OptionError(ValueError):
    """An option can't be used; the message names it and says what it takes."""


def number(options: Mapping[str, Any], name: str) -> int | float | None:
    """Return a number, or None if the option is not given."""
    value = options.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        raise OptionError(f"the option {name!r} must be a number, not {options[name]!r}")
    return int(value) if value == int(value) else value


def count(options: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number above 0, or None if the option is not given."""
    value = number(options, name)
    if value is not None and (not isinstance(value, int) or value < 1):
        raise OptionError(f"the option {name!r} must be a whole number above 0, not {options[name]!r}")
    return value


def flag(options: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return a yes or no."""
    value = options.get(name)
    if value is None:
        return default
    word = str(value).strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise OptionError(f"the option {name!r} must be true or false, not {value!r}")
