"""What one attempt at a candidate needs, and the other ways that its provider's address leaves open."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol

import httpx
import msgspec
from msgspec.structs import replace

from ccr.core.event import Fault
from ccr.core.recall import Keepsake
from ccr.core.usage import Usage
from ccr.dialect.base import Auth, Call
from ccr.keys.failure import misses_model
from ccr.keys.lessons import Way
from ccr.net.watch import Limits
from ccr.transform.base import Passage

_OPEN: Mapping[int, Way] = {401: "auth", 404: "url", 405: "url"}


class Stream(Protocol):
    """A reply being translated or passed through: see `ccr.reply.Reply`."""

    @property
    def begun(self) -> bool: ...
    @property
    def stopped(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    @property
    def fault(self) -> Fault | None: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def stop_reason(self) -> str: ...
    @property
    def silent(self) -> bool: ...
    @property
    def keepsake(self) -> Keepsake: ...
    def feed(self, data: bytes) -> bytes: ...
    def close(self, cut: Fault | None = None) -> bytes: ...
    def fail(self, fault: Fault) -> bytes: ...


class Errand(msgspec.Struct, frozen=True):
    """All that is needed to try one candidate."""

    call: Call
    client: httpx.AsyncBaseTransport
    reply: Callable[[], Stream]
    limits: Limits = Limits()
    other_auth: Auth | None = None
    """How the key travels if the upstream does not take it as the call has it; None if that is certain."""
    places: Sequence[str] = ()
    """The endpoints that the provider's address may mean, the call's own first."""
    token: str = ""
    """Takes the key's place where it isn't empty."""
    refused: Callable[[str], None] = lambda token: None
    """Is told of a token that the upstream did not take."""
    passages: Callable[[], Sequence[Passage]] = tuple
    """Lead the bytes of the reply through other processes on their way to its reader."""


SILENT = Fault("api_error", "the model ended its turn without a word", 502, "silent_reply")


class Silence(msgspec.Struct, frozen=True):
    """A reply without a word, for the client if nothing better can be had. Some turns need none."""

    reply: Stream
    data: bytes
    headers: Mapping[str, str]


Make = Callable[[str], Awaitable[Errand]]
"""Makes the errand for a try with this key."""

Prepare = Callable[[], Awaitable[Make]]
"""Does what needs no key, and may take long: no key is held meanwhile."""


def doubt(fault: Fault, status: int) -> Way | None:
    """Return what a refusal may mean to have been understood wrongly of the provider's address, None if nothing."""
    return None if misses_model(fault) else _OPEN.get(status)


def leads(kind: Way, status: int | None) -> bool:
    """Tell whether another way leads to the provider; `status` is that of a refusal, None if there was none.

    Who refuses something else than the key has taken the key. From elsewhere may come any refusal.
    """
    return status is None or (kind == "auth" and status >= 400 and status not in (401, 403, 404, 405))


def ways(errand: Errand, kind: Way) -> Iterator[Errand]:
    """Yield the errand as its provider's address may mean it otherwise: its key, or its place."""
    call, places = errand.call, errand.places
    if kind == "auth" and errand.other_auth is not None and call.auth != "none":
        yield replace(errand, call=replace(call, auth=errand.other_auth), other_auth=call.auth)
    # A transformer may have put another address in the place of the provider's.
    if kind == "url" and places and call.url.startswith(places[0]):
        rest = call.url.removeprefix(places[0])
        for place in places[1:]:
            others = (place, *(other for other in places if other != place))
            yield replace(errand, call=replace(call, url=place + rest), places=others)


def value_of(call: Call, kind: Way) -> str:
    """Return which way a call goes: how its key travels, or its place."""
    return call.auth if kind == "auth" else call.url.partition("?")[0]
