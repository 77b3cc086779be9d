"""What the providers of the hop test have in common: they refuse what the real ones refuse, and then speak."""

import json
import re
from collections.abc import Iterable
from typing import Any, Protocol

from tests.hop.move import Move

Json = dict[str, Any]


class Refusal(Exception):
    """The real provider would answer with this status and these words."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Mock(Protocol):
    """One provider with one model. It remembers what it has said."""

    host: str
    model: str

    def entry(self) -> Json:
        """Return the provider's entry for the configuration, without its name."""
        ...

    def check(self, path: str, headers: dict[str, str], body: Json) -> None:
        """Raise Refusal for what the real provider does not take."""
        ...

    def say(self, move: Move, body: Json) -> bytes:
        """Return the stream of a reply."""
        ...


def demand(condition: object, message: str, status: int = 400) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise Refusal(message, status)


def only(value: Any, allowed: str, where: str) -> Json:
    """Refuse anything but an object that has none but the allowed keys; returns it."""
    demand(isinstance(value, dict), f"{where}: must be an object, not {value!r:.80}")
    extra = set(value) - set(allowed.split())
    demand(not extra, f"{where}: unknown fields {sorted(extra)}")
    found: Json = value
    return found


def legal(text: Any, pattern: str, where: str) -> str:
    """Refuse anything but a text that matches the whole pattern; returns it."""
    demand(isinstance(text, str) and re.fullmatch(pattern, text), f"{where}: {text!r:.120} does not match {pattern!r}")
    return str(text)


def arguments(text: Any, where: str) -> Json:
    """Refuse anything but the JSON text of an object; returns the object."""
    demand(isinstance(text, str), f"{where}: arguments must be text")
    try:
        value = json.loads(text)
    except ValueError:
        raise Refusal(f"{where}: arguments are no JSON: {text!r:.80}") from None
    demand(isinstance(value, dict), f"{where}: arguments must be an object")
    found: Json = value
    return found


def distinct(values: Iterable[str], where: str) -> None:
    """Refuse values of which two are alike."""
    seen: set[str] = set()
    for value in values:
        demand(value not in seen, f"{where}: {value!r} is there twice")
        seen.add(value)


def sse(values: Iterable[Json], *, end: bytes = b"") -> bytes:
    """Return server-sent events without names."""
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values) + end
