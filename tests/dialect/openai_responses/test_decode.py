"""Responses in every order and state in which servers send them."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.core.event import Citation, Event, Fault, Finish, Signature, Start, Text, ToolStart, UsageSeen, WebSearch
from ccr.core.usage import Usage
from ccr.dialect.openai_responses.decode import ResponsesDecoder
from tests.dialect.wire import WIRE, calls, decoded, legal, text, thinking
from tests.grammar import joined

Json = dict[str, Any]


def response(kind: str = "completed", **fields: Any) -> Json:
    return {"type": f"response.{kind}", "response": {"id": "r", "model": "m", "status": kind, **fields}}


def item_of(number: int, kind: str) -> Json:
    """Return the final form of an item; the number makes it unlike the others."""
    if kind == "call":
        arguments = json.dumps({"n": number, "text": "ü" * number})
        return {
            "type": "function_call",
            "id": f"fc{number}",
            "call_id": f"c{number}",
            "name": "f",
            "arguments": arguments,
        }
    if kind == "message":
        return {"type": "message", "id": f"m{number}", "content": [{"type": "output_text", "text": f"<text {number}>"}]}
    part = {"type": "summary_text", "text": f"<thought {number}>"}
    return {"type": "reasoning", "id": f"r{number}", "summary": [part], "encrypted_content": "e"}


DELTAS = {
    "function_call": ("function_call_arguments", "arguments"),
    "message": ("output_text", "text"),
    "reasoning": ("reasoning_summary_text", "text"),
}


def lane_of(index: int, item: Json, *, pieces: int) -> list[Json]:
    """Return the events of one item, its text cut into so many pieces."""
    name, field = DELTAS[item["type"]]
    holder = item if field == "arguments" else (item.get("content") or item["summary"])[0]
    whole = holder[field]
    begun = {k: v for k, v in item.items() if k in ("type", "id", "call_id", "name")}
    where = {"output_index": index, "item_id": item["id"]}
    cuts = [len(whole) * n // max(pieces, 1) for n in range(pieces + 1)]
    deltas = [
        {"type": f"response.{name}.delta", **where, "delta": whole[a:b], "content_index": 0, "summary_index": 0}
        for a, b in pairwise(cuts)
    ]
    return [
        {"type": "response.output_item.added", "output_index": index, "item": begun},
        *deltas,
        {"type": f"response.{name}.done", **where, field: whole, "content_index": 0, "summary_index": 0},
        {"type": "response.output_item.done", "output_index": index, "item": item},
    ]


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    """Return (items, events): the events of all items in turns, some left out, as servers do."""
    kinds = draw(st.lists(st.sampled_from(["call", "call", "message", "reasoning"]), min_size=1, max_size=5))
    items = [item_of(number, kind) for number, kind in enumerate(kinds)]
    lanes = [lane_of(i, item, pieces=draw(st.integers(0, 4))) for i, item in enumerate(items)]
    for lane in lanes:
        lane[:] = (
            lane[:1] + [e for e in lane[1:-1] if not e["type"].endswith(".done") or draw(st.booleans())] + lane[-1:]
        )
    events: list[Json] = []
    begun = 0
    while any(lanes):
        # Items begin in their order; after that their events may come in any.
        ready = [n for n, lane in enumerate(lanes) if lane and n <= begun]
        chosen = draw(st.sampled_from(ready))
        events.append(lanes[chosen].pop(0))
        begun = max(begun, chosen + 1)
    flaw = draw(st.sampled_from(["none", "no index", "index 0", "new ids"]))
    for event in events:
        if flaw == "no index":
            event.pop("output_index")
        elif flaw == "index 0":
            event["output_index"] = 0
        elif flaw == "new ids":
            event["item_id"] = draw(st.uuids().map(str))
            if "item" in event:
                event["item"] = {**event["item"], "id": event["item_id"]}
    return items, events


def shape(events: list[Event]) -> list[Event]:
    """Return the events with the ids of reasoning left out, which some servers change all the time."""
    return joined(Signature("") if isinstance(e, Signature) else e for e in events)


@given(interleavings(), st.booleans())
@settings(max_examples=150)
def test_items_come_out_whole_and_in_order_however_they_interleave(drawn: Any, with_output: bool) -> None:
    items, events = drawn
    end = response(output=items if with_output else [])
    found = decoded(ResponsesDecoder({}), [response("created"), *events, end])
    wanted = [(i["call_id"], "f", json.loads(i["arguments"])) for i in items if i["type"] == "function_call"]
    assert calls(found) == wanted
    assert text(found) == "".join(i["content"][0]["text"] for i in items if i["type"] == "message")
    assert thinking(found) == "".join(i["summary"][0]["text"] for i in items if i["type"] == "reasoning")
    assert [e.reason for e in found if isinstance(e, Finish)] == ["tool_use" if wanted else "end_turn"]


@given(interleavings())
@settings(max_examples=60)
def test_whole_response_gives_the_events_of_its_stream(drawn: Any) -> None:
    items, events = drawn
    body = {"object": "response", "id": "r", "model": "m", "status": "completed", "output": items}
    streamed = decoded(ResponsesDecoder({}), [response("created"), *events, response()])
    decoder = ResponsesDecoder({})
    whole = legal([*decoder.whole(body), *decoder.close()])
    assert shape(whole) == shape(streamed)


@given(interleavings())
@settings(max_examples=60)
def test_only_the_final_list_is_enough(drawn: Any) -> None:
    items, events = drawn
    told = decoded(ResponsesDecoder({}), [response("created"), *events, response(output=items)])
    assert shape(decoded(ResponsesDecoder({}), [response(output=items)])) == shape(told)


WORDS = st.sampled_from(
    [
        "message",
        "reasoning",
        "function_call",
        "custom_tool_call",
        "web_search_call",
        "mcp_call",
        "refusal",
        "search",
        "",
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(), st.text(max_size=4), WORDS)
FIELDS = [
    *(
        "type",
        "id",
        "item_id",
        "call_id",
        "name",
        "arguments",
        "delta",
        "text",
        "output_index",
        "content_index",
        "item",
    ),
    *(
        "part",
        "content",
        "summary",
        "annotation",
        "annotations",
        "url",
        "action",
        "sources",
        "query",
        "queries",
        "status",
    ),
    *(
        "response",
        "error",
        "usage",
        "output",
        "incomplete_details",
        "input_tokens",
        "refusal",
        "input",
        "object",
        "code",
    ),
]
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=8,
)
KINDS = st.sampled_from(
    [
        *("response.created", "response.in_progress", "response.output_item.added", "response.output_item.done"),
        *("response.output_text.delta", "response.output_text.done", "response.output_text.annotation.added"),
        *("response.content_part.added", "response.content_part.done", "response.refusal.delta"),
        *("response.function_call_arguments.delta", "response.function_call_arguments.done", "response.odd"),
        *(
            "response.custom_tool_call_input.delta",
            "response.reasoning_summary_text.delta",
            "response.reasoning_text.delta",
        ),
        *(
            "response.web_search_call.completed",
            "response.completed",
            "response.incomplete",
            "response.failed",
            "error",
            "",
        ),
    ]
)
EVENTS = st.builds(
    lambda kind, fields: {**fields, "type": kind}, KINDS, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=7)
)


@given(st.lists(EVENTS | VALUES, max_size=12))
@settings(max_examples=120)
def test_nothing_that_is_sent_breaks_the_decoder(values: list[Any]) -> None:
    decoded(ResponsesDecoder({}), values)
    decoder = ResponsesDecoder({})
    legal([e for value in values for e in decoder.whole(value)] + list(decoder.close()))


@pytest.mark.parametrize("data", [b"", b"[DONE]", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b'"text"', b"42"])
def test_data_that_is_no_event_is_passed_over(data: bytes) -> None:
    decoder = ResponsesDecoder({})
    assert list(decoder.event(data, "")) == []
    assert list(decoder.close()) == []


@pytest.mark.parametrize(
    ("value", "status", "message"),
    [
        ({"type": "error", "code": "server_error", "message": "Oops"}, 500, "Oops"),
        ({"type": "error", "error": {"code": "rate_limit_exceeded", "message": "Slow"}}, 429, "Slow"),
        ({"error": {"code": 502, "message": "Provider returned error"}}, 502, "Provider returned error"),
        (
            response("failed", error={"code": "context_length_exceeded", "message": "too long"}),
            400,
            "prompt is too long",
        ),
        (response("failed", error=None), 502, "'failed' without saying why"),
        (response("cancelled"), 502, "'cancelled' without saying why"),
        ({"detail": "Not found"}, 500, "Not found"),
    ],
)
def test_failure_is_a_fault(value: Json, status: int, message: str) -> None:
    fault = decoded(ResponsesDecoder({}), [value, response()])[-1]
    assert isinstance(fault, Fault)
    assert fault.status == status
    assert message in fault.message


def test_error_event_that_is_no_json_is_a_fault() -> None:
    assert list(ResponsesDecoder({}).event(b"upstream timed out", "error")) == [
        Fault("api_error", "upstream timed out", 502)
    ]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (response(), "end_turn"),
        (response("incomplete", incomplete_details={"reason": "max_output_tokens"}), "max_tokens"),
        (response("incomplete", incomplete_details={"reason": "content_filter"}), "refusal"),
        (response("incomplete", incomplete_details={"reason": "server_timeout"}), "max_tokens"),
        (response("incomplete", incomplete_details=None), "max_tokens"),
        ({"type": "response.completed", "response": {}}, "end_turn"),
        ({"type": "response.done", "response": {"status": "completed"}}, "end_turn"),
    ],
)
def test_end_has_its_reason(end: Json, reason: str) -> None:
    assert decoded(ResponsesDecoder({}), [end])[-1] == Finish(reason)  # type: ignore[arg-type]


def test_reply_in_the_background_is_not_finished() -> None:
    decoder = ResponsesDecoder({})
    found = list(decoder.whole({"object": "response", "id": "r", "model": "m", "status": "queued", "output": []}))
    assert found == [Start("r", "m")]


def test_usage_is_split_and_comes_before_the_end() -> None:
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 5},
    }
    found = decoded(ResponsesDecoder({}), [response(usage=usage)])
    assert found[-2:] == [
        UsageSeen(Usage(input=10, output=7, cache_read=60, cache_write=30, reasoning=5)),
        Finish("end_turn"),
    ]


def test_deltas_without_an_announcement_are_taken() -> None:
    values = [
        {"type": "response.output_text.delta", "delta": "Hi"},
        {"type": "response.function_call_arguments.delta", "item_id": "fc", "delta": '{"a"'},
        {"type": "response.output_item.done", "item": {**item_of(1, "call"), "id": "fc", "arguments": '{"a":1}'}},
    ]
    found = decoded(ResponsesDecoder({}), [*values, response()])
    assert text(found) == "Hi"
    assert calls(found) == [("c1", "f", {"a": 1})]


def test_calls_that_are_only_told_when_done_are_all_taken_though_each_has_the_index_0() -> None:
    values = [{"type": "response.output_item.done", "output_index": 0, "item": item_of(n, "call")} for n in (1, 2)]
    assert [call for call, _, _ in calls(decoded(ResponsesDecoder({}), [*values, response()]))] == ["c1", "c2"]


def test_late_announcement_names_a_call_that_has_begun() -> None:
    values = [
        {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "fc", "delta": '{"a":'},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item_of(1, "call"), "id": "fc"}},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "fc", "delta": "1}"},
    ]
    found = decoded(ResponsesDecoder({}), [*values, response()])
    assert calls(found) == [("c1", "f", {"a": 1})]


def search_tool(**fields: Any) -> Json:
    return {"tools": [{"type": "web_search_20250305", "name": "web_search", **fields}]}


def test_blocked_domains_are_left_out_of_results_and_citations() -> None:
    urls = [
        "https://a.example/",
        "https://www.bad.example/x",
        "https://bad.example/",
        "https://notbad.example/",
        "http://[",
    ]
    notes = [{"type": "url_citation", "url": url, "start_index": n} for n, url in enumerate(urls)]
    message = {"type": "message", "content": [{"type": "output_text", "text": "x", "annotations": notes}]}
    action = {"type": "search", "query": "q", "sources": [{"url": url} for url in urls]}
    output = [{"type": "web_search_call", "id": "ws", "status": "completed", "action": action}, message]
    request = search_tool(blocked_domains=["www.bad.example"])
    found = decoded(ResponsesDecoder(request), [response(output=output)])
    kept = ["https://a.example/", "https://notbad.example/"]
    assert [hit.url for e in found if isinstance(e, WebSearch) for hit in e.hits] == kept
    assert [e.url for e in found if isinstance(e, Citation)] == kept


def test_search_that_failed_is_an_error_of_its_own() -> None:
    item = {"type": "web_search_call", "id": "ws", "status": "failed", "action": {"type": "search", "query": "q"}}
    found = decoded(ResponsesDecoder({}), [response(output=[item])])
    assert WebSearch("ws", "q", (), "unavailable") in found


def test_search_of_a_stream_that_was_cut_is_still_told() -> None:
    item = {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search", "query": "q"}}
    found = decoded(ResponsesDecoder({}), [{"type": "response.output_item.done", "output_index": 0, "item": item}])
    assert found == [WebSearch("ws", "q")]


def test_text_arrives_while_it_grows() -> None:
    decoder = ResponsesDecoder({})
    events: list[Event] = []
    for value in lane_of(0, item_of(1, "message"), pieces=3)[:3]:
        events += decoder.event(json.dumps(value).encode(), "")
    assert len([e for e in events if isinstance(e, Text)]) == 2


def test_nothing_after_the_end_counts() -> None:
    late = {"type": "response.output_text.delta", "delta": "late"}
    found = decoded(ResponsesDecoder({}), [response(), late, response(usage={"input_tokens": 1})])
    assert found == [Start("r", "m"), Finish("end_turn")]


def test_wrapper_is_a_tool_like_any_other_if_the_client_has_one_of_its_name() -> None:
    item = {"type": "function_call", "call_id": "c", "name": "parallel", "arguments": '{"tool_uses":[]}'}
    request = {"tools": [{"type": "function", "function": {"name": "parallel"}}]}
    found = decoded(ResponsesDecoder(request), [response(output=[item])])
    assert [e.name for e in found if isinstance(e, ToolStart)] == ["parallel"]


def test_text_does_not_wait_for_reasoning_that_is_closed_last() -> None:
    decoder, found = ResponsesDecoder({}), []
    for line in (WIRE / "openai_responses" / "openrouter-reasoning-closed-last.in.sse").read_text().splitlines():
        if line.startswith("data: {"):
            found += decoder.event(line[6:].encode(), "")
        if "response.output_text.delta" in line:
            break
    assert found[-1] == Text("I look.")
