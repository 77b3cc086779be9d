"""The vendors' own types as judges of what is sent: their packages' request types, checked to the last field."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.beta import BetaMessageParam, BetaToolUnionParam
from anthropic.types.beta.message_create_params import MessageCreateParamsStreaming
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.responses import ResponseInputItemParam, ToolParam
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from pydantic import TypeAdapter

from tests.legal import events

Json = dict[str, Any]


def check_responses(body: Json) -> None:
    """Assert that a Responses body is one that OpenAI's types take, with nothing beside them."""
    _same({**body, "stream": True}, ResponseCreateParamsStreaming)
    for item in body["input"]:
        _same(item, ResponseInputItemParam)
    for tool in body.get("tools", ()):
        _same(tool, ToolParam)


def check_chat(body: Json) -> None:
    """Assert that a chat-completions body is one that OpenAI's types take, with nothing beside them."""
    _same({**body, "stream": True}, CompletionCreateParamsStreaming)
    for message in body["messages"]:
        _same(message, ChatCompletionMessageParam)
    for tool in body.get("tools", ()):
        _same(tool, ChatCompletionToolParam)


def check_messages(body: Json) -> None:
    """Assert that a Messages body is one that Anthropic's types take, with nothing beside them."""
    _same({**body, "stream": True}, MessageCreateParamsStreaming)
    for message in body["messages"]:
        _same(message, BetaMessageParam)
    for tool in body.get("tools", ()):
        _same(tool, BetaToolUnionParam)


def check_reply(message: Json) -> None:
    """Assert that Anthropic's types take a message that a client gets."""
    _adapter(Message).validate_python(message)


def check_events(stream: bytes) -> None:
    """Assert that Anthropic's types take every event of a stream that a client gets."""
    for name, value in events(stream):
        if name not in ("ping", "error"):
            _adapter(RawMessageStreamEvent).validate_python(value)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _same(value: Any, kind: Any) -> None:
    """Fields that a type doesn't know are dropped on the way through it, so nothing may be missing afterwards."""
    assert _plain(_adapter(kind).validate_python(value)) == value


def _plain(value: Any) -> Any:
    """Return the value with the lists that the types read lazily."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | Iterator):
        return [_plain(v) for v in value]
    return value
