"""What the processes of one service tell each other. Moments are on the system's clock: see `ccr.net.peer.outward`."""

from typing import Any

import msgspec

from ccr.core.trail import Trail
from ccr.keys.attempts import Outcome
from ccr.keys.verdict import Verdict


class Message(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Base of all; the class's name is its tag."""


class Stop(msgspec.Struct, frozen=True, array_like=True):
    """A candidate: see `ccr.keys.attempts.Candidate`."""

    provider: str
    model: str
    window: int
    retries: bool
    repeats: int
    relieves: bool


class Open(Message, frozen=True):
    """A worker opens a course, for its first step; `place` is the name of a preset, or empty."""

    course: int
    place: str
    stops: tuple[Stop, ...]
    since: float
    session: str
    tokens: int
    is_ready: bool


class Step(Message, frozen=True):
    """The last try of a course ended so: what is next?"""

    course: int
    outcome: Outcome


class Wait(Message, frozen=True):
    """A worker waits for a key for the last step of a course."""

    course: int


class Key(msgspec.Struct, frozen=True):
    """The answer to `Wait`: see `ccr.net.queue.Turn`. Without a lease, `lease` is 0."""

    lease: int
    id: str
    key: str
    waited: float
    left: float | None


class Next(msgspec.Struct, frozen=True):
    """The answer to `Open` and `Step`: a try, with its key if it is ready and one is free, or the verdict."""

    candidate: int = 0
    pause: float = 0.0
    patience: float = 0.0
    key: Key | None = None
    verdict: Verdict | None = None


class Release(Message, frozen=True):
    """A lease's request has ended."""

    lease: int
    now: float
    tokens: int | None


class Refuse(Message, frozen=True):
    """The upstream refused a lease's request for too many in a minute."""

    lease: int
    now: float


class Hold(Message, frozen=True):
    """The upstream takes no more with a lease's key before this moment."""

    lease: int
    until: float


class Give(Message, frozen=True):
    """A lease is given back."""

    lease: int


class Close(Message, frozen=True):
    """A course is over; `outcome` is the last one, if it was good."""

    course: int
    outcome: Outcome | None = None


class Ready(Message, frozen=True):
    """A worker answers requests from now on."""


class Line(Message, frozen=True):
    """An event for the log."""

    level: str
    text: str


class Record(Message, frozen=True):
    """A request has ended."""

    trail: Trail


class Find(Message, frozen=True):
    """The keeper looks for a request, for `explain`."""

    name: str


class Found(msgspec.Struct, frozen=True):
    """The answer to `Find`: a request as it came."""

    raw: bytes
    headers: dict[str, str]
    query: str
    session: str
    agent: str


class Page(Message, frozen=True):
    """A client asks a worker for something that only the keeper knows."""

    scope: dict[str, Any]
    body: bytes


class Answer(msgspec.Struct, frozen=True):
    """The answer to `Page`."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Drain(Message, frozen=True):
    """The keeper ends the service: take nothing new, finish what runs, and end."""


class BreakOff(Message, frozen=True):
    """What still runs has to end now; its clients are told."""


class Reload(Message, frozen=True):
    """The configuration has changed."""


ToKeeper = Ready | Open | Step | Wait | Release | Refuse | Hold | Give | Close | Line | Record | Page
ToWorker = Drain | BreakOff | Reload | Find
