"""Usage wherever vendors put it, whatever they call it."""

from typing import Any

import pytest
from hypothesis import given

from ccr.core.event import UsageSeen
from ccr.core.usage import Usage
from ccr.dialect.openai_chat.usage import UsageWatch, find_usage, read_usage
from tests.dialect.openai_chat.soup import ANYTHING

TOLD = {"prompt_tokens": 10, "completion_tokens": 5}


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ({"usage": TOLD}, Usage(10, 5)),
        ({"usage": None, "x_groq": {"usage": TOLD}}, Usage(10, 5)),
        ({"usage": {}, "choices": [{"usage": TOLD}]}, Usage(10, 5)),
        ({"choices": [None, {"usage": TOLD}]}, Usage(10, 5)),
        ({"timings": {"cache_n": 3, "prompt_n": 7, "predicted_n": 5}}, Usage(7, 5, 3)),
        ({"usage": TOLD, "timings": {"prompt_n": 1}}, Usage(10, 5)),
        ({"timings": {"predicted_n": 5}}, None),
        ({"usage": None, "x_groq": {"id": "r"}}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_usage_is_found(chunk: dict[str, Any], expected: Usage | None) -> None:
    assert find_usage(chunk) == expected


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}}, Usage(6, 5, 4)),
        ({"prompt_tokens": 10, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6}, Usage(6, 0, 4)),
        ({"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6}, Usage(6, 0, 4)),
        ({"prompt_tokens": 10, "cached_tokens": 4}, Usage(6, 0, 4)),
        ({"prompt_tokens": 10, "cost": 0.5, "is_byok": False}, Usage(10, cost=0.5)),
        (
            {"prompt_tokens": 10, "cost": 0.5, "is_byok": True, "cost_details": {"upstream_inference_cost": 2}},
            Usage(10, cost=2.5),
        ),
        ({"prompt_tokens": 10, "cost": 0.5, "cost_details": {"upstream_inference_cost": 2}}, Usage(10, cost=0.5)),
        ({"prompt_tokens": 10, "cost": {"total_cost": 1}, "cost_details": 5}, Usage(10)),
        ({"prompt_tokens": 10, "cost": -1}, Usage(10)),
        ({"input_tokens": 10, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}}, Usage(6, 5, 4)),
        ({"prompt_tokens": 10, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3}, Usage(3, 0, 4, 3)),
        (
            {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3}},
            Usage(3, 0, 4, 3),
        ),
        (
            {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4, "cache_creation_input_tokens": 3}},
            Usage(3, 0, 4, 3),
        ),
        ({"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 99}}, Usage(0, 0, 10)),
        (
            {"prompt_tokens": 10, "completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 7}},
            Usage(10, 9, reasoning=7),
        ),
        (
            {
                "prompt_tokens": 12,
                "completion_tokens": 1,
                "total_tokens": 399,
                "completion_tokens_details": {"reasoning_tokens": 386},
            },
            Usage(12, 387, reasoning=386),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 9, "total_tokens": 19, "reasoning_tokens": 7},
            Usage(10, 9, reasoning=7),
        ),
        ({"prompt_tokens": 10, "num_cached_tokens": 4}, Usage(6, cache_read=4)),
        ({"prompt_tokens": 10, "prompt_token_details": {"cached_tokens": 4}}, Usage(6, cache_read=4)),
        ({"prompt_tokens": 10, "total_tokens": 15}, Usage(10, 5)),
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 99}, Usage(10, 5)),
        ({"prompt_tokens": 10, "server_tool_use_details": {"web_search_requests": 2}}, Usage(10, searches=2)),
        ({"prompt_tokens": 10, "num_search_queries": 3}, Usage(10, searches=3)),
        ({"prompt_tokens": "10", "completion_tokens": None, "prompt_tokens_details": 7}, Usage()),
        ({"prompt_tokens": 10.0, "completion_tokens": -5}, Usage(10, 0)),
        ({"prompt_tokens": True, "completion_tokens": 1e400}, Usage()),
    ],
    ids=repr,
)
def test_usage_adds_up(usage: dict[str, Any], expected: Usage) -> None:
    assert read_usage(usage) == expected


@given(ANYTHING)
def test_usage_takes_anything(value: Any) -> None:
    for chunk in (
        {"usage": value},
        {"usage": {"prompt_tokens": value, "prompt_tokens_details": value}},
        {"timings": value},
    ):
        found = find_usage(chunk)
        assert found is None or found.input >= 0


def test_watch_tells_news_only() -> None:
    watch = UsageWatch()
    watch.read({"usage": TOLD}, content=True)
    assert watch.news() == [UsageSeen(Usage(10, 5))]
    watch.read({"usage": TOLD}, content=True)
    assert watch.news() == ()
    watch.read({"usage": {"completion_tokens": 7}}, content=False)
    assert watch.news() == [UsageSeen(Usage(10, 7))]


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([({}, True), ({"usage": TOLD}, False)], True),
        ([({}, True), ({"usage": TOLD}, False), ({}, False)], True),
        ([({}, True), ({"usage": TOLD}, False), ({}, True)], False),
        ([({"usage": TOLD}, True), ({"usage": TOLD}, False)], False),
        ([({}, True), ({"usage": {"prompt_tokens": 0, "completion_tokens": 0}}, False)], False),
        ([({}, True)], False),
    ],
    ids=["at the end", "with an empty chunk behind", "more comes", "with every piece", "all zeros", "never"],
)
def test_watch_knows_a_sum_at_the_end(chunks: list[tuple[dict[str, Any], bool]], expected: bool) -> None:
    watch = UsageWatch()
    for chunk, content in chunks:
        watch.read(chunk, content=content)
    assert watch.summed_up is expected
