"""Request bodies shaped like Claude Code's, of any length; the same ones in every run."""

import json
import random
from typing import Any

Json = dict[str, Any]

TEXT = (
    "def return import self class value request stream token model router config provider await yield error retry "
    "cache path file line test assert None True for while with open read write json key name the of and to in is that"
)
WORDS = TEXT.split()
ENDS = ("", " ", "\n    ", "(a, b)", ":", ".get()", " = 3", "_x")


def text(chance: random.Random, words: int) -> str:
    """Return something between code and prose."""
    return " ".join(chance.choice(WORDS) + chance.choice(ENDS) for _ in range(words))


def tool(chance: random.Random, number: int) -> Json:
    """Return the definition of a tool."""
    fields = {f"p{n}": {"type": "string", "description": text(chance, 12)} for n in range(6)}
    schema = {"type": "object", "properties": fields, "required": ["p0"], "additionalProperties": False}
    return {"name": f"Tool{number}", "description": text(chance, 280), "input_schema": schema}


def turn(chance: random.Random, number: int) -> list[Json]:
    """Return a tool call of the assistant and its result."""
    call_id = f"toolu_{number:024d}"
    call = {
        "type": "tool_use",
        "id": call_id,
        "name": "Tool1",
        "input": {"p0": text(chance, 10), "p1": text(chance, 20)},
    }
    result = {"type": "tool_result", "tool_use_id": call_id, "content": text(chance, 200)}
    said = {"type": "text", "text": text(chance, 30)}
    return [{"role": "assistant", "content": [said, call]}, {"role": "user", "content": [result]}]


def body(model: str, *, turns: int = 0, tools: int = 0, system: int = 0) -> bytes:
    """Return a request with so many turns and tools, and a system prompt of so many words."""
    chance = random.Random(7)
    prompt = [{"type": "text", "text": text(chance, system), "cache_control": {"type": "ephemeral"}}]
    asked = {"role": "user", "content": [{"type": "text", "text": text(chance, 60)}]}
    found: Json = {"model": model, "max_tokens": 32000, "stream": True, "temperature": 1}
    found["metadata"] = {"user_id": "user_a_account__session_@session-1234-1234-1234-123456789012"}
    if system:
        found["system"] = [{"type": "text", "text": "You are Claude Code."}, *prompt]
    if tools:
        found["tools"] = [tool(chance, number) for number in range(tools)]
    found["messages"] = [asked, *(message for number in range(turns) for message in turn(chance, number))]
    return json.dumps(found, separators=(",", ":")).encode()
