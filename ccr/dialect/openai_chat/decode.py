"""Chat-completion chunks and whole replies to events.

A chunk's `delta` and a whole reply's `message` have the same fields, so one code reads both.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ccr.core.event import (
    Citation,
    Event,
    Finish,
    SearchHit,
    Signature,
    Start,
    StopReason,
    Text,
    Thinking,
    UsageSeen,
    WebSearch,
)
from ccr.core.jsonio import load
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.dialect.fault import error_in, make_fault
from ccr.dialect.openai_chat.reasoning import Details, reasoning_text
from ccr.dialect.openai_chat.search import executed_searches, hits_of
from ccr.dialect.openai_chat.tools import Calls
from ccr.dialect.openai_chat.usage import find_usage

FINISHES: dict[str, StopReason] = {
    "stop": "end_turn",
    "end_turn": "end_turn",
    "eos": "end_turn",
    "stop_sequence": "stop_sequence",
    "tool_calls": "tool_use",
    "tool_call": "tool_use",
    "tool_use": "tool_use",
    "function_call": "tool_use",
    "length": "max_tokens",
    "max_tokens": "max_tokens",
    "model_length": "max_tokens",
    "content_filter": "refusal",
    "content_filtered": "refusal",
    "safety": "refusal",
    "sensitive": "refusal",
    "refusal": "refusal",
    "model_context_window_exceeded": "model_context_window_exceeded",
}
"""`finish_reason` in lower case. What is not here means that the model is done."""

BROKEN: dict[str, int] = {
    "error": 502,
    "network_error": 502,
    "abort": 502,
    "aborted": 502,
    "cancelled": 502,
    "insufficient_system_resource": 529,
}
"""Finish reasons that are failures, with the status that fits.

GLM sends network_error, DeepSeek insufficient_system_resource, OpenRouter error.
"""


class ChatDecoder:
    """Decodes one reply to `request` (unified)."""

    def __init__(self, request: Json) -> None:
        self._stops = {s for s in request.get("stop") or [] if isinstance(s, str)}
        self._searching = any(str(t.get("type")).startswith("web_search") for t in request.get("tools") or [])
        self._calls = Calls()
        self._details = Details()
        self._hits: dict[str, SearchHit] = {}
        self._held: list[Text | Thinking] = []
        self._started = False
        self._content = False
        self._refused = False
        self._finish: Finish | None = None
        self._told: Usage | None = None
        self._blank_end = False
        self._ended = False

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one chunk, or `[DONE]`."""
        if data[:1] != b"{":
            data = data.strip()
            if data == b"[DONE]":
                return self._done()
        try:
            chunk = load(data)
        except (ValueError, RecursionError):
            # An unreadable line is passed over; if it held the end, the reply ends without one and counts as cut.
            return [make_fault(502, data.decode("utf-8", "replace"))] if name == "error" else ()
        if name == "error" and isinstance(chunk, dict):
            return [error_in(chunk) or error_in({"error": chunk}) or make_fault(502, "the upstream reported an error")]
        return self._chunk(chunk) if isinstance(chunk, dict) else ()

    def whole(self, data: Any) -> Iterable[Event]:
        """Decode a whole reply, or one chunk of JSON lines."""
        if not isinstance(data, dict):
            return
        yield from self._chunk(data)
        choices = data.get("choices")
        if isinstance(choices, list) and any(isinstance(c, dict) and "message" in c for c in choices):
            self._note_finish("stop", {})

    def close(self) -> Iterable[Event]:
        """Release what is held. Without a finish reason the reply stays unfinished."""
        if self._blank_end and self._told is not None:
            self._note_finish("stop", {})
        yield from self._end()

    def _done(self) -> Iterable[Event]:
        if self._started:
            self._note_finish("stop", {})
        yield from self._end()

    def _chunk(self, chunk: Json) -> Iterable[Event]:
        if chunk.get("error") or "choices" not in chunk:
            fault = error_in(chunk)
            if fault is not None:
                yield fault
                return
        if not self._started:
            self._started = True
            yield Start(_string(chunk.get("id")), _string(chunk.get("model")))
        self._note_sources(chunk)
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                yield from self._choice(choice)
        usage = find_usage(chunk)
        if usage is not None and usage != self._told:
            self._told = usage
            yield UsageSeen(usage)

    def _choice(self, choice: Json) -> Iterable[Event]:
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            # A stream's last chunk may repeat the whole as `message`; then it is no news.
            delta = choice.get("message") if not self._content else None
        if isinstance(delta, dict):
            yield from self._delta(delta)
        elif isinstance(choice.get("text"), str):
            yield from self._text(choice["text"])
        reason = choice.get("finish_reason")
        self._blank_end = reason == ""
        if isinstance(reason, str) and reason:
            yield from self._settle()
            yield from self._note_finish(reason.lower(), choice)

    def _delta(self, delta: Json) -> Iterable[Event]:
        if thought := reasoning_text(delta):
            yield from self._thought(thought)
        self._details.add(delta.get("reasoning_details"))
        content = delta.get("content")
        if content:
            yield from self._text(content) if isinstance(content, str) else self._content_parts(content)
        if refusal := _string(delta.get("refusal")):
            self._refused = True
            yield from self._text(refusal)
        self._note_annotations(delta.get("annotations"))
        for search in executed_searches(delta):
            yield from self._leave_thinking()
            yield search
        calls = delta.get("tool_calls") or delta.get("function_call")
        if calls:
            self._content = True
            yield from self._leave_thinking()
            yield from self._calls.feed(calls)

    def _content_parts(self, content: Any) -> Iterable[Event]:
        """Mistral sends a list of parts: https://docs.mistral.ai/capabilities/reasoning/"""
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, str):
                yield from self._text(part)
            elif isinstance(part, dict) and part.get("type") == "thinking":
                yield from self._thought(reasoning_text(part))
            elif isinstance(part, dict):
                yield from self._text(_string(part.get("text")))

    def _thought(self, text: str) -> Iterable[Event]:
        return self._say(Thinking(text)) if text else ()

    def _text(self, text: str) -> Iterable[Event]:
        return self._say(Text(text)) if text else ()

    def _say(self, said: Text | Thinking) -> Iterable[Event]:
        self._content = True
        if not self._calls.settled:
            # The tool's block is still open; what is said meanwhile waits until its arguments are whole.
            self._held.append(said)
            return
        if isinstance(said, Text):
            yield from self._leave_thinking()
        yield from self._calls.end()
        yield said

    def _leave_thinking(self) -> Iterable[Event]:
        if not self._calls.settled:
            return
        payload = self._details.take()
        if payload:
            yield from self._calls.end()
            yield Signature(payload)

    def _settle(self) -> Iterable[Event]:
        """Release open tools, then what was said while they were open."""
        yield from self._calls.end()
        held, self._held = self._held, []
        yield from held
        yield from self._leave_thinking()

    def _note_finish(self, reason: str, choice: Json) -> Iterable[Event]:
        """Remember why the reply ended: vendors repeat the reason, and some send more after it.

        A failure is returned as a fault. A special reason is never replaced by a plain one.
        """
        if reason in BROKEN:
            return [
                error_in(choice) or make_fault(BROKEN[reason], f"the upstream stopped with {reason!r}", code=reason)
            ]
        if self._finish is None or self._finish.reason in ("end_turn", "tool_use"):
            matched = choice.get("stop_reason")  # vLLM: the stop sequence that was found
            if isinstance(matched, str) and matched in self._stops:
                self._finish = Finish("stop_sequence", matched)
            elif self._finish is None or reason not in ("stop", "end_turn"):
                self._finish = Finish("refusal" if self._refused else FINISHES.get(reason, "end_turn"))
        return ()

    def _end(self) -> Iterable[Event]:
        if self._ended:
            return
        yield from self._settle()
        if self._finish is None:
            return
        self._ended = True
        hits = tuple(self._hits.values())
        if hits and self._searching:
            yield WebSearch("", hits=hits)
        yield from (Citation(h.url, h.title, h.content) for h in hits)
        yield self._finish

    def _note_annotations(self, annotations: Any) -> None:
        for hit in hits_of(annotations):
            self._hits.setdefault(hit.url, hit)

    def _note_sources(self, chunk: Mapping[str, Any]) -> None:
        """Perplexity tells its sources beside the choices: https://docs.perplexity.ai/guides/chat-completions-guide"""
        for field in ("search_results", "citations"):
            if chunk.get(field):
                self._note_annotations(chunk[field])


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
