"""Parts of a conversation that come again with each turn, and what was made of them before.

A session of a hundred turns brings its whole history a hundred times. The bytes have to be read each time, but what is
in them has to be understood only once.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

import msgspec

from ccr.core.unified import Json

T = TypeVar("T")

LIMIT = 4 * 1024 * 1024
"""Bytes of JSON in each of the two generations that are kept; what was made of them takes some three times as much."""
LARGE = LIMIT // 8
"""Bytes beyond which a part is not kept: images are large, and there is little to understand in them."""


class Known(dict[str, Any]):
    """A message or a tool that is kept. Nobody changes it, or anything in it: the next request has the same one."""

    __slots__ = ("made",)

    def __init__(self, value: Json) -> None:
        super().__init__(value)
        self.made: dict[str, tuple[Any, Any]] = {}
        """Results by the name of what made them, each with what it was made for."""

    def __deepcopy__(self, memo: Any) -> Json:
        """Return a plain dict, which may be changed."""
        return deepcopy(dict(self), memo)


def once(part: Json, name: str, make: Callable[..., T], *given: Any, of: Any = None) -> T:
    """Return `make(part, *given)`, which may be the result of an earlier request if `part` is known.

    `of` says what the result depends on besides `part`. The result is shared, and not to be changed.
    """
    if type(part) is not Known:
        return make(part, *given)
    found = part.made.get(name)
    if found is None or found[0] != of:
        found = part.made[name] = (of, make(part, *given))
    result: T = found[1]
    return result


def akin(found: Json, part: Json) -> Json:
    """Return what was made of a part, as one that is known if the part is: what is made of it is kept on it, too."""
    return Known(found) if type(part) is Known else found


def packed(part: Json) -> Json | msgspec.Raw:
    """Return what stands for a part in JSON that is to be written: for a known one its JSON, which is written once."""
    return once(part, "json", _written) if type(part) is Known else part


def _written(part: Json) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(part))


class History:
    """Keeps the parts of the latest requests by their JSON.

    There are two generations: what is asked for moves to the younger one, and the older one goes when that is full.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._young: dict[bytes, Known] = {}
        self._old: dict[bytes, Known] = {}
        self._size = 0

    def __iter__(self) -> Iterator[tuple[bytes, Known]]:
        """Yield what is kept."""
        yield from (self._old | self._young).items()

    def read(self, raw: bytes) -> Any:
        """Return the part with this JSON: a known one for an object. Raises as msgspec's decoder does."""
        found = self._young.get(raw)
        if found is not None:
            return found
        found = self._old.get(raw)
        if found is None:
            value = msgspec.json.decode(raw)
            if not isinstance(value, dict) or len(raw) > LARGE:
                return value
            found = Known(value)
        if self._size + len(raw) > self._limit:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[raw] = found
        self._size += len(raw)
        return found
