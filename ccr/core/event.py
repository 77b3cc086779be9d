"""The events of a reply: what every dialect decodes to and what the client's encoder writes.

    reply := Start? item* Finish? UsageSeen*          (a Fault may end it anywhere)
    item  := Text | Break | Thinking | Signature | tool | WebSearch | Citation | Opaque | UsageSeen
    tool  := ToolStart(k) ToolArgs(k)* ToolEnd(k)     (tools never interleave once decoded)

Events carry deltas only. Blocks, their indexes, starts and stops belong to the encoder alone.

`more` are fields of Anthropic's own that only the client understands; they are passed on as they are.
"""

from typing import Any, Literal

import msgspec

from ccr.core.usage import Usage
from ccr.errors import ErrorKind

StopReason = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
]


class Event(msgspec.Struct, frozen=True, gc=False):
    """One step of a reply."""


class Start(Event, frozen=True, gc=False):
    """The upstream began to answer. `id` and `model` are the upstream's own, empty when it gave none."""

    id: str = ""
    model: str = ""
    usage: Usage | None = None
    more: dict[str, Any] | None = None
    """Of the usage."""


class Text(Event, frozen=True, gc=False):
    """More of the answer's text; never empty."""

    text: str


class Break(Event, frozen=True, gc=False):
    """The text after it belongs to another block than the text before it: each has its own sources."""


class Thinking(Event, frozen=True, gc=False):
    """More of the visible reasoning; never empty."""

    text: str


class Signature(Event, frozen=True, gc=False):
    """Opaque state that the same provider and model wants back with the reasoning before it.

    It closes the current thinking, or stands for itself where there was none. `payload` is the dialect's
    own string; `redacted` marks Anthropic's `redacted_thinking`, whose data must stay byte for byte.
    """

    payload: str
    redacted: bool = False


class ToolStart(Event, frozen=True, gc=False):
    """A tool call begins. `key` tells the calls of one reply apart; `id` is what the tool result names."""

    key: int
    id: str
    name: str
    more: dict[str, Any] | None = None


class ToolArgs(Event, frozen=True, gc=False):
    """More of the JSON text of the call's arguments; the pieces of one call add up to one JSON object."""

    key: int
    json: str


class ToolEnd(Event, frozen=True, gc=False):
    """The tool call is complete."""

    key: int


class SearchHit(msgspec.Struct, frozen=True, gc=False):
    """One result of a web search."""

    url: str
    title: str = ""
    page_age: str = ""
    content: str = ""


class WebSearch(Event, frozen=True, gc=False):
    """A web search that the upstream ran by itself. `error` is an Anthropic error code, or empty."""

    id: str
    query: str = ""
    hits: tuple[SearchHit, ...] = ()
    error: str = ""


class Citation(Event, frozen=True, gc=False):
    """The text before it rests on this source."""

    url: str
    title: str = ""
    cited_text: str = ""
    raw: dict[str, Any] | None = None
    """The client's own form of it, which may name a document instead of an address."""


class Opaque(Event, frozen=True, gc=False):
    """An Anthropic content block that only the client understands; it is passed on as it is.

    `block` is its beginning, `deltas` are what completes it, if it was streamed.
    """

    block: dict[str, Any]
    deltas: tuple[dict[str, Any], ...] = ()


class UsageSeen(Event, frozen=True, gc=False):
    """The upstream told its usage so far; later figures replace earlier ones."""

    usage: Usage
    more: dict[str, Any] | None = None


class Finish(Event, frozen=True, gc=False):
    """The upstream said why it stopped. Only this makes a reply complete."""

    reason: StopReason
    stop_sequence: str | None = None
    more: dict[str, Any] | None = None


class Fault(Event, frozen=True, gc=False):
    """The reply failed. `status` is the HTTP status that fits when nothing was sent yet.

    `code` is the vendor's own error code in lower case (`insufficient_quota`), `retry_after` is in seconds.
    """

    kind: ErrorKind
    message: str
    status: int = 502
    code: str = ""
    retry_after: float | None = None
