"""Golden pairs of what vendors send and what it means: `tests/wire/<dialect>/<name>.in.sse|json` and `<name>.out.json`.

The second has the `events` that the first decodes to, what the pair is `about`, and the `source` that documents it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ccr.core.event import Event, Text, Thinking, ToolArgs, ToolEnd, ToolStart
from ccr.core.sse import Splitter
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.base import Decoder, Dialect, Target
from ccr.dialect.openai_responses import OpenAIResponses
from ccr.dialect.vendor import Vendor
from tests.grammar import Grammar, joined

WIRE = Path(__file__).parent.parent / "wire"
DIALECTS: dict[str, Dialect] = {"openai_responses": OpenAIResponses(), "anthropic": Anthropic()}
TARGET = Target("p", "m", "http://127.0.0.1/", Vendor())


def pairs(dialect: str) -> list[Path]:
    """Return the inputs of a dialect's pairs."""
    return sorted(WIRE.joinpath(dialect).glob("*.in.*"))


def expected(path: Path) -> dict[str, Any]:
    """Return the other half of a pair."""
    name = path.name.partition(".in.")[0]
    found: dict[str, Any] = json.loads(path.with_name(f"{name}.out.json").read_text(encoding="utf-8"))
    return {**found, "events": [[event, counted(fields)] for event, fields in found["events"]]}


def counted(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an event with those figures of its usage that are not 0."""
    usage = {name: figure for name, figure in (fields.get("usage") or {}).items() if figure}
    return {name: usage if name == "usage" and value else value for name, value in fields.items()}


def read_events(dialect: str, path: Path, request: Mapping[str, Any], *, step: int | None = None) -> list[Event]:
    """Return the legal events that an input decodes to; a stream is cut into pieces of `step` bytes."""
    decoder = DIALECTS[dialect].decoder(dict(request), TARGET)
    data = path.read_bytes()
    if path.suffix == ".json":
        return legal([*decoder.whole(json.loads(data)), *decoder.close()])
    return legal(stream(decoder, [data[i : i + step] for i in range(0, len(data), step)] if step else [data]))


def stream(decoder: Decoder, pieces: Iterable[bytes]) -> list[Event]:
    """Return what a stream of server-sent events decodes to."""
    splitter = Splitter()
    found: list[Event] = []
    for piece in pieces:
        for event in splitter.feed(piece):
            found += decoder.event(event.data, event.name)
    for event in splitter.close():
        found += decoder.event(event.data, event.name)
    return [*found, *decoder.close()]


def decoded(decoder: Decoder, values: Iterable[Any]) -> list[Event]:
    """Return the legal events that JSON values decode to, as events of a stream without names."""
    found: list[Event] = []
    for value in values:
        found += decoder.event(json.dumps(value).encode(), "")
    return legal([*found, *decoder.close()])


def told(events: Iterable[Event]) -> list[list[Any]]:
    """Return events as JSON: [name, fields], without the fields that say nothing."""
    return [[type(event).__name__, _fields(event)] for event in joined(events)]


def _fields(event: Event) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(msgspec.json.encode(event))
    return counted({name: value for name, value in fields.items() if value not in ("", None, [], False)})


def legal(events: list[Event]) -> list[Event]:
    """Assert that events keep to the grammar, and return them."""
    grammar = Grammar()
    for event in events:
        grammar.take(event)
    grammar.end()
    return events


def calls(events: Iterable[Event]) -> list[tuple[str, str, Any]]:
    """Return (id, name, arguments) of the tool calls, the arguments parsed."""
    found: list[tuple[str, str, Any]] = []
    pieces: list[str] = []
    for event in events:
        if isinstance(event, ToolStart):
            found.append((event.id, event.name, None))
            pieces = []
        elif isinstance(event, ToolArgs):
            pieces.append(event.json)
        elif isinstance(event, ToolEnd):
            found[-1] = (*found[-1][:2], json.loads("".join(pieces)))
    return found


def text(events: Iterable[Event]) -> str:
    """Return the whole text."""
    return "".join(e.text for e in events if isinstance(e, Text))


def thinking(events: Iterable[Event]) -> str:
    """Return the whole visible thinking."""
    return "".join(e.text for e in events if isinstance(e, Thinking))
