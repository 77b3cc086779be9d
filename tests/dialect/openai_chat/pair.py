"""The golden pairs of this dialect: `tests/wire/openai_chat/<vendor>-<oddity>.in.*` and `<vendor>-<oddity>.out.json`.

The second has the `message` that a client adds up to, or the `fault` of a reply that is none; what the pair is `about`,
the `source` that documents it, and what the `request` says beyond the usual. A message with an `error` is one that
broke off.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from ccr.reply import Reply
from tests.chat import reply, request
from tests.legal import read_stream

WIRE = Path(__file__).parent.parent.parent / "wire" / "openai_chat"
Json = dict[str, Any]


class Pair:
    """What an upstream sent, and what the client gets."""

    def __init__(self, path: Path) -> None:
        self.name = path.name.partition(".in.")[0]
        self.raw = path.read_bytes()
        self.out: Json = json.loads(path.with_name(f"{self.name}.out.json").read_text(encoding="utf-8"))

    def __repr__(self) -> str:
        return self.name

    def reply(self, *, stream: bool) -> Reply:
        """Return a fresh reply to the pair's request."""
        return reply(request(**self.out.get("request", {})), stream=stream)

    def streamed(self, pieces: list[bytes]) -> Json:
        """Return what the client of a stream gets when the upstream's bytes come in these pieces."""
        found = self.reply(stream=True)
        out = b"".join([*map(found.feed, pieces), found.close()])
        return {"message": _told(read_stream(out))} if out else {"fault": fault_of(found)}

    def whole(self) -> Json:
        """Return what a client gets that asked for no stream."""
        found = self.reply(stream=False)
        out = found.feed(self.raw) + found.close()
        return {"message": _told(json.loads(out))} if out else {"fault": fault_of(found)}


def pairs() -> list[Pair]:
    """Return all pairs."""
    return [Pair(path) for path in sorted(WIRE.glob("*.in.*"))]


def fault_of(found: Reply) -> Json:
    """Return the fault of a reply, without what says nothing."""
    fault: Json = msgspec.to_builtins(found.fault)
    return {k: v for k, v in fault.items() if v is not None}


def _told(message: Json) -> Json:
    """Return what a pair tells of a message."""
    names = ("content", "error") if "error" in message else ("content", "stop_reason", "stop_sequence", "usage")
    return {name: message[name] for name in names}
