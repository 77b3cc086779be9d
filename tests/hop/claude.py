"""Anthropic's rules: https://docs.claude.com/en/api/messages and .../build-with-claude/extended-thinking.

Words of the refusals as in public reports of users.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.hop.mock import Json, Refusal, demand, distinct, legal, only
from tests.hop.move import Move, opaque, pieces, wire_tools

FIELDS = (
    "model messages max_tokens system metadata stop_sequences stream temperature top_p top_k tools tool_choice "
    "thinking service_tier container context_management mcp_servers output_config"
)
BLOCKS = {
    "text": "type text cache_control citations",
    "thinking": "type thinking signature",
    "redacted_thinking": "type data",
    "tool_use": "type id name input cache_control",
    "tool_result": "type tool_use_id content is_error cache_control",
    "image": "type source cache_control",
}
ROLES = {"user": {"text", "image", "tool_result"}, "assistant": {"text", "thinking", "redacted_thinking", "tool_use"}}
THOUGHTS = ("thinking", "redacted_thinking")


class Anthropic:
    """`adaptive` models think as they like and take system messages on the way; older ones are told a budget.

    It demands its own thoughts before calls in each turn if the client `remembers` them; Anthropic itself would do
    without those of earlier turns.
    """

    host = "api.anthropic.com"

    def __init__(self, *, adaptive: bool, remembers: bool = True) -> None:
        self.adaptive = adaptive
        self._remembers = remembers
        self.model = "claude-opus-4-8" if adaptive else "claude-sonnet-4-5"
        self._signed: dict[str, str] = {}
        self._redacted: set[str] = set()
        self._thoughts: dict[str, list[Json]] = {}

    def entry(self) -> Json:
        return {"api_base_url": f"http://{self.host}/v1/messages", "models": [self.model], "api_key": "sk-ant"}

    def check(self, path: str, headers: dict[str, str], body: Json) -> None:
        demand(path.partition("?")[0] == "/v1/messages", "Not found", 404)
        demand(headers.get("x-api-key") == "sk-ant" and "authorization" not in headers, "invalid x-api-key", 401)
        demand(headers.get("anthropic-version") == "2023-06-01", "anthropic-version: header is required")
        only(body, FIELDS, "body")
        demand(body["model"] == self.model, f"model: {body['model']}", 404)
        self._check_thinking(body)
        self._check_system(body.get("system", []))
        self._check_tools(body)
        turns = body["messages"]
        demand(isinstance(turns, list) and turns, "messages: at least one message is required")
        for number, turn in enumerate(turns):
            self._check_turn(turn, f"messages.{number}")
        self._check_order(turns)
        self._check_calls(turns)
        self._check_last_thought(body)
        marks = json.dumps(body).count('"cache_control": {')
        demand(marks <= 4, f"A maximum of 4 blocks with cache_control may be provided. Found {marks}.")

    def say(self, move: Move, body: Json) -> bytes:
        thinks = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
        blocks = list(self._blocks(move, [t["name"] for t in body["tools"]], thinks=thinks))
        thoughts = [block for block in blocks if block["type"] in THOUGHTS]
        for block in blocks:
            if block["type"] == "tool_use":
                self._thoughts[block["id"]] = thoughts
        usage = {"input_tokens": 100, "output_tokens": 1}
        message = {
            "id": f"msg_{move.number}",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
        }
        started = {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}
        events = [{"type": "message_start", "message": started}, {"type": "ping"}]
        for index, block in enumerate(blocks):
            events += _block_events(index, block)
        reason = "tool_use" if move.tools else "end_turn"
        delta = {"stop_reason": reason, "stop_sequence": None}
        events += [{"type": "message_delta", "delta": delta, "usage": {"output_tokens": 50}}, {"type": "message_stop"}]
        return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events)

    def _blocks(self, move: Move, names: list[str], *, thinks: bool) -> Iterator[Json]:
        if thinks and move.thought:
            signature = opaque("claude", self.model, move.number)
            self._signed[signature] = move.thought
            yield {"type": "thinking", "thinking": move.thought, "signature": signature}
            if move.number % 2:
                data = opaque("redacted", self.model, move.number)
                self._redacted.add(data)
                yield {"type": "redacted_thinking", "data": data}
        if move.text:
            yield {"type": "text", "text": move.text}
        for place, (name, arguments) in enumerate(wire_tools(names, move)):
            yield {"type": "tool_use", "id": f"toolu_{move.number:02}{place}", "name": name, "input": arguments}

    def _check_thinking(self, body: Json) -> None:
        thinking = only(body.get("thinking", {"type": "disabled"}), "type budget_tokens display", "thinking")
        kind, allowed = thinking["type"], ("adaptive", "disabled") if self.adaptive else ("enabled", "disabled")
        demand(kind in allowed, f"thinking.type: {kind!r} is not supported on this model")
        if kind == "enabled":
            budget = thinking.get("budget_tokens", 0)
            demand(1024 <= budget < body["max_tokens"], f"thinking.budget_tokens: {budget}")
        if kind != "disabled":
            demand(body.get("temperature", 1) == 1, "`temperature` may only be set to 1 when thinking is enabled")
        demand(not self.adaptive or not {"temperature", "top_p", "top_k"} & set(body), "`temperature` is not supported")

    def _check_system(self, system: Any) -> None:
        for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
            only(block, BLOCKS["text"], "system")
            demand(block["text"].strip(), "system: text content blocks must be non-empty")

    def _check_tools(self, body: Json) -> None:
        for number, tool in enumerate(body.get("tools", [])):
            only(tool, "name description input_schema cache_control type strict", f"tools.{number}")
            legal(tool["name"], r"[a-zA-Z0-9_-]{1,128}", f"tools.{number}.name")
            demand(tool["input_schema"].get("type") == "object", f"tools.{number}.input_schema.type: required")
        distinct((t["name"] for t in body.get("tools", [])), "tools: names must be unique")

    def _check_turn(self, turn: Json, where: str) -> None:
        only(turn, "role content", where)
        role, content = turn["role"], turn["content"]
        if role == "system":
            demand(self.adaptive, f'{where}: Unexpected role "system"')
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        demand(blocks, f"{where}: all messages must have non-empty content")
        for number, block in enumerate(blocks):
            kind = block.get("type")
            demand(kind in ROLES.get(role, {"text"}), f"{where}.content.{number}: {kind!r} is not allowed in {role}")
            self._check_block(only(block, BLOCKS[kind], f"{where}.content.{number}"), f"{where}.content.{number}")

    def _check_block(self, block: Json, where: str) -> None:
        kind = block["type"]
        if kind == "text":
            demand(block["text"].strip(), f"{where}: text content blocks must contain non-whitespace text")
        elif kind == "thinking":
            known = self._signed.get(block["signature"])
            demand(known == block["thinking"], f"{where}: Invalid `signature` in `thinking` block")
        elif kind == "redacted_thinking":
            demand(block["data"] in self._redacted, f"{where}: Invalid `data` in `redacted_thinking` block")
        elif kind == "tool_use":
            legal(block["id"], r"[a-zA-Z0-9_-]+", f"{where}.id")
            legal(block["name"], r"[a-zA-Z0-9_-]{1,200}", f"{where}.name")
            demand(isinstance(block["input"], dict), f"{where}.input: Input should be a valid dictionary")
        elif kind == "tool_result":
            self._check_result(block, where)
        elif kind == "image":
            source = only(block["source"], "type media_type data url", f"{where}.source")
            demand(source["type"] == "url" or source["media_type"].startswith("image/"), f"{where}.source: media_type")

    def _check_result(self, block: Json, where: str) -> None:
        legal(block["tool_use_id"], r"[a-zA-Z0-9_-]+", f"{where}.tool_use_id")
        content = block.get("content", [])
        for inner in [] if isinstance(content, str) else content:
            kind = inner.get("type")
            demand(kind in ("text", "image"), f"{where}.content: {kind!r}")
            demand(kind == "text" or not block.get("is_error"), f"{where}: when is_error is true, all must be text")
            self._check_block(only(inner, BLOCKS[kind], where), where)

    def _check_order(self, turns: list[Json]) -> None:
        demand(turns[0]["role"] == "user", "messages: first message must use the user role")
        for number, turn in enumerate(turns):
            if turn["role"] == "system":
                before, after = turns[number - 1]["role"], [t["role"] for t in turns[number + 1 : number + 2]]
                demand(before == "user" and after in ([], ["assistant"]), f"messages.{number}: system not allowed here")
            if turn["role"] == "assistant" and isinstance(turn["content"], list):
                last = turn["content"][-1]["type"]
                demand(last not in THOUGHTS, "The final block in an assistant message cannot be `thinking`.")
        demand(turns[-1]["role"] != "assistant", "This model does not support assistant message prefill.")

    def _check_calls(self, turns: list[Json]) -> None:
        joined = _joined(turns)
        distinct((b["id"] for t in joined for b in t["content"] if b["type"] == "tool_use"), "`tool_use` ids")
        waiting: list[str] = []
        for turn in joined:
            results = [b["tool_use_id"] for b in turn["content"] if b["type"] == "tool_result"]
            head = [b["type"] for b in turn["content"][: len(results)]]
            missing = set(waiting) - set(results)
            demand(
                not missing and set(head) <= {"tool_result"}, f"`tool_use` ids without `tool_result`: {missing or head}"
            )
            unexpected = set(results) - set(waiting)
            demand(not unexpected, f"unexpected `tool_use_id` found in `tool_result` blocks: {unexpected}")
            distinct(results, "each tool_use must have a single result")
            waiting = [b["id"] for b in turn["content"] if b["type"] == "tool_use"]

    def _check_last_thought(self, body: Json) -> None:
        """Its own thoughts before calls come back unchanged, and while it thinks a budget, before every last calls."""
        turns = [t for t in _joined(body["messages"]) if t["role"] == "assistant"]
        for turn in turns:
            thoughts = [b for b in turn["content"] if b["type"] in THOUGHTS]
            for block in turn["content"]:
                given = self._thoughts.get(block.get("id", "")) if self._remembers else None
                demand(given in (None, thoughts), "`thinking` blocks cannot be modified: they must remain as they were")
            last = turn is turns[-1] and any(
                b["type"] == "tool_result" for b in _joined(body["messages"])[-1]["content"]
            )
            if last and body.get("thinking", {}).get("type") == "enabled":
                kind = turn["content"][0]["type"]
                demand(kind in THOUGHTS, f"Expected `thinking` or `redacted_thinking`, but found `{kind}`")


def _joined(turns: list[Json]) -> list[Json]:
    """Neighbours of one role count as one turn."""
    found: list[Json] = []
    for turn in turns:
        content = turn["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if turn["role"] == "system":
            continue
        if found and found[-1]["role"] == turn["role"]:
            found[-1] = {"role": turn["role"], "content": [*found[-1]["content"], *blocks]}
        else:
            found.append({"role": turn["role"], "content": list(blocks)})
    return found


def _block_events(index: int, block: Json) -> list[Json]:
    kind = block["type"]
    empty = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {"input": {}}}.get(
        kind, {}
    )
    found: list[Json] = [{"type": "content_block_start", "index": index, "content_block": {**block, **empty}}]
    deltas: list[Json] = []
    if kind == "text":
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
    elif kind == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    elif kind == "tool_use":
        text = json.dumps(block["input"]) if block["input"] else ""
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(text)]]
    found += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    return [*found, {"type": "content_block_stop", "index": index}]


__all__ = ["Anthropic", "Refusal"]
