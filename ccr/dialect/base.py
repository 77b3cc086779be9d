"""What every upstream wire format provides: an encoder of requests and a decoder of replies. Sans-io."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from ccr.core.event import Event
from ccr.core.unified import Json
from ccr.dialect.vendor import Auth as Auth
from ccr.dialect.vendor import Vendor


class Target(msgspec.Struct, frozen=True):
    """Where one attempt goes: a provider's model, with what is known of the provider."""

    provider: str
    model: str
    base_url: str
    vendor: Vendor
    session: str = ""
    options: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """Options of the transformer entry that chose the dialect (`UseBearer`, `project`, `location`, ...)."""
    defaults: Mapping[str, str] = msgspec.field(default_factory=dict)
    """What the account in use tells for options that neither the configuration nor the address gives."""


class Call(msgspec.Struct, frozen=True):
    """One HTTP request to an upstream, without its key: whoever sends it adds the key as `auth` says."""

    url: str
    body: bytes
    auth: Auth = "bearer"
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    method: str = "POST"


class Decoder(Protocol):
    """Turns one reply into events. One instance per reply; all methods are cheap and never raise on foreign data.

    What it can't read becomes a `Fault` or is passed over; see the grammar in `ccr.core.event`.
    """

    @property
    def stopped(self) -> bool:
        """Whether the upstream has said why it stops. Some say more after that, and some never end their body."""
        ...

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode the data of one server-sent event (`name` is its `event:` field, empty if none)."""
        ...

    def whole(self, data: Any, *, alone: bool = True) -> Iterable[Event]:
        """Decode a reply that came as one JSON value instead of a stream, or one of several values; `alone` tells that
        it is all there is, so that it can't be cut off.
        """
        ...

    def close(self) -> Iterable[Event]:
        """The upstream's body has ended: release what was held, such as the end of an open tool."""
        ...


class Dialect(Protocol):
    """One wire format."""

    name: str

    def encode(self, request: Json, target: Target) -> Call:
        """Return the HTTP call for a unified request (`ccr.core.unified`). The request is not changed.

        Sends an allow-list of fields only: what the wire format or the vendor doesn't know is left out or mapped.
        """
        ...

    def decoder(self, request: Json, target: Target) -> Decoder:
        """Return a decoder for the one reply to this unified request."""
        ...

    def reads_pdf(self, target: Target) -> bool:
        """Tell whether `encode` sends a PDF as it is; else words stand for it."""
        ...
