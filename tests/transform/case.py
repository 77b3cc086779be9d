"""Requests, contexts and replies for the tests of transformers."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from ccr.anthropic.unify import unify
from ccr.core.event import (
    Citation,
    Event,
    Fault,
    Finish,
    Signature,
    Start,
    Text,
    Thinking,
    ToolArgs,
    ToolEnd,
    ToolStart,
    UsageSeen,
)
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.dialect.vendor import Vendor
from ccr.dialect.vendor_table import UNKNOWN, for_model, named
from ccr.transform.base import Context, Transformer
from ccr.transform.builtin import BUILTIN

SCHEMA = {
    "type": "object",
    "properties": {"command": {"type": "string"}, "timeout": {"type": "integer"}, "list": {"type": "array"}},
}


def body(**changes: Any) -> Json:
    """Return a Messages body with a turn of tool use behind it, cached and thoughtful."""
    cached = {"cache_control": {"type": "ephemeral"}}
    found: Json = {
        "model": "claude-x",
        "max_tokens": 32000,
        "stream": True,
        "temperature": 1,
        "system": [{"type": "text", "text": "You code.", **cached}],
        "messages": [
            {"role": "user", "content": "List the files."},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "ls will do", "signature": "s"},
                    {"type": "text", "text": "Let me see."},
                    {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}, **cached},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "content": [{"type": "text", "text": "a.py", **cached}],
                    },
                    {"type": "text", "text": "And now?", **cached},
                ],
            },
        ],
        "tools": [{"name": "Bash", "description": "Runs it.", "input_schema": SCHEMA, **cached}],
        "thinking": {"type": "enabled", "budget_tokens": 4000},
    }
    return {name: value for name, value in {**found, **changes}.items() if value is not None}


def request(**changes: Any) -> Json:
    """Return the unified request for such a body."""
    return unify(body(**changes))


def context(vendor: str | Vendor = UNKNOWN, model: str = "m", *, sent: Json | None = None) -> Context:
    """Return a context; `sent` is the edited request, for filters."""
    known = for_model(named(vendor), model) if isinstance(vendor, str) else vendor
    return Context("p", model, known, stream=True, request=sent or {})


def make(name: str, options: Mapping[str, Any] | None = None) -> Transformer:
    """Return a transformer as a configuration names it."""
    return BUILTIN.make(name, options or {})


def edit(name: str, options: Mapping[str, Any] | None, sent: Json, where: Context) -> Json:
    """Return what a transformer makes of a request."""
    return make(name, options).edit(sent, where)


PLAIN = "é"
"""A word that is in nothing but text and thinking."""

MARKED = (
    "<think>",
    "</think>",
    "<reasoning_content>",
    "</reasoning_content>",
    "<tool_call>Bash",
    "</tool_call>",
    "[TOOL_CALLS]",
    "<function=Bash>",
    "</function>",
    "<|tool_call_begin|>",
)
WORDS = st.sampled_from([PLAIN, " ", "\n", "`", "{", '{"name": "Bash", "arguments": {}}', "<", *MARKED])
ARGS = st.lists(st.sampled_from(["{", "}", '"a": 1', "'b': ", "[", '"response": "x', '\\"', '"', ","]), max_size=6)
USAGE = st.just([UsageSeen(Usage(3, 2))])


@st.composite
def tool(draw: st.DrawFn) -> list[Event]:
    """Draw a call; its key is set by `replies`."""
    name = draw(st.sampled_from(["Bash", "ExitTool"]))
    return [ToolStart(0, "id", name), *(ToolArgs(0, piece) for piece in draw(ARGS)), ToolEnd(0)]


ITEMS = st.one_of(
    WORDS.map(lambda word: [Text(word)]),
    WORDS.map(lambda word: [Thinking(word)]),
    st.just([Signature("s")]),
    st.just([Citation("https://example.org")]),
    USAGE,
    tool(),
)


@st.composite
def replies(draw: st.DrawFn) -> list[Event]:
    """Draw the events of a legal reply, whole or broken off."""
    items = draw(st.lists(ITEMS, max_size=10))
    events: list[Event] = [Start("id", "m")] if draw(st.booleans()) else []
    for key, item in enumerate(items):
        events += (with_key(event, key) for event in item)
    end = draw(st.sampled_from(["finish", "fault", "cut"]))
    if end == "finish":
        reason = draw(st.sampled_from(["end_turn", "tool_use", "max_tokens"]))
        events += [Finish(reason), *draw(USAGE)]
    elif end == "fault":
        events.append(Fault("api_error", "broken"))
    return events


def with_key(event: Event, key: int) -> Event:
    """Return a tool's event with another key, any other event as it is."""
    if isinstance(event, ToolStart):
        return ToolStart(key, event.id, event.name)
    if isinstance(event, ToolArgs):
        return ToolArgs(key, event.json)
    return ToolEnd(key) if isinstance(event, ToolEnd) else event
