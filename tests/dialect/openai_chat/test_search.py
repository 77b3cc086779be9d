"""Web searches as vendors report them."""

from typing import Any

import pytest

from ccr.core.event import Citation, SearchHit, WebSearch
from ccr.core.unified import Json
from ccr.dialect.openai_chat.search import UNAVAILABLE, Sources, executed_searches, hits_of, is_vain
from ccr.dialect.vendor import Vendor

A, B = SearchHit("https://a/", "A", "", "about"), SearchHit("https://b/")
CITED = {
    "type": "url_citation",
    "url_citation": {"url": "https://a/", "title": "A", "content": "about", "start_index": 0},
}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([CITED], [A]),
        (["https://b/", "not a url", 7], [B]),
        ([{"url": "https://a/", "title": "A", "snippet": "about"}], [A]),
        ([{"url": "https://b/", "title": None, "date": "May"}], [SearchHit("https://b/", "", "May")]),
        ([{"type": "file", "file": {"hash": "x"}}, {"url": ""}, None], []),
        (None, []),
        ({"url": "https://a/"}, []),
    ],
    ids=repr,
)
def test_hits_of_reads_every_form(sources: Any, expected: list[SearchHit]) -> None:
    assert list(hits_of(sources)) == expected


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (
            {"arguments": '{"query":"q"}', "search_results": {"results": [{"url": "https://b/"}]}},
            [WebSearch("", "q", (B,))],
        ),
        ({"arguments": "{", "search_results": {"results": [{"url": "https://b/"}]}}, [WebSearch("", "", (B,))]),
        ({"arguments": '{"query":"q"}', "search_results": {"results": []}}, []),
        ({"arguments": '{"query":"q"}'}, []),
        ({"search_results": None}, []),
        (7, []),
    ],
    ids=repr,
)
def test_executed_searches_are_those_with_results(tool: Any, expected: list[WebSearch]) -> None:
    assert list(executed_searches({"executed_tools": [tool]})) == expected
    assert list(executed_searches({"executed_tools": tool})) == []


def test_sources_tell_the_search_before_the_text_and_cite_after_it() -> None:
    sources = Sources(searching=True)
    sources.note([CITED, CITED])
    assert list(sources.found()) == [WebSearch("", hits=(A,))]
    assert list(sources.found()) == []
    sources.note(["https://b/"])
    assert list(sources.end()) == [Citation("https://a/", "A", "about"), Citation("https://b/")]


def test_sources_that_come_late_are_told_at_the_end() -> None:
    sources = Sources(searching=True)
    assert list(sources.found()) == []
    sources.note_beside({"citations": ["https://b/"], "search_results": None})
    assert list(sources.end()) == [Citation("https://b/"), WebSearch("", hits=(B,))]


def test_sources_of_a_search_that_nobody_asked_for_are_cited_only() -> None:
    sources = Sources(searching=False)
    sources.note([CITED])
    assert list(sources.found()) == []
    assert list(sources.end()) == [Citation("https://a/", "A", "about")]


SEARCH = {"type": "web_search_20250305", "name": "web_search"}
SEARCHER = Vendor("x", search_fields={"enable_search": True})


@pytest.mark.parametrize(
    ("request_fields", "vendor", "vain"),
    [
        ({"tools": [SEARCH]}, Vendor("x"), True),
        ({"tools": [SEARCH]}, SEARCHER, False),
        ({"tools": [SEARCH], "enable_search": True}, Vendor("x"), False),
        ({"tools": [SEARCH, {"type": "function", "function": {"name": "Bash"}}]}, Vendor("x"), False),
        ({"tools": []}, Vendor("x"), False),
        ({"tools": None}, Vendor("x"), False),
    ],
    ids=["nobody searches", "the vendor does", "a transformer asks for it", "one tool of several", "none", "null"],
)
def test_a_search_is_vain_where_nothing_asks_for_it(request_fields: Json, vendor: Vendor, vain: bool) -> None:
    assert is_vain({"model": "m", "messages": [], "stream": True, **request_fields}, vendor) is vain


def test_a_vain_search_is_told_of_after_the_text() -> None:
    sources = Sources(searching=True, vain=True)
    assert list(sources.found()) == []
    assert list(sources.end()) == [UNAVAILABLE]


def test_a_search_that_was_run_all_the_same_is_not_vain() -> None:
    cited = Sources(searching=True, vain=True)
    cited.note([CITED])
    assert UNAVAILABLE not in [*cited.found(), *cited.end()]
    executed = Sources(searching=True, vain=True)
    found = {"arguments": '{"query":"q"}', "search_results": {"results": [{"url": "https://b/"}]}}
    assert list(executed.executed({"executed_tools": [found]})) == [WebSearch("", "q", (B,))]
    assert list(executed.end()) == []
