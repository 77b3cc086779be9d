"""Replies of `generateContent` and chunks of its stream to events: both have one form, so one code reads them.

Signatures: the one on a function call goes before the call. One on a text part can only come after its text; it is
kept until a call follows and dropped otherwise, because Claude Code takes the last block of a message for the answer,
and Google asks for it back without requiring it (https://ai.google.dev/gemini-api/docs/thought-signatures).
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import Event, Finish, Opaque, Signature, Start, StopReason, Text, Thinking, ToolEnd, UsageSeen
from ccr.core.jsonio import load
from ccr.core.unified import Json
from ccr.core.usage import Usage, split_prompt
from ccr.dialect.fault import error_in, make_fault
from ccr.dialect.gemini.call import Calls
from ccr.dialect.gemini.execution import Execution
from ccr.dialect.gemini.finish import FINISHES, broken, refusal_text
from ccr.dialect.gemini.grounding import Grounding
from ccr.dialect.gemini.signature import Signed, pack
from ccr.dialect.gemini.spoken import spoken


class GeminiDecoder:
    """Decodes one reply to `request` (unified)."""

    def __init__(self, request: Json) -> None:
        self._calls = Calls(_known_ids(request))
        self._execution = Execution()
        self._grounding = Grounding()
        self._held: list[Signed] = []
        self._last: type[Event] | None = None
        self._reply_id = ""
        self._finish: StopReason | None = None
        self._usage: Usage | None = None
        self._started = False
        self._ended = False
        self._alone = False

    @property
    def stopped(self) -> bool:
        """Whether a finish reason has come."""
        return self._finish is not None

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one chunk of a stream; what can't be read is passed over."""
        try:
            chunk = load(data)
        except (ValueError, RecursionError):
            # An unreadable chunk is passed over; if it held the end, the reply ends without one and counts as cut.
            return [make_fault(502, data.decode("utf-8", "replace"))] if name == "error" else ()
        return self.whole(chunk, alone=False)

    def whole(self, data: Any, *, alone: bool = True) -> Iterable[Event]:
        """Decode a whole reply, or the list of chunks that comes where `alt=sse` was lost."""
        self._alone = alone and isinstance(data, dict)
        for chunk in data if isinstance(data, list) else [data]:
            if isinstance(chunk, dict):
                # Google's Code Assist wraps each chunk.
                inner = chunk.get("response")
                yield from self._chunk(inner if isinstance(inner, dict) and "candidates" not in chunk else chunk)

    def close(self) -> Iterable[Event]:
        """The body has ended. Only a finish reason makes a stream complete; a whole reply of old models has none."""
        if self._finish is None and self._alone and self._last is not None:
            self._finish = "end_turn"
        if self._finish is None or self._ended:
            return
        self._ended = True
        yield from self._show(self._execution.settle())
        if self._last is Text:
            yield from self._grounding.citations()
        search = self._grounding.search()
        # Beside calls of the client's own tools a search is only counted: the calls come last in a message.
        if search is not None and not len(self._calls):
            yield search
        yield Finish("tool_use" if len(self._calls) and self._finish == "end_turn" else self._finish)

    def _chunk(self, chunk: Json) -> Iterable[Event]:
        if "candidates" not in chunk and (fault := error_in(chunk)) is not None:
            self._ended = True
            yield fault
            return
        self._reply_id = _string(chunk.get("responseId")) or self._reply_id
        if not self._started:
            self._started = True
            yield Start(self._reply_id, _string(chunk.get("modelVersion")))
        candidates = chunk.get("candidates")
        for candidate in candidates if isinstance(candidates, list) else ():
            if isinstance(candidate, dict) and not candidate.get("index"):
                yield from self._candidate(candidate)
        feedback = chunk.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            reason = _string(feedback["blockReason"])
            yield from self._refuse(refusal_text(reason, feedback, "blockReasonMessage"))
        yield from self._count(chunk.get("usageMetadata"))

    def _candidate(self, candidate: Json) -> Iterable[Event]:
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                yield from self._part(part)
        self._grounding.add(candidate.get("groundingMetadata"))
        reason = candidate.get("finishReason")
        if isinstance(reason, str) and reason and reason != "FINISH_REASON_UNSPECIFIED":
            yield from self._stop(reason.upper(), candidate)

    def _stop(self, reason: str, candidate: Json) -> Iterable[Event]:
        fault = broken(reason, candidate)
        if fault is not None:
            self._ended = True
            yield fault
            return
        finish = FINISHES.get(reason, "end_turn")
        if finish == "end_turn":
            yield from self._complete(self._calls.settle({}, self._reply_id))
        if finish == "refusal" or (reason not in FINISHES and self._last is None):
            yield from self._refuse(refusal_text(reason, candidate, "finishMessage"))
        elif self._finish in (None, "end_turn"):
            self._finish = finish

    def _refuse(self, text: str) -> Iterable[Event]:
        if self._finish != "refusal":
            self._finish = "refusal"
            yield from self._say(Text(f"\n\n{text}" if self._last is Text else text))

    def _part(self, part: Json) -> Iterable[Event]:
        signature = _string(part.get("thoughtSignature"))
        # Code that was only thought of comes again when it is run.
        blocks = None if part.get("thought") is True else self._execution.take(part, self._reply_id)
        if blocks is not None:
            yield from self._show(blocks)
            return
        call = part.get("functionCall")
        if isinstance(call, dict):
            yield from self._call(call, signature)
        elif "toolCall" in part or "toolResponse" in part:
            # Google's own tools, run on its side; they are expected back as they are.
            self._held.append(Signed("part", part=part))
            self._grounding.add_queries(_queries(part.get("toolCall")))
        elif part.get("thought") is True:
            if text := _string(part.get("text")):
                yield from self._say(Thinking(text))
            if signature and self._last is Thinking:
                yield Signature(pack(Signed("thought", signature)))
                self._last = Signature
        else:
            if text := spoken(part):
                yield from self._say(Text(text))
            if signature:
                self._held = [s for s in self._held if s.on != "text"] + [Signed("text", signature)]

    def _show(self, blocks: list[Opaque]) -> Iterable[Event]:
        if blocks:
            yield from self._release()
            self._last = Opaque
            yield from blocks

    def _say(self, said: Text | Thinking) -> Iterable[Event]:
        yield from self._show(self._execution.settle())
        if self._last is not Text or isinstance(said, Thinking):
            yield from self._release()
        self._last = type(said)
        yield said

    def _call(self, call: Json, signature: str) -> Iterable[Event]:
        found = self._calls.take(call, self._reply_id)
        if signature and (found is not None or self._calls.unfinished):
            # The first part of a streamed call carries it, the last one completes the call.
            self._held.append(Signed("tool", signature))
        yield from self._complete(found)

    def _complete(self, found: tuple[str, str, Json] | None) -> Iterable[Event]:
        if found is None:
            return
        yield from self._show(self._execution.settle())
        self._held = [Signed("tool", s.signature, found[0]) if s.on == "tool" else s for s in self._held]
        yield from self._release()
        yield from self._calls.events(found)
        self._last = ToolEnd

    def _release(self) -> Iterable[Event]:
        held, self._held = self._held, []
        yield from (Signature(pack(signed)) for signed in held)

    def _count(self, metadata: Any) -> Iterable[Event]:
        usage = usage_of(metadata, self._grounding.searches)
        if usage is not None and usage != self._usage:
            self._usage = usage
            yield UsageSeen(usage)


def usage_of(metadata: Any, searches: int = 0) -> Usage | None:
    """Return the usage in a chunk's `usageMetadata`: counts so far, so the last chunk's are the truth.

    https://ai.google.dev/api/generate-content#UsageMetadata
    """
    if not isinstance(metadata, dict) or not metadata:
        return None
    prompt = _count(metadata, "promptTokenCount") + _count(metadata, "toolUsePromptTokenCount")
    thoughts = _count(metadata, "thoughtsTokenCount")
    output = _count(metadata, "candidatesTokenCount") + thoughts
    if "candidatesTokenCount" not in metadata:
        output = max(output, _count(metadata, "totalTokenCount") - prompt)
    rest, cached, _ = split_prompt(prompt, _count(metadata, "cachedContentTokenCount"))
    return Usage(rest, output, cache_read=cached, reasoning=thoughts, searches=searches)


def _known_ids(request: Json) -> Iterable[str]:
    for message in request.get("messages") or ():
        yield from (str(c.get("id")) for c in message.get("tool_calls") or () if isinstance(c, dict))


def _queries(call: Any) -> Any:
    """Return the queries of a server-side search: https://ai.google.dev/gemini-api/docs/tool-combination"""
    args = call.get("args") if isinstance(call, dict) else None
    return args.get("queries") if isinstance(args, dict) else None


def _count(metadata: Json, field: str) -> int:
    value = metadata.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
