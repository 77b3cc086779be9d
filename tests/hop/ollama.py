"""Ollama's rules at its OpenAI endpoint: https://docs.ollama.com/api/openai-compatibility.

It passes over fields that it does not know, but not over values of another type than it expects.
"""

import json
from typing import Any

from tests.hop.deepseek import check_calls
from tests.hop.mock import Json, arguments, demand, only, sse
from tests.hop.move import Move, pieces, wire_tools

EFFORTS = ("none", "low", "medium", "high", "max")


class Ollama:
    """Calls come whole, with `index` 0 for all of them; thoughts come in `reasoning`.

    With `odd_ids` the calls have the ids of Kimi's models, which are not legal everywhere.
    """

    host = "localhost:11434"

    def __init__(self, *, odd_ids: bool) -> None:
        self.model = "kimi-k2-thinking" if odd_ids else "qwen3:32b"
        self._odd_ids = odd_ids
        self._thoughts: dict[str, str] = {}

    def entry(self) -> Json:
        return {"api_base_url": f"http://{self.host}/v1/chat/completions", "models": [self.model], "api_key": "ollama"}

    def check(self, path: str, headers: dict[str, str], body: Json) -> None:
        demand(path == "/v1/chat/completions", "404 page not found", 404)
        demand(body["model"] == self.model, f"model {body['model']!r} not found", 404)
        demand(body.get("reasoning_effort", "none") in EFFORTS, "invalid reasoning value")
        for tool in body.get("tools", []):
            _check_schema(tool["function"]["parameters"])
        for number, message in enumerate(body["messages"]):
            self._check_message(message, f"messages[{number}]")
        check_calls(body["messages"])

    def say(self, move: Move, body: Json) -> bytes:
        calls = wire_tools([t["function"]["name"] for t in body["tools"]], move)
        found = [
            {
                "id": self._id(move, place, n),
                "index": 0,
                "type": "function",
                "function": {"name": n, "arguments": json.dumps(a)},
            }
            for place, (n, a) in enumerate(calls)
        ]
        for call in found:
            self._thoughts[call["id"]] = move.thought
        deltas: list[Json] = [{"role": "assistant", "content": "", "reasoning": p} for p in pieces(move.thought) if p]
        deltas += [{"role": "assistant", "content": piece} for piece in pieces(move.text) if piece]
        deltas += [{"role": "assistant", "content": "", "tool_calls": [call]} for call in found]
        chunks = [_chunk(move, delta, None) for delta in deltas]
        chunks.append(_chunk(move, {"role": "assistant", "content": ""}, "tool_calls" if calls else "stop"))
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        return sse([*chunks, {**_chunk(move, {}, None), "choices": [], "usage": usage}], end=b"data: [DONE]\n\n")

    def _id(self, move: Move, place: int, name: str) -> str:
        number = 10 * move.number + place
        return f"functions.{name}:{number}" if self._odd_ids else f"call_{number:03}olla"

    def _check_message(self, message: Json, where: str) -> None:
        content, calls = message.get("content"), message.get("tool_calls")
        if isinstance(content, list):
            for part in content:
                demand(part.get("type") in ("text", "image_url"), f"{where}: invalid message format")
                url = part.get("image_url", {}).get("url", "data:image/png;base64,")
                demand(url.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")), "invalid image input")
            demand(message["role"] == "user" or not any(p["type"] != "text" for p in content), f"{where}: image")
        else:
            demand(isinstance(content, str) or calls, f"invalid message content type: {type(content)}")
        for call in calls or []:
            only(call, "id index type function", where)
            arguments(call["function"]["arguments"], where)
            given, thought = self._thoughts.get(call["id"], ""), message.get("reasoning", "")
            demand(thought == given, f"{where}: reasoning {thought!r:.60}, not {given!r:.60}")


def _check_schema(schema: Any) -> None:
    """Ollama reads the parameters into its own structure, two levels deep."""
    demand(schema.get("type") == "object", "tools: parameters must be an object")
    demand(isinstance(schema.get("properties", {}), dict), "json: cannot unmarshal properties")
    for field in schema.get("properties", {}).values():
        demand(isinstance(field, dict), "json: cannot unmarshal into ToolProperty")
        demand(isinstance(field.get("type", ""), str | list), "json: cannot unmarshal type")
        demand(isinstance(field.get("enum", []), list), "json: cannot unmarshal enum")


def _chunk(move: Move, delta: Json, finish: str | None) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": f"chatcmpl-{move.number}", "object": "chat.completion.chunk", "model": "qwen3", "choices": [choice]}
