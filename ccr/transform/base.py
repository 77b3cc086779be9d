"""What a transformer is: a request edit, a reply filter, or both."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Protocol

import msgspec

from ccr.core.event import Event
from ccr.core.login import Login
from ccr.core.unified import Json
from ccr.dialect.vendor import DialectName, Vendor


class Filter(Protocol):
    """Changes the events of one reply. It keeps to the grammar of `ccr.core.event`, in and out."""

    def feed(self, event: Event) -> Iterable[Event]:
        """Take one event, return what goes on in its place."""
        ...

    def close(self) -> Iterable[Event]:
        """The reply has ended: return what was held back."""
        ...


class Context(msgspec.Struct):
    """What an edit may look at, and the places where it may change the call beside the body."""

    provider: str
    model: str
    vendor: Vendor
    stream: bool
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    """Extra headers for the upstream; they win over the dialect's own."""
    url: str | None = None
    """Replaces the upstream's URL when set."""
    extra: Json = msgspec.field(default_factory=dict)
    """Vendor fields merged into the encoded body after the dialect's allow-list."""
    request: Json = msgspec.field(default_factory=dict)
    """The unified request after all edits, for the filters of its reply: which tools it offers, for example."""


class Transformer:
    """A named entry of a provider's chain. Subclass it, set `name`, override `edit`, `filter` or both.

    An instance belongs to one entry of the configuration and is shared by all its requests, so it holds options
    only; state of a reply lives in the filter.
    """

    name: ClassVar[str]
    dialect: ClassVar[DialectName | None] = None
    """Set by the names that choose the wire format, such as `gemini`."""
    login: ClassVar[Login | None] = None
    """Set by the names that use another program's login in the place of the provider's key."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options

    def edit(self, request: Json, context: Context) -> Json:
        """Return the changed unified request; changing it in place is fine, it is a copy of this attempt's own."""
        return request

    def filter(self, context: Context) -> Filter | None:
        """Return a fresh filter for one reply, or None."""
        return None
