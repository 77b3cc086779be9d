"""Messages events and whole messages to events, without loss: what has no event of its own goes on as it is.

https://docs.claude.com/en/docs/build-with-claude/streaming
"""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from ccr.core.event import Break, Event, Finish, Opaque, SearchHit, Start, StopReason, ToolStart, UsageSeen, WebSearch
from ccr.core.jsonio import load
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.dialect.anthropic.content import Content, TextBlock, begin
from ccr.dialect.fault import error_in, make_fault
from ccr.dialect.lane import Lane, Lanes
from ccr.dialect.openai_chat.decode import FINISHES

_REASONS: dict[str, StopReason] = {**FINISHES, **{reason: reason for reason in get_args(StopReason)}}
"""Some imitators use the words of chat completions."""
USAGE = frozenset({"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"})
MESSAGE = frozenset({"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"})
EVENT = frozenset({"type", "delta", "usage"})
"""What is understood of a usage, of a message and of its end."""
_PROMPT = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
# What the deltas of a block without a `content_block_start` tell of it.
_TYPES = {"text_delta": "text", "citations_delta": "text", "thinking_delta": "thinking", "signature_delta": "thinking"}


class MessagesDecoder:
    """Decodes one reply."""

    def __init__(self) -> None:
        self._lanes: Lanes[Content] = Lanes()
        self._by_index: dict[int, Lane[Content]] = {}
        self._searches: dict[str, Opaque] = {}
        self._usage: Json = {}
        self._told: Usage | None = None
        self._reason: Json = {}
        self._finished = False
        self._called = False
        self._started = False
        self._over = False

    @property
    def stopped(self) -> bool:
        """Whether a stop reason has come."""
        return bool(self._reason)

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one event. Its type stands inside; `event:` names are optional."""
        try:
            value = load(data)
        except (ValueError, RecursionError):
            return self._broken(data) if name == "error" else ()
        return self._take(value, name) if isinstance(value, dict) else ()

    def whole(self, data: Any, *, alone: bool = True) -> Iterable[Event]:
        """Decode a message that came as one object, or one event of a list of them."""
        return self._take(data, "") if isinstance(data, dict) else ()

    def close(self) -> Iterable[Event]:
        """Release what is held. Without a stop reason the reply stays unfinished."""
        if not self._over:
            yield from self._release()

    def _take(self, value: Json, name: str) -> Iterable[Event]:
        kind = value.get("type")
        kind = kind if isinstance(kind, str) else name
        if self._over or (self._finished and kind not in ("message_delta", "error")):
            return ()
        step = _STEPS.get(kind)
        if step is not None and not (value.get("error") and kind != "error"):
            return step(self, value)
        if isinstance(value.get("content"), list) and not value.get("error"):
            return self._message(value)
        return self._fail(value) if error_in(value) is not None else ()

    def _broken(self, data: bytes) -> Iterable[Event]:
        self._over = True
        yield make_fault(502, data.decode("utf-8", "replace"))

    def _fail(self, value: Json) -> Iterable[Event]:
        self._over = True
        yield error_in(value) or make_fault(502, "the upstream reported an error")

    def _start(self, value: Json) -> Iterable[Event]:
        """The first event. A message that resumes another has content already; some proxies send the event twice."""
        message = value.get("message")
        if self._started or not isinstance(message, dict):
            return
        self._started = True
        self._note_usage(message.get("usage"))
        if not self._lanes.all:
            self._told = read_usage(self._usage)
            more = _others(self._usage, USAGE)
            yield Start(_string(message.get("id")), _string(message.get("model")), self._told, more)
        yield from self._content(message.get("content"))
        self._note_reason(message)

    def _message(self, message: Json) -> Iterable[Event]:
        yield from self._start({"message": message})
        yield from self._stop({})

    def _content(self, blocks: Any) -> Iterable[Event]:
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, dict):
                yield from self._open(block, None)
                yield from self._end_lane(self._lanes.all[-1])

    def _block_start(self, value: Json) -> Iterable[Event]:
        block = value.get("content_block")
        if isinstance(block, dict):
            yield from self._open(block, value.get("index"))

    def _open(self, block: Json, index: Any) -> Iterable[Event]:
        for lane in self._lanes.unfinished:
            if lane.item.settled:
                yield from self._end_lane(lane)
        before = self._lanes.all[-1].item if self._lanes.all else None
        lane = self._lanes.open(begin(block, len(self._lanes.all)))
        if isinstance(index, int):
            self._by_index[index] = lane
        if isinstance(before, TextBlock) and isinstance(lane.item, TextBlock):
            yield from self._lanes.put(lane, [Break()])
        yield from self._out(self._lanes.put(lane, lane.item.start()))

    def _block_delta(self, value: Json) -> Iterable[Event]:
        delta, index = value.get("delta"), value.get("index")
        if not isinstance(delta, dict):
            return
        lane = self._find(index)
        kind = _TYPES.get(_string(delta.get("type")))
        if kind and (lane is None or lane.ended):
            yield from self._open({"type": kind}, index)
            lane = self._lanes.all[-1]
        if lane is not None:
            yield from self._out(self._lanes.put(lane, lane.item.feed(delta)))

    def _block_stop(self, value: Json) -> Iterable[Event]:
        lane = self._find(value.get("index"))
        if lane is not None:
            yield from self._end_lane(lane)

    def _find(self, index: Any) -> Lane[Content] | None:
        if isinstance(index, int):
            return self._by_index.get(index)
        return next(iter(reversed(self._lanes.unfinished)), None)

    def _end_lane(self, lane: Lane[Content]) -> Iterable[Event]:
        if not lane.ended:
            yield from self._out(self._lanes.put(lane, lane.item.end()))
            yield from self._out(self._lanes.end(lane))

    def _delta(self, value: Json) -> Iterable[Event]:
        """`message_delta`: why it stopped, and the usage, which counts from the beginning of the message."""
        self._note_usage(value.get("usage"))
        if isinstance(value.get("delta"), dict):
            self._note_reason({**(_others(value, EVENT) or {}), **value["delta"]})
        if self._reason:
            yield from self._finish()
        if self._finished or not self._lanes.unfinished:
            yield from self._tell_usage()

    def _tell_usage(self) -> Iterable[Event]:
        usage = read_usage(self._usage)
        if self._usage and usage != self._told:
            self._told = usage
            yield UsageSeen(usage, _others(self._usage, USAGE))

    def _stop(self, value: Json) -> Iterable[Event]:
        """`message_stop`. Some servers never say why."""
        yield from self._finish()

    def _finish(self) -> Iterable[Event]:
        if self._finished:
            return
        yield from self._release()
        yield from self._tell_usage()
        self._finished = True
        sequence = self._reason.get("stop_sequence")
        reason = _REASONS.get(self._reason.get("stop_reason", ""), "tool_use" if self._called else "end_turn")
        yield Finish(reason, sequence if isinstance(sequence, str) else None, _others(self._reason, MESSAGE))

    def _note_reason(self, delta: Json) -> None:
        if isinstance(delta.get("stop_reason"), str) and not self._reason:
            self._reason = delta

    def _note_usage(self, usage: Any) -> None:
        """Later figures win, except an empty prompt, which some imitators report at the end."""
        if not isinstance(usage, dict):
            return
        empty = not any(_count(usage, name) for name in _PROMPT)
        fresh = {k: v for k, v in usage.items() if v is not None and not (empty and k in _PROMPT)}
        self._usage = {**self._usage, **fresh}

    def _release(self) -> Iterable[Event]:
        for lane in self._lanes.unfinished:
            yield from self._end_lane(lane)
        pending, self._searches = self._searches, {}
        yield from pending.values()

    def _out(self, events: Iterable[Event]) -> Iterable[Event]:
        for event in events:
            if isinstance(event, ToolStart):
                self._called = True
            if isinstance(event, Opaque):
                yield from self._server_block(event)
            else:
                yield event

    def _server_block(self, event: Opaque) -> Iterable[Event]:
        """Join a web search with its result. Searches that a program of the model made stay as they are."""
        block = event.block
        caller = block.get("caller")
        direct = not isinstance(caller, dict) or caller.get("type") in (None, "direct")
        if direct and block.get("type") == "server_tool_use" and block.get("name") == "web_search":
            self._searches[_string(block.get("id"))] = event
        elif direct and block.get("type") == "web_search_tool_result":
            call_id = _string(block.get("tool_use_id"))
            yield _search(call_id, self._searches.pop(call_id, Opaque({})), block.get("content"))
        else:
            yield event


def _search(call_id: str, call: Opaque, content: Any) -> WebSearch:
    given = _input(call)
    query = _string(given.get("query")) if isinstance(given, dict) else ""
    if not isinstance(content, list):
        code = content.get("error_code") if isinstance(content, dict) else None
        return WebSearch(call_id, query, (), _string(code) or "unavailable")
    return WebSearch(call_id, query, tuple(_hits(content)))


def _input(call: Opaque) -> Any:
    streamed = "".join(_string(delta.get("partial_json")) for delta in call.deltas)
    try:
        return load(streamed) if streamed else call.block.get("input")
    except (ValueError, RecursionError):
        return None


def _others(holder: Json, known: frozenset[str]) -> Json | None:
    """Return the fields that have no place in events, None if there are none."""
    return {name: value for name, value in holder.items() if name not in known and value is not None} or None


def _hits(results: list[Any]) -> Iterable[SearchHit]:
    for result in results:
        if isinstance(result, dict):
            texts = (_string(result.get(k)) for k in ("url", "title", "page_age", "encrypted_content"))
            yield SearchHit(*texts)


def read_usage(usage: Json) -> Usage:
    """Return Anthropic's usage object as `Usage`; what is missing or no number is 0."""
    searches, details = usage.get("server_tool_use"), usage.get("output_tokens_details")
    return Usage(
        input=_count(usage, "input_tokens"),
        output=_count(usage, "output_tokens"),
        cache_read=_count(usage, "cache_read_input_tokens"),
        cache_write=_count(usage, "cache_creation_input_tokens"),
        reasoning=_count(details, "thinking_tokens"),
        searches=_count(searches, "web_search_requests"),
        cache_write_1h=_count(usage.get("cache_creation"), "ephemeral_1h_input_tokens"),
    )


def _count(holder: Any, name: str) -> int:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, int) and value > 0 else 0


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


_STEPS: dict[str, Callable[[MessagesDecoder, Json], Iterable[Event]]] = {
    "message": MessagesDecoder._message,
    "message_start": MessagesDecoder._start,
    "content_block_start": MessagesDecoder._block_start,
    "content_block_delta": MessagesDecoder._block_delta,
    "content_block_stop": MessagesDecoder._block_stop,
    "message_delta": MessagesDecoder._delta,
    "message_stop": MessagesDecoder._stop,
    "error": MessagesDecoder._fail,
}
