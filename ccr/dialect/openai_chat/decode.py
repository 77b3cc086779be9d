"""Chat-completion chunks and whole replies to events.

A chunk's `delta` and a whole reply's `message` have the same fields, so one code reads both.
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import Event, Fault, Start, Text, Thinking
from ccr.core.jsonio import dump_text, load
from ccr.core.unified import Json
from ccr.dialect.fault import error_in, make_fault, message_in
from ccr.dialect.openai_chat.finish import FINISHES as FINISHES
from ccr.dialect.openai_chat.finish import Ending
from ccr.dialect.openai_chat.leading import LeadingThought
from ccr.dialect.openai_chat.output import Output
from ccr.dialect.openai_chat.reasoning import Thoughts, reasoning_text
from ccr.dialect.openai_chat.search import Sources, executed_searches
from ccr.dialect.openai_chat.usage import UsageWatch, find_usage


class ChatDecoder:
    """Decodes one reply to `request` (unified)."""

    def __init__(self, request: Json) -> None:
        tools = request.get("tools") or []
        self._ending = Ending({s for s in request.get("stop") or [] if isinstance(s, str)})
        self._sources = Sources(searching=any(str(t.get("type")).startswith("web_search") for t in tools))
        self._output = Output()
        self._thoughts = Thoughts()
        self._leading = LeadingThought()
        self._usage = UsageWatch()
        self._fault: Fault | None = None
        self._started = self._whole = self._streamed = self._ended = False

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one chunk, or `[DONE]`."""
        if data[:1] != b"{" and data.strip() == b"[DONE]":
            return self._done()
        try:
            chunk = load(data)
        except ValueError:
            # An unreadable line is passed over; if it held the end, the reply ends without one and counts as cut.
            return [make_fault(502, data.decode("utf-8", "replace"))] if name == "error" else ()
        if name == "error":
            return [error_in(chunk) or error_in({"error": chunk}) or make_fault(502, "the upstream reported an error")]
        return self._chunk(chunk) if isinstance(chunk, dict) else ()

    def whole(self, data: Any) -> Iterable[Event]:
        """Decode a whole reply, or one chunk of JSON lines."""
        if not isinstance(data, dict):
            return
        choices = data.get("choices")
        self._whole = isinstance(choices, list) and any(isinstance(c, dict) and "message" in c for c in choices)
        if not (self._started or choices or find_usage(data)):
            yield error_in(data) or _foreign(data)
            return
        yield from self._chunk(data)

    def close(self) -> Iterable[Event]:
        """Release what is held. Without a finish reason the reply stays unfinished, but for a whole reply, and for a
        stream at whose end the usage summed up.
        """
        if self._whole or (self._usage.summed_up and self._output.count):
            self._ending.complete()
        yield from self._end()

    def _done(self) -> Iterable[Event]:
        if self._output.count:
            self._ending.complete()
        yield from self._end()

    def _chunk(self, chunk: Json) -> Iterable[Event]:
        before = self._output.count
        self._fault = error_in(chunk) if chunk.get("error") or not chunk.get("choices") else None
        if self._fault is None and not self._ended:
            if not self._started:
                self._started = True
                yield Start(_string(chunk.get("id")), _string(chunk.get("model")))
            self._sources.note_beside(chunk)
            choices = chunk.get("choices")
            for choice in choices if isinstance(choices, list) else ():
                yield from self._choice(choice) if isinstance(choice, dict) else ()
        self._usage.read(chunk, content=self._output.count > before)
        if not self._output.in_call:
            yield from self._usage.news()
        if self._fault is not None:
            yield self._fault

    def _choice(self, choice: Json) -> Iterable[Event]:
        message = self._message(choice)
        if message is not None:
            yield from self._delta(message)
        elif isinstance(choice.get("text"), str):
            yield from self._text(choice["text"])
        self._fault = self._ending.note(choice) or self._fault

    def _message(self, choice: Json) -> Json | None:
        """Return what a choice says. Perplexity repeats the whole so far as `message` beside each delta, and has an
        empty delta beside a whole message; MiniMax repeats the whole at the end of a stream.
        """
        delta, message = choice.get("delta"), choice.get("message")
        if self._whole:
            return message if isinstance(message, dict) else None
        if isinstance(delta, dict):
            self._streamed = self._streamed or bool(delta)
            return delta
        return message if isinstance(message, dict) and not self._streamed else None

    def _delta(self, delta: Json) -> Iterable[Event]:
        self._output.details.add(delta.get("reasoning_details"))
        yield from self._say(Thinking(self._thoughts.read(delta)))
        content = delta.get("content")
        if content:
            yield from self._text(content) if isinstance(content, str) else self._parts(content)
        if refusal := _string(delta.get("refusal")):
            self._ending.refused = True
            yield from self._text(refusal)
        self._sources.note(delta.get("annotations"))
        for search in executed_searches(delta):
            yield from self._output.put(search)
        calls = delta.get("tool_calls") or delta.get("function_call")
        if calls:
            yield from self._flush()
            yield from self._output.call(calls)

    def _parts(self, content: Any) -> Iterable[Event]:
        """Mistral sends a list of parts: https://docs.mistral.ai/capabilities/reasoning/"""
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, str):
                yield from self._text(part)
            elif isinstance(part, dict) and part.get("type") == "thinking":
                yield from self._say(Thinking(reasoning_text(part)))
            elif isinstance(part, dict):
                yield from self._text(_string(part.get("text")) or _string(part.get("refusal")))

    def _text(self, text: str) -> Iterable[Event]:
        for piece in self._leading.feed(text) if text else ():
            yield from self._say(piece)

    def _flush(self) -> Iterable[Event]:
        for piece in self._leading.flush():
            yield from self._say(piece)

    def _say(self, piece: Text | Thinking) -> Iterable[Event]:
        if not piece.text:
            return
        if isinstance(piece, Text):
            yield from self._output.sign()
            for search in self._sources.found():
                yield from self._output.put(search)
        yield from self._output.put(piece)

    def _end(self) -> Iterable[Event]:
        if self._ended or self._fault is not None:
            return
        yield from self._flush()
        yield from self._output.end()
        yield from self._usage.news()
        if self._ending.finish is not None:
            self._ended = True
            yield from self._sources.end()
            yield self._ending.finish


def _foreign(data: Json) -> Fault:
    message = message_in(data) or f"the upstream's reply is no chat completion: {dump_text(data)[:200]}"
    return make_fault(502, message, code="foreign_reply")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
