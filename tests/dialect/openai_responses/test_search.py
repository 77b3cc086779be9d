"""Searches and sources of one reply."""

from typing import Any

import pytest

from ccr.core.event import Citation, SearchHit, WebSearch
from ccr.dialect.openai_responses.search import Searches, searches_of

TOOL = {"type": "web_search_20250305", "name": "web_search", "blocked_domains": ["www.Bad.example"]}
GOOD, BAD = SearchHit("https://good.example/"), SearchHit("https://news.bad.example/x")


def test_a_search_without_sources_gets_what_the_text_cites() -> None:
    searches = Searches({})
    assert list(searches.found(WebSearch("ws_1", "q"))) == []
    assert list(searches.found(WebSearch("ws_2", "r"))) == []
    assert len(list(searches.cited(Citation(GOOD.url, "T")))) == 1
    assert list(searches.release()) == [
        WebSearch("ws_1", "q", (SearchHit(GOOD.url, "T"),)),
        WebSearch("ws_2", "r"),
    ]
    assert list(searches.release()) == []


def test_blocked_domains_are_left_out() -> None:
    searches = Searches({"tools": [TOOL, {"type": "function"}]})
    assert list(searches.found(WebSearch("ws_1", "q", (GOOD, BAD)))) == [WebSearch("ws_1", "q", (GOOD,))]
    assert list(searches.cited(Citation(BAD.url))) == []
    assert list(searches.cited(Citation("http://[bad"))) == []


def test_a_failed_search_is_told_at_once() -> None:
    failed = WebSearch("ws_1", "", (), "unavailable")
    assert list(Searches({}).found(failed)) == [failed]


@pytest.mark.parametrize(
    ("response", "count"),
    [
        ({"tool_usage": {"web_search": {"num_requests": 2}}, "usage": {}}, 2),
        ({"usage": {"server_side_tool_usage_details": {"web_search_calls": 1}}}, 1),
        ({"tool_usage": {"web_search": None}, "usage": None}, 0),
        ({"tool_usage": [], "usage": {"server_side_tool_usage_details": {"web_search_calls": "1"}}}, 0),
    ],
    ids=["openai", "xai", "none", "odd"],
)
def test_searches_are_counted_as_the_vendor_does(response: dict[str, Any], count: int) -> None:
    assert searches_of(response) == count
