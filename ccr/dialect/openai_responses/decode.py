"""Response events and whole responses to events.

A whole response is a list of items in their final form, and so is the end of a stream: one code reads both.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from ccr.core.event import (
    Citation,
    Event,
    Finish,
    Signature,
    Start,
    StopReason,
    ToolStart,
    UsageSeen,
    WebSearch,
)
from ccr.core.jsonio import load
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.fault import error_in, make_fault
from ccr.dialect.lane import Lane, Lanes
from ccr.dialect.openai_chat.usage import read_usage
from ccr.dialect.openai_responses.item import (
    CustomCall,
    FunctionCall,
    Item,
    LateReasoning,
    Message,
    Reasoning,
    SearchCall,
)
from ccr.dialect.openai_responses.search import Searches, searches_of

INCOMPLETE: dict[str, StopReason] = {"content_filter": "refusal", "steered": "end_turn", "max_messages": "end_turn"}
"""`incomplete_details.reason`. What is not here was cut off by a limit: the client may ask the model to go on."""

# Which item an event is about, for servers that leave `response.output_item.added` out.
_OWNERS = {
    "output_text": "message",
    "refusal": "message",
    "content_part": "message",
    "reasoning": "reasoning",
    "function_call_arguments": "function_call",
    "custom_tool_call_input": "custom_tool_call",
    "web_search_call": "web_search_call",
}


class ResponsesDecoder:
    """Decodes one reply to `request` (unified)."""

    def __init__(self, request: Json) -> None:
        functions = (t.get("function") or {} for t in request.get("tools") or ())
        self._tools = frozenset(wire_name(str(f["name"])) for f in functions if f.get("name"))
        self._lanes: Lanes[Item] = Lanes()
        self._by_index: dict[int, Lane[Item]] = {}
        self._by_id: dict[str, Lane[Item]] = {}
        self._searches = Searches(request)
        self._late: list[LateReasoning] = []
        self._called = False
        self._started = False
        self._over = False

    @property
    def stopped(self) -> bool:
        """Whether the final event has come."""
        return self._over

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one event. Its type stands inside; `event:` names are optional, `[DONE]` says nothing."""
        try:
            value = load(data)
        except (ValueError, RecursionError):
            return self._broken(data) if name == "error" else ()
        return self._take(value, name) if isinstance(value, dict) else ()

    def whole(self, data: Any, *, alone: bool = True) -> Iterable[Event]:
        """Decode a response that came as one object, or one event of a list of them."""
        return self._take(data, "") if isinstance(data, dict) else ()

    def close(self) -> Iterable[Event]:
        """Release what is held. Without a final event the reply stays unfinished."""
        if not self._over:
            yield from self._release()

    def _take(self, value: Json, name: str) -> Iterable[Event]:
        if self._over:
            return ()
        kind = value.get("type")
        kind = kind if isinstance(kind, str) else name
        if kind == "error" or (value.get("error") and not kind.startswith("response.")):
            return self._fail(value)
        if not kind.startswith("response."):
            return self._end({"response": value}) if _is_response(value) else self._foreign(value)
        step = _STEPS.get(kind)
        return step(self, value) if step else self._grow(value, kind.removeprefix("response."))

    def _foreign(self, value: Json) -> Iterable[Event]:
        fault = error_in(value)
        if fault is not None:
            self._over = True
            yield fault

    def _broken(self, data: bytes) -> Iterable[Event]:
        self._over = True
        yield make_fault(502, data.decode("utf-8", "replace"))

    def _fail(self, value: Json) -> Iterable[Event]:
        self._over = True
        yield error_in(value) or error_in({"error": value}) or make_fault(502, "the upstream reported an error")

    def _begin(self, value: Json) -> Iterable[Event]:
        response = value.get("response")
        if not self._started and not self._lanes.all and isinstance(response, dict):
            self._started = True
            yield Start(_string(response.get("id")), _string(response.get("model")))

    def _added(self, value: Json) -> Iterable[Event]:
        found = value.get("item")
        if not isinstance(found, dict):
            return
        lane = self._find(value, found)
        known = lane is not None and (not lane.item.announced or self._by_id.get(str(found.get("id"))) is lane)
        if lane is not None and known:
            lane.item.announced = True
            lane.item.begin(found)
        else:
            yield from self._open(value, found)

    def _open(self, value: Json, found: Json) -> Iterable[Event]:
        for lane in self._lanes.unfinished:
            if lane.item.settled:
                lane.item.left = True
                yield from self._end_lane(lane, None)
        lane = self._lanes.open(self._item(_string(found.get("type"))))
        lane.item.begin(found)
        index, item_id = value.get("output_index"), found.get("id") or value.get("item_id")
        if isinstance(index, int):
            self._by_index[index] = lane
        if isinstance(item_id, str):
            self._by_id[item_id] = lane

    def _item(self, kind: str) -> Item:
        if kind in ("function_call", "custom_tool_call"):
            make = FunctionCall if kind == "function_call" else CustomCall
            return make(len(self._lanes.all), self._tools)
        return _ITEMS.get(kind, Item)()

    def _find(self, value: Json, found: Json) -> Lane[Item] | None:
        """Return the item that an event is about. Some servers (GitHub Copilot) give it a new id in every event, others
        give every item the index 0.
        """
        kind = found.get("type")
        item_id, index = found.get("id") or value.get("item_id"), value.get("output_index")
        lane = self._by_id.get(item_id) if isinstance(item_id, str) else None
        if lane is None and isinstance(index, int):
            lane = self._by_index.get(index)
            if lane is not None and lane.ended and not lane.item.left:
                lane = None
        if lane is None and not isinstance(index, int):
            lane = next((x for x in reversed(self._lanes.unfinished) if x.item.type == kind), None)
        return lane if lane is not None and lane.item.type in (kind, "") else None

    def _grow(self, value: Json, event: str) -> Iterable[Event]:
        owner = _owner(event)
        part = value.get("part")
        if isinstance(part, dict) and part.get("type") == "reasoning_text":
            owner = "reasoning"
        if not owner:
            return
        found: Json = {"type": owner}
        lane = self._find(value, found)
        if lane is None and event.endswith(".delta"):
            yield from self._open(value, found)
            lane = self._lanes.all[-1]
            lane.item.announced = False
        if lane is not None:
            yield from self._overtake(lane)
            yield from self._out(self._lanes.put(lane, lane.item.feed(event, value)))

    def _overtake(self, lane: Lane[Item]) -> Iterable[Event]:
        """Text does not wait for reasoning that the server closes after all else. Its state is kept for the calls,
        which do wait for it.
        """
        before = self._lanes.unfinished
        before = before[: before.index(lane)] if isinstance(lane.item, Message) and lane in before else []
        if not before or not all(isinstance(x.item, Reasoning) and x.item.closes_late for x in before):
            return
        for one in before:
            late = LateReasoning()
            self._late.append(late)
            one.item.left, one.item.late = True, self._lanes.open(late)
            yield from self._end_lane(one, None)

    def _done(self, value: Json) -> Iterable[Event]:
        final = value.get("item")
        if not isinstance(final, dict):
            return
        lane = self._find(value, final)
        if lane is None:
            yield from self._open(value, final)
            lane = self._lanes.all[-1]
        yield from self._end_lane(lane.item.late or lane, final)

    def _end_lane(self, lane: Lane[Item], final: Json | None) -> Iterable[Event]:
        yield from self._out(self._lanes.put(lane, lane.item.end(final)))
        yield from self._out(self._lanes.end(lane))

    def _end(self, value: Json) -> Iterable[Event]:
        """The response is over, for whatever reason."""
        response = value.get("response")
        response = response if isinstance(response, dict) else {}
        yield from self._begin({"response": response})
        status = response.get("status") or str(value.get("type")).removeprefix("response.")
        if status in ("failed", "cancelled"):
            yield from self._failed(response, status)
            return
        yield from self._fill(response.get("output"))
        yield from self._release()
        yield from _usage(response)
        if status not in ("queued", "in_progress"):
            self._over = True
            yield Finish(self._reason(response, status))

    def _failed(self, response: Json, status: str) -> Iterable[Event]:
        yield from self._release()
        yield from _usage(response)
        self._over = True
        fault = error_in({"error": response.get("error")})
        yield fault or make_fault(502, f"the upstream's response ended as {status!r} without saying why")

    def _reason(self, response: Json, status: Any) -> StopReason:
        refused = any(isinstance(lane.item, Message) and lane.item.refused for lane in self._lanes.all)
        if status == "incomplete":
            details = response.get("incomplete_details")
            reason = _string(details.get("reason")) if isinstance(details, dict) else ""
            return INCOMPLETE.get(reason, "max_tokens")
        if self._called:
            return "tool_use"
        return "refusal" if refused else "end_turn"

    def _fill(self, output: Any) -> Iterable[Event]:
        """Take from the final list what the stream has left out. The n-th item of a type is the n-th that was streamed,
        since neither ids nor indexes can be trusted.
        """
        streamed: dict[str, list[Lane[Item]]] = {}
        for lane in self._lanes.all:
            streamed.setdefault(lane.item.type, []).append(lane)
        for final in output if isinstance(output, list) else ():
            if not isinstance(final, dict):
                continue
            waiting = streamed.get(_string(final.get("type")))
            if waiting:
                lane = waiting.pop(0)
                lane = lane.item.late or lane
                if not lane.ended:
                    yield from self._end_lane(lane, final)
            else:
                yield from self._open({}, final)
                yield from self._end_lane(self._lanes.all[-1], final)

    def _release(self) -> Iterable[Event]:
        for lane in self._lanes.unfinished:
            yield from self._end_lane(lane, None)
        yield from self._searches.release()

    def _out(self, events: Iterable[Event]) -> Iterable[Event]:
        for event in events:
            if isinstance(event, ToolStart):
                self._called = True
                yield from (Signature(late.payload) for late in self._late if late.payload)
                self._late = []
            if isinstance(event, WebSearch):
                yield from self._searches.found(event)
            elif isinstance(event, Citation):
                yield from self._searches.cited(event)
            else:
                yield event


_ITEMS: dict[str, Callable[[], Item]] = {"message": Message, "reasoning": Reasoning, "web_search_call": SearchCall}
_STEPS: dict[str, Callable[[ResponsesDecoder, Json], Iterable[Event]]] = {
    "response.created": ResponsesDecoder._begin,
    "response.queued": ResponsesDecoder._begin,
    "response.in_progress": ResponsesDecoder._begin,
    "response.output_item.added": ResponsesDecoder._added,
    "response.output_item.done": ResponsesDecoder._done,
    "response.completed": ResponsesDecoder._end,
    "response.incomplete": ResponsesDecoder._end,
    "response.failed": ResponsesDecoder._end,
    "response.cancelled": ResponsesDecoder._end,
    "response.done": ResponsesDecoder._end,
    "response.error": ResponsesDecoder._fail,
}


@lru_cache(maxsize=64)
def _owner(event: str) -> str:
    return next((item for start, item in _OWNERS.items() if event.startswith(start)), "")


def _usage(response: Json) -> Iterable[Event]:
    if isinstance(response.get("usage"), dict):
        usage = read_usage(response["usage"])
        yield UsageSeen(replace(usage, searches=max(usage.searches, searches_of(response))))


def _is_response(value: Json) -> bool:
    return value.get("object") == "response" or isinstance(value.get("output"), list)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
