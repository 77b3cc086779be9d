"""Search results and citations out of grounding metadata."""

from typing import Any

import pytest

from ccr.core.event import Citation, SearchHit, WebSearch
from ccr.dialect.gemini.grounding import Grounding


def support(text: str, *numbers: Any) -> dict[str, Any]:
    return {"segment": {"startIndex": 0, "endIndex": 3, "text": text}, "groundingChunkIndices": list(numbers)}


CHUNKS = [
    {"web": {"uri": "https://a", "title": "A"}},
    {"retrievedContext": {"uri": "https://b", "title": "B"}},
    {"maps": {"uri": "https://c"}},
    {"web": {"title": "no address"}},
    "junk",
]


def test_search_tells_queries_and_hits_once() -> None:
    grounding = Grounding()
    grounding.add({"webSearchQueries": ["x", "y"], "groundingChunks": CHUNKS[:1]})
    grounding.add(
        {"webSearchQueries": ["x"], "groundingChunks": CHUNKS, "searchEntryPoint": {"renderedContent": "<div>"}}
    )
    hits = (SearchHit("https://a", "A"), SearchHit("https://b", "B"), SearchHit("https://c"))
    assert grounding.search() == WebSearch("", "x; y", hits)
    assert grounding.searches == 2


def test_citations_tell_what_rests_on_which_source() -> None:
    grounding = Grounding()
    supports = [support("one", 0, 1), support("one", 0), support("two", 0, 3, 9, -1, "0", None), "junk", {"segment": 1}]
    grounding.add({"groundingChunks": CHUNKS, "groundingSupports": supports})
    assert list(grounding.citations()) == [
        Citation("https://a", "A", "one"),
        Citation("https://b", "B", "one"),
        Citation("https://a", "A", "two"),
    ]


@pytest.mark.parametrize(
    "metadata", [None, [], {}, "x", {"webSearchQueries": "x", "groundingChunks": {}, "groundingSupports": 1}]
)
def test_nothing_comes_of_junk(metadata: Any) -> None:
    grounding = Grounding()
    grounding.add(metadata)
    assert (grounding.search(), list(grounding.citations()), grounding.searches) == (None, [], 0)
