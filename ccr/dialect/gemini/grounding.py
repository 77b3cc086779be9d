"""What Gemini found on the web: https://ai.google.dev/gemini-api/docs/google-search#understanding_the_response."""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import Citation, SearchHit, WebSearch
from ccr.core.unified import Json

_SOURCES = ("web", "retrievedContext", "maps", "image")


class Grounding:
    """Collects the grounding of one reply: chunks may repeat it, and only the last one is sure to be whole."""

    def __init__(self) -> None:
        self._queries: dict[str, None] = {}
        self._chunks: list[Any] = []
        self._supports: list[Any] = []

    @property
    def searches(self) -> int:
        """How many searches were run."""
        return len(self._queries)

    def add(self, metadata: Any) -> None:
        """Take the `groundingMetadata` of a candidate."""
        if not isinstance(metadata, dict):
            return
        self.add_queries(metadata.get("webSearchQueries"))
        chunks, supports = metadata.get("groundingChunks"), metadata.get("groundingSupports")
        if isinstance(chunks, list) and chunks:
            self._chunks = chunks
        if isinstance(supports, list) and supports:
            self._supports = supports

    def add_queries(self, queries: Any) -> None:
        """Take what was searched for."""
        for query in queries if isinstance(queries, list) else ():
            if isinstance(query, str) and query:
                self._queries[query] = None

    def citations(self) -> Iterable[Citation]:
        """Yield the sources of the answer's statements, each pair once."""
        seen: set[tuple[str, str]] = set()
        for support in self._supports:
            if not isinstance(support, dict):
                continue
            segment = support.get("segment")
            text = _string(segment.get("text")) if isinstance(segment, dict) else ""
            numbers = support.get("groundingChunkIndices")
            for number in numbers if isinstance(numbers, list) else ():
                hit = self._hit(number)
                if hit is not None and (hit.url, text) not in seen:
                    seen.add((hit.url, text))
                    yield Citation(hit.url, hit.title, text)

    def search(self) -> WebSearch | None:
        """Return the searches as one, None if there were none."""
        hits = {hit.url: hit for number in range(len(self._chunks)) if (hit := self._hit(number)) is not None}
        if not hits and not self._queries:
            return None
        return WebSearch("", "; ".join(self._queries), tuple(hits.values()))

    def _hit(self, number: Any) -> SearchHit | None:
        if not isinstance(number, int) or not 0 <= number < len(self._chunks):
            return None
        chunk: Json = self._chunks[number] if isinstance(self._chunks[number], dict) else {}
        source = next((s for name in _SOURCES if isinstance(s := chunk.get(name), dict)), {})
        url = _string(source.get("uri")) or _string(source.get("sourceUri"))
        return SearchHit(url, _string(source.get("title"))) if url else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
