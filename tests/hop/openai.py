"""The Responses API's rules: https://platform.openai.com/docs/api-reference/responses and .../guides/reasoning."""

import json
from typing import Any

from tests.hop.mock import Json, arguments, demand, distinct, legal, only
from tests.hop.move import Move, opaque, pieces, wire_tools

FIELDS = (
    "background conversation include input instructions max_output_tokens max_tool_calls metadata model "
    "parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning "
    "safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p "
    "truncation user"
)
ITEMS = {
    "message": "type role content id status phase",
    "function_call": "type call_id name arguments id status",
    "function_call_output": "type call_id output id status",
    "reasoning": "type id summary content encrypted_content status",
}
PARTS = {
    "input_text": "type text",
    "input_image": "type image_url detail file_id",
    "input_file": "type filename file_data file_url file_id",
    "output_text": "type text annotations logprobs",
    "refusal": "type refusal",
}


class Responses:
    """A model that reasons: it gives encrypted reasoning, and wants it back where it was."""

    host = "api.openai.com"
    model = "gpt-5.2"

    def __init__(self) -> None:
        self._given: dict[str, Json] = {}
        self._before: dict[str, str] = {}

    def entry(self) -> Json:
        return {"api_base_url": f"http://{self.host}/v1/responses", "models": [self.model], "api_key": "sk-oa"}

    def check(self, path: str, headers: dict[str, str], body: Json) -> None:
        demand(path == "/v1/responses", "Invalid URL", 404)
        demand(headers.get("authorization") == "Bearer sk-oa", "Incorrect API key provided", 401)
        extra = set(body) - set(FIELDS.split())
        demand(not extra, f"Unknown parameter: {extra}")
        demand(body["model"] == self.model, "The requested model does not exist", 404)
        reasoning = only(body.get("reasoning", {}), "effort summary", "reasoning")
        demand(reasoning.get("effort") in (None, "none", "low", "medium", "high", "xhigh"), "Unsupported value: effort")
        reasons = reasoning.get("effort") != "none"
        demand(not reasons or not {"temperature", "top_p"} & set(body), "Unsupported parameter: 'temperature'")
        demand(body.get("max_output_tokens", 16) >= 16, "integer below minimum value: max_output_tokens")
        self._check_tools(body)
        items = body["input"]
        demand(isinstance(items, list) and items, "input must not be empty")
        for number, item in enumerate(items):
            self._check_item(item, f"input[{number}]")
        self._check_calls(items)
        self._check_reasoning(items)

    def say(self, move: Move, body: Json) -> bytes:
        items = list(self._items(move, body))
        events: list[Json] = [{"type": "response.created", "response": _response(move, [], "in_progress")}]
        for index, item in enumerate(items):
            events += _item_events(index, item)
        events.append({"type": "response.completed", "response": _response(move, items, "completed")})
        found = [{**event, "sequence_number": number} for number, event in enumerate(events)]
        return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in found)

    def _items(self, move: Move, body: Json) -> list[Json]:
        found: list[Json] = []
        encrypted = opaque("openai", move.number)
        if move.thought and body.get("reasoning", {}).get("effort") != "none":
            summary = (
                [{"type": "summary_text", "text": move.thought}] if body.get("reasoning", {}).get("summary") else []
            )
            reasoning: Json = {"type": "reasoning", "id": f"rs_{move.number}", "summary": summary}
            demand("reasoning.encrypted_content" in body.get("include", []), "the reasoning would be lost")
            found.append({**reasoning, "encrypted_content": encrypted})
            self._given[encrypted] = {**reasoning, "encrypted_content": encrypted}
        if move.text:
            part = {"type": "output_text", "text": move.text, "annotations": []}
            found.append({"type": "message", "id": f"msg_{move.number}", "role": "assistant", "content": [part]})
        for place, (name, given) in enumerate(wire_tools([t["name"] for t in body["tools"]], move)):
            call_id = f"call_{move.number:02}{place}AbCdEfGhIjKlMnOp"
            call = {"type": "function_call", "id": f"fc_{move.number}_{place}", "call_id": call_id}
            found.append({**call, "name": name, "arguments": json.dumps(given), "status": "completed"})
        if found[0]["type"] == "reasoning" and found[-1]["type"] == "function_call":
            self._before[next(i["call_id"] for i in found if i["type"] == "function_call")] = encrypted
        return found

    def _check_tools(self, body: Json) -> None:
        for number, tool in enumerate(body.get("tools", [])):
            only(tool, "type name description parameters strict", f"tools[{number}]")
            legal(tool["name"], r"[a-zA-Z0-9_-]{1,64}", f"tools[{number}].name")
            demand(tool["parameters"].get("type") == "object", f"tools[{number}]: schema must be of type 'object'")
            demand(
                tool["parameters"].get("properties") is not None, f"tools[{number}]: object schema missing properties"
            )
        distinct((t["name"] for t in body.get("tools", [])), "tools")

    def _check_item(self, item: Json, where: str) -> None:
        kind = item.get("type", "message")
        demand(kind in ITEMS, f"{where}: Invalid value: {kind!r}")
        only(item, ITEMS[kind], where)
        if kind == "message":
            demand(item["role"] in ("user", "assistant", "system", "developer"), f"{where}.role")
            self._check_parts(item["content"], item["role"], where)
        elif kind == "function_call":
            legal(item["name"], r"[a-zA-Z0-9_-]{1,64}", f"{where}.name")
            legal(item["call_id"], r".{1,64}", f"{where}.call_id")
            arguments(item["arguments"], where)
        elif kind == "function_call_output":
            self._check_parts(item["output"], "user", where)

    def _check_parts(self, parts: Any, role: str, where: str) -> None:
        if isinstance(parts, str):
            return
        demand(parts, f"{where}: content must not be empty")
        for part in parts:
            only(part, PARTS.get(part["type"], "type"), where)
            output = part["type"] in ("output_text", "refusal")
            demand(output == (role == "assistant"), f"{where}: Invalid value: {part['type']!r} for {role}")

    def _check_calls(self, items: list[Json]) -> None:
        called = [i["call_id"] for i in items if i.get("type") == "function_call"]
        answered = [i["call_id"] for i in items if i.get("type") == "function_call_output"]
        distinct(called, "call_id")
        distinct(answered, "function_call_output")
        demand(not set(called) - set(answered), f"No tool output found for function call {set(called) - set(answered)}")
        orphans = set(answered) - set(called)
        demand(not orphans, f"No tool call found for function call output with call_id {orphans}")
        for call_id in called:
            places = [place for place, item in enumerate(items) if item.get("call_id") == call_id]
            demand(items[places[0]]["type"] == "function_call", "the output stands before its call")

    def _check_reasoning(self, items: list[Json]) -> None:
        for number, item in enumerate(items):
            if item.get("type") != "reasoning":
                continue
            given = self._given.get(item.get("encrypted_content", ""))
            demand(given is not None, "The encrypted content could not be verified. invalid_encrypted_content")
            demand(given == item, f"input[{number}]: reasoning was changed: {item}")
            follower = items[number + 1].get("type") if number + 1 < len(items) else None
            role = items[number + 1].get("role", "assistant") if follower else None
            demand(
                follower in ("function_call", "message") and role == "assistant",
                f"Item {item['id']!r} of type 'reasoning' was provided without its required following item.",
            )
        for number, item in enumerate(items):
            encrypted = self._before.get(item.get("call_id", "")) if item.get("type") == "function_call" else None
            if encrypted:
                earlier = [i.get("encrypted_content") for i in items[max(0, number - 2) : number]]
                demand(encrypted in earlier, f"function_call {item['call_id']!r} without its required 'reasoning' item")


def _response(move: Move, items: list[Json], status: str) -> Json:
    usage = {"input_tokens": 100, "output_tokens": 20, "input_tokens_details": {"cached_tokens": 50}}
    found = {"id": f"resp_{move.number}", "object": "response", "model": "gpt-5.2", "status": status, "output": items}
    return {**found, "usage": usage if items else None, "error": None, "incomplete_details": None}


def _item_events(index: int, item: Json) -> list[Json]:
    kind = item["type"]
    place = {"output_index": index, "item_id": item["id"]}
    begun = {**item, **{"reasoning": {"summary": []}, "message": {"content": []}}.get(kind, {"arguments": ""})}
    found: list[Json] = [{"type": "response.output_item.added", "output_index": index, "item": begun}]
    if kind == "reasoning" and item["summary"]:
        found += _deltas("reasoning_summary_text", item["summary"][0]["text"], {**place, "summary_index": 0})
    elif kind == "message":
        found += _deltas("output_text", item["content"][0]["text"], {**place, "content_index": 0})
    elif kind == "function_call":
        found += _deltas("function_call_arguments", item["arguments"], place)
        found.append({"type": "response.function_call_arguments.done", **place, "arguments": item["arguments"]})
    return [*found, {"type": "response.output_item.done", "output_index": index, "item": item}]


def _deltas(name: str, text: str, place: Json) -> list[Json]:
    return [{"type": f"response.{name}.delta", **place, "delta": piece} for piece in pieces(text)]
