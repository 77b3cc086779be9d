"""Web searches that a chat-completions upstream ran by itself, in the forms that vendors report them."""

from collections.abc import Iterable, Mapping
from typing import Any

from ccr.core.event import Citation, Event, SearchHit, WebSearch
from ccr.core.jsonio import load
from ccr.core.unified import Json, Unified
from ccr.dialect.vendor import Vendor

UNAVAILABLE = WebSearch("", error="unavailable")
"""What the client is told of a search that nobody ran, so that it doesn't take what the model made up for results."""


def searches(tool: Json) -> bool:
    """Tell whether a tool is Anthropic's web search."""
    return str(tool.get("type")).startswith("web_search")


def is_vain(request: Json, vendor: Vendor) -> bool:
    """Tell whether a search is all that a request is for, as Claude Code's are, and nothing makes the upstream search.

    What a transformer has added may be its way of asking for one.
    """
    tools = request.get("tools") or ()
    asked = bool(vendor.search_fields) or bool(request.keys() - Unified.__annotations__.keys())
    return bool(tools) and all(searches(tool) for tool in tools) and not asked


class Sources:
    """Collects the sources of one reply. `searching` says whether the client asked for a web search, `vain` that it
    asked for nothing else and the upstream knows no way to do it.
    """

    def __init__(self, *, searching: bool, vain: bool = False) -> None:
        self._hits: dict[str, SearchHit] = {}
        self._searching = searching
        self._vain = vain
        self._told = False

    def note(self, annotations: Any) -> None:
        """Take a list of sources; vendors repeat them."""
        for hit in hits_of(annotations):
            self._hits.setdefault(hit.url, hit)

    def note_beside(self, chunk: Mapping[str, Any]) -> None:
        """Take the sources that stand beside the choices (Perplexity).

        https://docs.perplexity.ai/guides/chat-completions-guide
        """
        for field in ("search_results", "citations"):
            if chunk.get(field):
                self.note(chunk[field])

    def found(self) -> Iterable[WebSearch]:
        """Return the search before the text that rests on it, if its results are known by then."""
        if self._searching and self._hits and not self._told:
            self._told = True
            return [WebSearch("", hits=tuple(self._hits.values()))]
        return ()

    def end(self) -> Iterable[Event]:
        """Return what the end of the text brings: its citations, and the search if it was not told before."""
        yield from (Citation(hit.url, hit.title, hit.content) for hit in self._hits.values())
        yield from self.found()
        if self._vain and not (self._told or self._hits):
            yield UNAVAILABLE

    def executed(self, message: Json) -> Iterable[WebSearch]:
        """Return the searches that a message tells of."""
        for search in executed_searches(message):
            self._told = True
            yield search


def hits_of(sources: Any) -> Iterable[SearchHit]:
    """Return the sources in `annotations` (OpenAI, OpenRouter: url_citation), `search_results` or `citations` lists."""
    for source in sources if isinstance(sources, list) else ():
        if isinstance(source, str) and source.startswith("http"):
            yield SearchHit(source)
        elif isinstance(source, dict):
            inner = source.get("url_citation")
            found = _hit(inner if isinstance(inner, dict) else source)
            if found is not None:
                yield found


def executed_searches(message: Json) -> Iterable[WebSearch]:
    """Return Groq's `executed_tools` that were searches: https://console.groq.com/docs/agentic-tooling"""
    tools = message.get("executed_tools")
    for tool in tools if isinstance(tools, list) else ():
        if not isinstance(tool, dict) or not isinstance(tool.get("search_results"), dict):
            continue
        hits = tuple(hits_of(tool["search_results"].get("results")))
        if hits:
            yield WebSearch("", _query(tool.get("arguments")), hits)


def _hit(source: Json) -> SearchHit | None:
    url = source.get("url")
    if not isinstance(url, str) or not url:
        return None
    text = {k: v for k in ("title", "content", "snippet", "date") if isinstance(v := source.get(k), str)}
    return SearchHit(url, text.get("title", ""), text.get("date", ""), text.get("content") or text.get("snippet", ""))


def _query(arguments: Any) -> str:
    if isinstance(arguments, str):
        try:
            arguments = load(arguments)
        except ValueError:
            return ""
    query = arguments.get("query") if isinstance(arguments, dict) else ""
    return query if isinstance(query, str) else ""
