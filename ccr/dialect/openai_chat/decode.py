"""Chat-completion chunks and whole replies to events.

A chunk's `delta` and a whole reply's `message` have the same fields, so one code reads both.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ccr.core.event import Event, Fault, Start, Text, Thinking
from ccr.core.jsonio import dump_text, load
from ccr.core.unified import Json
from ccr.dialect.fault import error_in, make_fault, message_in
from ccr.dialect.openai_chat.finish import FINISHES as FINISHES
from ccr.dialect.openai_chat.finish import Ending
from ccr.dialect.openai_chat.leading import LeadingThought
from ccr.dialect.openai_chat.output import Output
from ccr.dialect.openai_chat.reasoning import FIELDS, Thoughts, words
from ccr.dialect.openai_chat.search import Sources, searches
from ccr.dialect.openai_chat.template import Template
from ccr.dialect.openai_chat.tools import pieces_in
from ccr.dialect.openai_chat.usage import UsageWatch, find_usage


class ChatDecoder:
    """Decodes one reply to `request` (unified). A search that it asks for in `vain` is told of as failed."""

    def __init__(self, request: Json, *, vain: bool = False) -> None:
        tools = request.get("tools") or []
        self._ending = Ending({s for s in request.get("stop") or [] if isinstance(s, str)})
        self._sources = Sources(searching=any(searches(tool) for tool in tools), vain=vain)
        self._output = Output()
        self._thoughts = Thoughts()
        self._leading = LeadingThought()
        self._usage = UsageWatch()
        self._template = Template()
        self._thinks = False
        self._fault: Fault | None = None
        self._started = self._whole = self._streamed = self._ended = False

    @property
    def stopped(self) -> bool:
        """Whether a finish reason has come."""
        return self._ending.finish is not None

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one chunk, or `[DONE]`."""
        if data[:1] != b"{" and data.strip() == b"[DONE]":
            return self._end(complete=self._output.count > 0)
        text = None if name else self._template.text(data)
        if text is not None:
            return self._more(text)
        try:
            chunk = load(data)
        except ValueError:
            # An unreadable line is passed over; if it held the end, the reply ends without one and counts as cut.
            return [make_fault(502, data.decode("utf-8", "replace"))] if name == "error" else ()
        if name == "error":
            return [error_in(chunk) or error_in({"error": chunk}) or make_fault(502, "the upstream reported an error")]
        return self._learnt(data, chunk, self._chunk(chunk)) if isinstance(chunk, dict) else ()

    def whole(self, data: Any, *, alone: bool = True) -> Iterable[Event]:
        """Decode a whole reply, or one chunk of JSON lines."""
        if not isinstance(data, dict):
            return ()
        data = _unwrapped(data)
        choices = data.get("choices")
        self._whole = isinstance(choices, list) and any(isinstance(c, dict) and "message" in c for c in choices)
        if not (self._started or choices or find_usage(data)):
            return [error_in(data) or _foreign(data)]
        return self._chunk(data)

    def close(self) -> Iterable[Event]:
        """Release what is held. Without a finish reason the reply stays unfinished, but for a whole reply, and for a
        stream at whose end the usage summed up.
        """
        return self._end(complete=self._whole or (self._usage.summed_up and self._output.count > 0))

    def _chunk(self, chunk: Json) -> list[Event]:
        before = self._output.count
        choices = chunk.get("choices")
        self._fault = (error_in(chunk) if not choices or chunk.get("error") else None) or _stopped(chunk)
        if self._fault is None and not self._ended:
            if not self._started:
                self._started = True
                self._output.tell(Start(_string(chunk.get("id")), _string(chunk.get("model"))))
            self._sources.note_beside(chunk)
            for choice in choices if isinstance(choices, list) else ():
                if isinstance(choice, dict):
                    self._choice(choice)
        self._usage.read(chunk, content=self._output.count > before)
        if not self._output.in_call:
            self._tell_usage()
        if self._fault is not None:
            self._output.tell(self._fault)
        return self._output.take()

    def _more(self, text: str) -> Sequence[Event]:
        """Return what the text of a chunk means that is otherwise like the last one."""
        if self._thinks:
            text = self._thoughts.fresh(text)
        if not text:
            return ()
        return [self._output.more(Thinking(text) if self._thinks else Text(text))]

    def _learnt(self, data: bytes, chunk: Json, events: list[Event]) -> list[Event]:
        """Make the chunk that meant these events the template for the next ones, if it was a piece of text only."""
        only = events[0] if len(events) == 1 and self._ending.finish is None else None
        if isinstance(only, (Text, Thinking)) and _says_only(chunk, only.text):
            self._thinks = isinstance(only, Thinking)
            self._template.learn(data, only.text, FIELDS if self._thinks else ("content",))
        else:
            self._template.forget()
        return events

    def _tell_usage(self) -> None:
        for seen in self._usage.news():
            self._output.tell(seen)

    def _choice(self, choice: Json) -> None:
        message = self._message(choice)
        if message is not None:
            self._delta(message)
        elif isinstance(choice.get("text"), str):
            self._text(choice["text"])
        if choice.get("error"):
            self._fault = error_in(choice)
        # Some servers say it inside of what they say.
        elif said := next((one for one in (choice, message) if one and one.get("finish_reason")), None):
            self._fault = self._ending.note(said) or self._fault

    def _message(self, choice: Json) -> Json | None:
        """Return what a choice says. Perplexity repeats the whole so far as `message` beside each delta, and has an
        empty delta beside a whole message; MiniMax repeats the whole at the end of a stream.
        """
        delta = choice.get("delta")
        if isinstance(delta, dict) and not self._whole:
            self._streamed = self._streamed or bool(delta)
            return delta
        message = choice.get("message")
        return message if isinstance(message, dict) and (self._whole or not self._streamed) else None

    def _delta(self, delta: Json) -> None:
        if details := delta.get("reasoning_details"):
            self._output.details.add(details)
        if thought := self._thoughts.read(delta):
            self._leading.known = True
            self._output.put(Thinking(thought))
        if delta.get("executed_tools"):
            for search in self._sources.executed(delta):
                self._output.put(search)
        content = delta.get("content")
        if isinstance(content, str):
            self._text(content)
        elif content:
            self._parts(content)
        if refusal := _string(delta.get("refusal")):
            self._ending.refused = True
            self._text(refusal)
        if annotations := delta.get("annotations"):
            self._sources.note(annotations)
        if pieces := pieces_in(delta):
            self._flush()
            self._output.call(pieces)

    def _parts(self, content: Any) -> None:
        """Mistral sends a list of parts, and Databricks does: https://docs.mistral.ai/capabilities/reasoning/,
        https://docs.databricks.com/aws/en/machine-learning/model-serving/query-reason-models
        """
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, str):
                self._text(part)
            elif isinstance(part, dict) and part.get("type") in ("thinking", "reasoning"):
                self._say(Thinking(words(part)))
            elif isinstance(part, dict):
                self._text(_string(part.get("text")) or _string(part.get("refusal")))

    def _text(self, text: str) -> None:
        if text:
            self._split(self._leading.feed(text))

    def _flush(self) -> None:
        self._split(self._leading.flush())

    def _split(self, pieces: Iterable[Text | Thinking]) -> None:
        for piece in pieces:
            if not (isinstance(piece, Thinking) and self._thoughts.repeats(piece.text)):
                self._say(piece)

    def _say(self, piece: Text | Thinking) -> None:
        if not piece.text:
            return
        if isinstance(piece, Text):
            self._output.sign()
            for search in self._sources.found():
                self._output.put(search)
        self._output.put(piece)

    def _end(self, *, complete: bool) -> list[Event]:
        """Release everything, and the finish if there is one; `complete` tells that none is needed."""
        self._template.forget()
        if self._ended or self._fault is not None:
            return []
        if complete:
            self._ending.complete()
        self._flush()
        self._output.end()
        self._tell_usage()
        if self._ending.finish is None:
            return self._output.take()
        self._ended = True
        return [*self._output.take(), *self._sources.end(), self._ending.finish]


def _says_only(chunk: Json, text: str) -> bool:
    """Tell whether a chunk has one choice, which says this text in one field, and nothing else that counts.

    What else it had might be held for a later chunk, or count each time that it comes.
    """
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or find_usage(chunk):
        return False
    choice = choices[0]
    delta = choice.get("delta")
    if not isinstance(delta, dict) or any(choice.get(name) for name in ("message", "text", "error")):
        return False
    return [value for name, value in delta.items() if value and name != "role"] == [text]


def _stopped(chunk: Json) -> Fault | None:
    """Groq tells beside the choices why it broke a stream off: https://console.groq.com/docs/api-reference"""
    groq = chunk.get("x_groq")
    return error_in(groq) if isinstance(groq, dict) and groq.get("error") else None


def _unwrapped(data: Json) -> Json:
    """Cline's service has the whole reply in an envelope: https://github.com/cline/cline/issues/13348"""
    inner = data.get("data")
    return inner if isinstance(inner, dict) and inner.get("choices") and "choices" not in data else data


def _foreign(data: Json) -> Fault:
    message = message_in(data) or f"the upstream's reply is no chat completion: {dump_text(data)[:200]}"
    return make_fault(502, message, code="foreign_reply")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
