"""The request as it travels through the router: one OpenAI-shaped JSON dict, edited by transformers.

The shapes below are those of chat completions, with Anthropic's data kept on the parts (`cache_control`,
signatures, documents), so that every dialect finds what it needs and nothing is lost on the way to an Anthropic
upstream. They are documentation and type hints; at run time they are plain dicts and unknown keys are kept.
"""

from typing import Any, Literal, NotRequired, TypedDict

Json = dict[str, Any]


class Part(TypedDict):
    """A content part.

    `text`: {text}. `image_url`: {image_url: {url: data: or http URL}, media_type}. `document`: Anthropic's own
    block. Any other type is an Anthropic block that has no counterpart (`server_tool_use`, `search_result`, ...);
    dialects turn it into text or drop it.
    """

    type: str
    text: NotRequired[str]
    image_url: NotRequired[Json]
    media_type: NotRequired[str]
    cache_control: NotRequired[Json]


class Function(TypedDict):
    """`arguments` is JSON text."""

    name: str
    arguments: str


class ToolCall(TypedDict):
    id: str
    type: Literal["function"]
    function: Function


class Thought(TypedDict):
    """The reasoning of an assistant turn. `content` is the joined text.

    `blocks` are the client's own `thinking` and `redacted_thinking` blocks in order, byte for byte;
    `signature` is the last block's.
    """

    content: str
    signature: str
    blocks: NotRequired[list[Json]]


class Message(TypedDict):
    """One message.

    `role` is system, user, assistant or tool. A system message may stand anywhere. Each tool result is a message
    of its own (`tool_call_id`, `is_error`, `cache_control`), directly after the assistant message that has the call.
    `order` tells the order of an assistant's blocks (`thinking`, `part`, `tool`) when it is not the usual one:
    all thinking, then all parts, then all tools.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[Part] | None
    tool_calls: NotRequired[list[ToolCall]]
    tool_call_id: NotRequired[str]
    is_error: NotRequired[bool]
    cache_control: NotRequired[Json]
    thinking: NotRequired[Thought]
    order: NotRequired[list[str]]


class Tool(TypedDict):
    """A function tool {type: function, function: {name, description, parameters}}.

    `cache_control`, `defer_loading`, `strict` and other Anthropic keys stand beside `function`. A server tool keeps
    its Anthropic form: {type: "web_search_20250305", name, max_uses, ...}.
    """

    type: str
    function: NotRequired[Json]


class Reasoning(TypedDict):
    """How much to think. `enabled` False means that the client switched thinking off.

    `max_tokens` is an explicit budget. `adaptive` means that the client leaves it to the model. No `reasoning` key
    at all: the client said nothing.
    """

    enabled: bool
    effort: NotRequired[str]
    max_tokens: NotRequired[int]
    adaptive: NotRequired[bool]


class Unified(TypedDict):
    """The request.

    `anthropic` holds the top-level fields that only Anthropic knows (context_management, container, mcp_servers,
    thinking, output_config, ...) as the client sent them; other dialects never send it.
    """

    model: str
    messages: list[Message]
    stream: bool
    max_tokens: NotRequired[int]
    temperature: NotRequired[float]
    top_p: NotRequired[float]
    top_k: NotRequired[int]
    stop: NotRequired[list[str]]
    tools: NotRequired[list[Tool]]
    tool_choice: NotRequired[str | Json]
    parallel_tool_calls: NotRequired[bool]
    reasoning: NotRequired[Reasoning]
    response_format: NotRequired[Json]
    user: NotRequired[str]
    service_tier: NotRequired[str]
    anthropic: NotRequired[Json]
