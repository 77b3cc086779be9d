"""Strategies for bodies that are nearly, or not at all, what the Messages API takes."""

from typing import Any

from hypothesis import strategies as st

KEYS = (
    "type",
    "text",
    "content",
    "source",
    "data",
    "name",
    "input",
    "input_schema",
    "description",
    "thinking",
    "title",
    "role",
    "id",
    "encrypted_content",
    "citations",
    "tool_name",
)
TYPES = (
    "text",
    "image",
    "document",
    "tool_use",
    "tool_result",
    "thinking",
    "redacted_thinking",
    "server_tool_use",
    "web_search_tool_result",
    "tool_reference",
    "base64",
    "url",
    "content",
    "unheard_of",
)

leaves = st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.sampled_from(TYPES), st.text(max_size=12))


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    block = st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    typed = st.builds(lambda kind, rest: {**rest, "type": kind}, st.sampled_from(TYPES), block)
    return st.one_of(st.lists(inner, max_size=4), block, typed)


values = st.recursive(leaves, _containers, max_leaves=12)
"""Any JSON value, made of the words that the API knows."""

messages = st.lists(
    st.one_of(
        values,
        st.fixed_dictionaries({"role": st.sampled_from(("user", "assistant", "system")), "content": values}),
    ),
    max_size=4,
)
bodies = st.one_of(
    values,
    st.fixed_dictionaries({}, optional={"system": values, "tools": values, "messages": st.one_of(messages, values)}),
)
