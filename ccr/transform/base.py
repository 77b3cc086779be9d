"""What a transformer is: a request edit, a reply filter, or both. Users' own ones in Python are subclasses too."""

from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, NamedTuple, Protocol

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


class Stage(Protocol):
    """Changes the bytes of one reply before they are decoded; the pieces are as the network cut them."""

    def feed(self, data: bytes) -> bytes:
        """Take some bytes, return those that go on now."""
        ...

    def close(self) -> bytes:
        """The body has ended: return what was held back."""
        ...


class Head(NamedTuple):
    """What a response begins with; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]


Response = tuple[Head, AsyncIterator[bytes]]


class Passage(Protocol):
    """Leads the bytes of one reply through another process, before stages and decoding."""

    def open(self, head: Head, body: AsyncIterator[bytes]) -> AbstractAsyncContextManager[Response]:
        """Give what comes out at the other end. Entering, and reading the body, may raise RequestError."""
        ...


class Context(msgspec.Struct):
    """What an edit may look at, and the places where it may change the call beside the body."""

    provider: str
    model: str
    vendor: Vendor
    stream: bool
    headers: dict[str, str | None] = msgspec.field(default_factory=dict)
    """Extra headers for the upstream, by names in lower case; they win over the dialect's own and the key's. None takes
    a header away."""
    url: str | None = None
    """Replaces the upstream's URL when set."""
    extra: Json = msgspec.field(default_factory=dict)
    """Vendor fields merged into the encoded body after the dialect's allow-list."""
    body: Json | None = None
    """Sent in the place of the encoded request when set: somebody has made the upstream's own form of it."""
    key: str = ""
    """The provider's key that this attempt uses."""
    client: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What the client sent: {body, headers, sessionId}."""
    notes: Json = msgspec.field(default_factory=dict)
    """What the transformers of this attempt remember between its edit and its reply, each under a name of its own."""
    request: Json = msgspec.field(default_factory=dict)
    """The unified request after all edits, for the filters of its reply: which tools it offers, for example."""
    trace: list[tuple[str, Json]] | None = None
    """If it is a list, the request before all edits, under an empty name, and after each one, under its name."""


class Transformer:
    """A named entry of a provider's chain. Subclass it, set `name`, override `edit`, `filter` or both; `stage` is for
    what must see the reply's bytes.

    An instance belongs to one entry of the configuration and is shared by all its requests, so it holds options
    only; state of a reply lives in the filter.
    """

    name: ClassVar[str]
    dialect: ClassVar[DialectName | None] = None
    """Set by the names that choose the wire format, such as `gemini`."""
    default_dialect: ClassVar[DialectName | None] = None
    """The wire format where no entry of the chain chooses one, whatever the address suggests."""
    login: ClassVar[Login | None] = None
    """Set by the names that use another program's login in the place of the provider's key."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options

    def edit(self, request: Json, context: Context) -> Json | Awaitable[Json]:
        """Return the changed unified request; changing it in place is fine, it is a copy of this attempt's own.

        It may be an `async def` for what has to wait. Raises RequestError for what can't be sent.
        """
        return request

    def filter(self, context: Context) -> Filter | None:
        """Return a fresh filter for one reply, or None."""
        return None

    def stage(self, context: Context) -> Stage | None:
        """Return a fresh stage for one reply, or None."""
        return None

    def passage(self, context: Context) -> Passage | None:
        """Return a way through another process for one reply, or None."""
        return None
