"""The order of a chat's messages that strict chat templates insist on."""

from collections.abc import Iterable
from typing import Any

from ccr.core.unified import Json

CALLS = 128
"""Calls that OpenAI, and others after it, take in one message of the assistant."""

UNDERSTOOD = "Understood."
"""Said by the assistant where what follows is refused without it."""


def without_user_after_tool(messages: Iterable[Json]) -> list[Json]:
    """Mistral refuses a user message directly after a tool result: the text joins the result it follows.

    https://docs.mistral.ai/capabilities/function_calling/, https://github.com/mistralai/mistral-common/issues/169
    """
    found: list[Json] = []
    for message in messages:
        content = message.get("content")
        if found and found[-1].get("role") == "tool" and message.get("role") == "user":
            if isinstance(content, str):
                found[-1] = {**found[-1], "content": _with_text(found[-1].get("content"), content)}
                continue
            found.append({"role": "assistant", "content": UNDERSTOOD})
        found.append(message)
    return found


def with_one_user(messages: Iterable[Json]) -> list[Json]:
    """Some templates take no two messages of the user, one after the other: they become one.

    https://github.com/vllm-project/vllm/issues/6862
    """
    found: list[Json] = []
    for message in messages:
        content = message.get("content")
        if found and found[-1].get("role") == message.get("role") == "user":
            before = found[-1].get("content")
            both = _with_text(before, content) if isinstance(content, str) else [*_parts(before), *_parts(content)]
            found[-1] = {**found[-1], "content": both}
        else:
            found.append(message)
    return found


def with_few_calls(messages: list[Json], most: int = CALLS) -> list[Json]:
    """Return the messages with at most so many calls in a turn; the turn's results go along with their calls.

    https://github.com/openai/openai-dotnet/issues/317
    """
    if not any(len(message["tool_calls"]) > most for message in messages if "tool_calls" in message):
        return messages
    found: list[Json] = []
    waiting: list[Json] = []  # the turns that the next result may belong to
    for message in messages:
        if message.get("role") == "tool" and waiting:
            turn = next((t for t in waiting if _has_call(t, message.get("tool_call_id"))), waiting[-1])
            turn["results"].append(message)
            continue
        found += _with_results(waiting)
        waiting = [{**turn, "results": []} for turn in _split(message, most)] if "tool_calls" in message else []
        found += [] if waiting else [message]
    return found + _with_results(waiting)


def _split(message: Json, most: int) -> list[Json]:
    """Return a turn as several; what was thought before its calls belongs to each, what was said to the first."""
    calls = message["tool_calls"]
    starts = range(0, len(calls), most)
    return [{**message, "tool_calls": calls[at : at + most]} | ({"content": None} if at else {}) for at in starts]


def _has_call(turn: Json, call_id: Any) -> bool:
    return any(call.get("id") == call_id for call in turn["tool_calls"])


def _with_results(turns: list[Json]) -> list[Json]:
    found: list[Json] = []
    for turn in turns:
        results = turn.pop("results")
        found += [turn, *results]
    return found


def _parts(content: Any) -> list[Json]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def _with_text(content: Any, text: str) -> str | list[Json]:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": text}]
    return f"{content}\n\n{text}" if content else text
