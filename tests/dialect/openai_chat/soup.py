"""Random chunks, likely and unlikely ones, for tests that anything at all may come."""

from typing import Any

from hypothesis import strategies as st

from tests.chat import delta, tool, usage

Json = dict[str, Any]

TEXTS = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["<think>", "</think>", "<th", "ink>", " ", "\n", "a", "ü🙂", "[THINK]", "```"]),
)
ARGUMENTS = st.sampled_from(
    [
        "",
        "{",
        '{"a":',
        "1}",
        "{}",
        '{"a":1}',
        '{"a":1}{"b":2}',
        "x",
        "[",
        '"',
        "\\",
        ' {"',
        "'a': True}",
        None,
        {"a": 1},
        3,
    ]
)
IDS = st.sampled_from([None, "", "a", "b", "a", 7])
DETAIL = st.fixed_dictionaries(
    {"type": st.sampled_from(["reasoning.text", "reasoning.summary", "reasoning.encrypted", None])},
    optional={
        "text": st.one_of(st.text(max_size=4), st.none()),
        "data": st.text(max_size=4),
        "signature": st.sampled_from(["s", None]),
        "index": st.integers(0, 1),
        "id": st.sampled_from(["i", None]),
    },
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = ("content", "reasoning", "reasoning_content", "reasoning_details", "tool_calls", "refusal", "annotations")
ODD: st.SearchStrategy[Json] = st.one_of(
    st.builds(lambda field, value: delta(**{field: value}), st.sampled_from(FIELDS), ANYTHING),
    st.builds(lambda value: {"choices": value}, ANYTHING),
    st.builds(lambda value: {"choices": [{"delta": {"tool_calls": [{"function": value}]}}]}, ANYTHING),
    st.builds(lambda value: {"choices": [{"finish_reason": value, "delta": {}}]}, ANYTHING),
    st.builds(lambda value: {"choices": [], "usage": value, "x_groq": value, "timings": value}, ANYTHING),
    st.builds(lambda value: {"choices": [], "search_results": value, "citations": value}, ANYTHING),
    st.dictionaries(st.sampled_from(["id", "model", "usage", "code", "detail", "object"]), ANYTHING, max_size=2),
)
LIKELY: st.SearchStrategy[Json] = st.one_of(
    st.builds(lambda text: delta(content=text), TEXTS),
    st.builds(lambda text: delta(reasoning_content=text), TEXTS),
    st.builds(lambda text: delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]), TEXTS),
    st.builds(lambda details: delta(reasoning_details=details), st.lists(DETAIL, max_size=2)),
    st.builds(
        lambda index, call, name, args: tool(index, call=call, name=name, args=args),
        st.one_of(st.none(), st.integers(0, 2)),
        IDS,
        st.sampled_from([None, "Bash", "Read", ""]),
        ARGUMENTS,
    ),
    st.builds(
        lambda reason: delta(finish=reason),
        st.sampled_from(["stop", "length", "tool_calls", "", "content_filter", "x"]),
    ),
    st.builds(usage, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
)
CHUNKS = st.lists(st.one_of(LIKELY, LIKELY, LIKELY, ODD), max_size=12)
