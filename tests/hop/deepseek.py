"""DeepSeek's rules: https://api-docs.deepseek.com/api/create-chat-completion and .../guides/thinking_mode."""

import json
from typing import Any

from tests.hop.mock import Json, arguments, demand, distinct, legal, only, sse
from tests.hop.move import Move, pieces, wire_tools

FIELDS = (
    "model messages stream stream_options max_tokens temperature top_p stop tools tool_choice thinking response_format "
    "frequency_penalty presence_penalty logprobs top_logprobs reasoning_effort user"
)
MESSAGES = {
    "system": "role content name",
    "user": "role content name",
    "assistant": "role content name tool_calls reasoning_content prefix",
    "tool": "role content tool_call_id",
}


class DeepSeek:
    """It thinks unless told not to, and then wants its thoughts back in every turn with calls."""

    host = "api.deepseek.com"

    def __init__(self, model: str = "deepseek-v4-pro") -> None:
        self.model = model
        self._thoughts: dict[str, str] = {}

    def entry(self) -> Json:
        return {"api_base_url": f"http://{self.host}/chat/completions", "models": [self.model], "api_key": "sk-ds"}

    def check(self, path: str, headers: dict[str, str], body: Json) -> None:
        demand(path == "/chat/completions", "Not found", 404)
        demand(headers.get("authorization") == "Bearer sk-ds", "Authentication Fails", 401)
        only(body, FIELDS, "body")
        demand(body["model"] == self.model, "Model Not Exist")
        demand(1 <= body.get("max_tokens", 1) <= 384_000, "Invalid max_tokens value")
        check_tools(body, required="name parameters", limit=64)
        for number, message in enumerate(body["messages"]):
            self._check_message(message, f"messages[{number}]")
        check_calls(body["messages"])
        if _thinks(body):
            choice = body.get("tool_choice", "auto")
            demand(choice in ("auto", "none"), f"{self.model} does not support this tool_choice")
            self._check_thoughts(body["messages"])

    def say(self, move: Move, body: Json) -> bytes:
        names = [t["function"]["name"] for t in body["tools"]]
        calls = wire_tools(names, move)
        thought = move.thought if _thinks(body) else ""
        self._thoughts[f"reply {move.number}"] = thought
        for place in range(len(calls)):
            self._thoughts[_call_id(move, place)] = thought
        deltas: list[Json] = [{"role": "assistant", "content": None, "reasoning_content": ""}]
        deltas += [{"content": None, "reasoning_content": piece} for piece in pieces(thought)]
        deltas += [{"content": piece, "reasoning_content": None} for piece in pieces(move.text)]
        texts = [pieces(json.dumps(given)) for _, given in calls]
        for place, (name, _) in enumerate(calls):
            function = {"name": name, "arguments": ""}
            deltas.append(_call_delta(place, id=_call_id(move, place), type="function", function=function))
            deltas += [_call_delta(place, function={"arguments": piece}) for piece in texts[place]]
        chunks = [_chunk(move, [{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
        finish = "tool_calls" if calls else "stop"
        chunks.append(_chunk(move, [{"index": 0, "delta": {"content": ""}, "finish_reason": finish}]))
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_cache_hit_tokens": 60}
        return b": keep-alive\n\n" + sse([*chunks, {**_chunk(move, []), "usage": usage}], end=b"data: [DONE]\n\n")

    def _check_message(self, message: Json, where: str) -> None:
        only(message, MESSAGES[message["role"]], where)
        content = message.get("content")
        if message["role"] == "tool":
            demand(isinstance(content, str), f"{where}: invalid type: expected a string")
        elif isinstance(content, list):
            kinds = {part.get("type") for part in content}
            demand(kinds == {"text"}, f"{where}: unknown variant {kinds}, expected `text`")
        elif message["role"] == "assistant":
            demand(content or message.get("tool_calls"), "Invalid assistant message: content or tool_calls must be set")
        else:
            demand(isinstance(content, str) and content, f"{where}: content must not be empty")

    def _check_thoughts(self, messages: list[Json]) -> None:
        for number, message in enumerate(messages):
            calls = message.get("tool_calls") or []
            thought = message.get("reasoning_content")
            if calls:
                demand(thought is not None, f"Missing `reasoning_content` field in message {number}")
                given = self._thoughts.get(calls[0]["id"], "")
                demand(thought == given, f"message {number}: reasoning_content {thought!r:.60}, not {given!r:.60}")
            demand(not thought or thought in self._thoughts.values(), f"message {number}: somebody else's thought")


def check_tools(body: Json, *, required: str, limit: int) -> None:
    """Refuse function tools that chat completions don't take."""
    for number, tool in enumerate(body.get("tools", [])):
        where = f"tools[{number}]"
        only(tool, "type function", where)
        function = only(tool["function"], "name description parameters strict", where)
        demand(not set(required.split()) - set(function), f"{where}: fields are missing")
        legal(function["name"], rf"[a-zA-Z0-9_-]{{1,{limit}}}", f"{where}.name")
        demand(function["parameters"].get("type") == "object", f"{where}: parameters must be an object")
    distinct((t["function"]["name"] for t in body.get("tools", [])), "tool names must be unique")


def check_calls(messages: list[Json], *, limit: int = 64) -> None:
    """Refuse calls without results, results without calls, and anything between the two."""
    waiting: list[str] = []
    for number, message in enumerate(messages):
        if message["role"] == "tool":
            call_id = message["tool_call_id"]
            demand(
                call_id in waiting,
                "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
            )
            waiting.remove(call_id)
            continue
        demand(
            not waiting,
            f"An assistant message with 'tool_calls' must be followed by tool messages: {waiting} ({number})",
        )
        calls: list[Any] = message.get("tool_calls") or []
        for call in calls:
            only(call, "id type function index", f"messages[{number}].tool_calls")
            legal(call["function"]["name"], rf"[a-zA-Z0-9_-]{{1,{limit}}}", f"messages[{number}].tool_calls.name")
            arguments(call["function"]["arguments"], f"messages[{number}].tool_calls")
        waiting = [call["id"] for call in calls]
        distinct(waiting, f"messages[{number}].tool_calls")
    demand(not waiting, f"insufficient tool messages following tool_calls message: {waiting}")


def _thinks(body: Json) -> bool:
    return bool(body.get("thinking", {}).get("type") != "disabled")


def _call_id(move: Move, place: int) -> str:
    return f"call_00_{move.number:02}_{place}_" + "x" * 18


def _call_delta(place: int, **fields: Any) -> Json:
    return {"tool_calls": [{"index": place, **fields}]}


def _chunk(move: Move, choices: list[Json]) -> Json:
    return {"id": f"ds-{move.number}", "object": "chat.completion.chunk", "model": "deepseek", "choices": choices}
