"""The content blocks of a reply: each decodes its own beginning, deltas and end."""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import Citation, Event, Opaque, Signature, Text, Thinking, ToolArgs, ToolEnd, ToolStart
from ccr.core.jsonio import dump_text, is_complete
from ccr.core.unified import Json


def begin(block: Json, key: int) -> "Content":
    """Return the decoder of a block. `key` tells the calls of one reply apart."""
    kind = block.get("type")
    if kind == "tool_use":
        return ToolUse(block, key)
    return _KINDS.get(kind if isinstance(kind, str) else "", Content)(block)


class Content:
    """A block that only the client understands: it is collected and passed on as it came.

    Server tools, their results, compactions, fallbacks and whatever comes next.
    """

    def __init__(self, block: Json) -> None:
        self._block = block
        self._pieces: list[str] = []
        self._deltas: list[Json] = []

    @property
    def settled(self) -> bool:
        """Whether the block may be taken as complete when another one begins; real ones are stopped first."""
        return True

    def start(self) -> Iterable[Event]:
        """Return what the beginning of the block tells."""
        return ()

    def feed(self, delta: Json) -> Iterable[Event]:
        """Take a delta."""
        self._deltas.append(delta)
        return ()

    def end(self) -> Iterable[Event]:
        """Return what the end of the block completes."""
        if isinstance(self._block.get("type"), str):
            yield Opaque(self._block, tuple(self._deltas))


class TextBlock(Content):
    """Text, and the sources that it rests on, which may come before it."""

    def __init__(self, block: Json) -> None:
        super().__init__(block)
        given = block.get("citations")
        self._citations: list[Any] = list(given) if isinstance(given, list) else []

    def start(self) -> Iterable[Event]:
        """Some servers begin a block with its first text."""
        return self.feed({"text": self._block.get("text")})

    def feed(self, delta: Json) -> Iterable[Event]:
        """`text_delta` and `citations_delta`."""
        self._citations.append(delta.get("citation"))
        if isinstance(delta.get("text"), str) and delta["text"]:
            yield Text(delta["text"])

    def end(self) -> Iterable[Event]:
        """The sources."""
        for citation in self._citations:
            if isinstance(citation, dict):
                url, title, cited = (_string(citation.get(field)) for field in ("url", "title", "cited_text"))
                yield Citation(url, title, cited, citation)


class ThinkingBlock(Content):
    """Thinking, closed by its signature; without a signature it is the client's encoder that closes it."""

    def start(self) -> Iterable[Event]:
        """Some servers begin a block with its first text, or with the signature."""
        return self.feed(self._block)

    def feed(self, delta: Json) -> Iterable[Event]:
        """`thinking_delta` and `signature_delta`."""
        text, signature = delta.get("thinking"), delta.get("signature")
        if isinstance(signature, str):
            self._pieces.append(signature)
        if isinstance(text, str) and text:
            yield Thinking(text)

    def end(self) -> Iterable[Event]:
        """The signature, byte for byte."""
        if signature := "".join(self._pieces):
            yield Signature(signature)


class Redacted(Content):
    """Thinking that is encrypted as a whole."""

    def end(self) -> Iterable[Event]:
        """The data, byte for byte."""
        data = self._block.get("data")
        if isinstance(data, str) and data:
            yield Signature(data, redacted=True)


class ToolUse(Content):
    """A call of one of the client's tools. Some servers give `input` at the beginning instead of deltas."""

    def __init__(self, block: Json, key: int) -> None:
        super().__init__(block)
        self._key = key

    @property
    def settled(self) -> bool:
        """Whether the arguments are whole; while they are not, another block may come in between."""
        return is_complete("".join(self._pieces)) if self._pieces else bool(self._block.get("input"))

    def start(self) -> Iterable[Event]:
        """Id and name are there from the beginning."""
        call_id, name = self._block.get("id"), self._block.get("name")
        name = name if isinstance(name, str) and name else "unknown_tool"
        more = {field: value for field, value in self._block.items() if field not in _CALL}
        yield ToolStart(self._key, call_id if isinstance(call_id, str) else "", name, more or None)

    def feed(self, delta: Json) -> Iterable[Event]:
        """`input_json_delta`."""
        piece = delta.get("partial_json")
        if isinstance(piece, str) and piece:
            self._pieces.append(piece)
            yield ToolArgs(self._key, piece)

    def end(self) -> Iterable[Event]:
        """The arguments, if no delta brought them."""
        if not "".join(self._pieces).strip():
            given = self._block.get("input")
            yield ToolArgs(self._key, dump_text(given) if isinstance(given, dict) else "{}")
        yield ToolEnd(self._key)


_CALL = frozenset({"type", "id", "name", "input"})
_KINDS: dict[str, type[Content]] = {"text": TextBlock, "thinking": ThinkingBlock, "redacted_thinking": Redacted}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
