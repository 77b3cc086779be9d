"""Events through the client's encoder, in both its forms."""

from collections.abc import Iterable
from typing import Any

from ccr.anthropic.encoder import Heading
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.stream import StreamEncoder
from ccr.core.event import Event, Finish, ToolArgs, ToolEnd, ToolStart
from tests.legal import read_stream

Json = dict[str, Any]
END = Finish("end_turn")


def heading(**changes: Any) -> Heading:
    """Return a heading whose signatures can be read."""
    fields: Json = {"message_id": "msg_1", "model": "claude-x", "seal": lambda payload: f"sealed:{payload}"}
    return Heading(**{**fields, **changes})


def raw(events: Iterable[Event], **changes: Any) -> bytes:
    """Return the stream of these events."""
    encoder = StreamEncoder(heading(**changes))
    for event in events:
        encoder.feed(event)
    encoder.close()
    return encoder.take()


def streamed(events: Iterable[Event], **changes: Any) -> Json:
    """Return the message that a legal stream of these events adds up to."""
    return read_stream(raw(events, **changes))


def whole(events: Iterable[Event], **changes: Any) -> Json:
    """Return the one message that these events make."""
    encoder = MessageEncoder(heading(**changes))
    for event in events:
        encoder.feed(event)
    encoder.close()
    assert encoder.message is not None
    return encoder.message


def both(events: Iterable[Event], **changes: Any) -> Json:
    """Return the message, after asserting that it is the same streamed and whole."""
    events = list(events)
    one, other = streamed(events, **changes), whole(events, **changes)
    assert one == other
    return other


def call(key: int, arguments: str, *, name: str = "Bash", tool_id: str = "a") -> list[Event]:
    """Return the events of a tool call whose arguments come in pieces."""
    pieces = [ToolArgs(key, arguments[i : i + 3]) for i in range(0, len(arguments), 3)]
    return [ToolStart(key, tool_id, name), *pieces, ToolEnd(key)]
