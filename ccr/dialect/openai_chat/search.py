"""Web searches that a chat-completions upstream ran by itself, in the forms that vendors report them."""

from collections.abc import Iterable
from typing import Any

from ccr.core.event import SearchHit, WebSearch
from ccr.core.jsonio import load
from ccr.core.unified import Json


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
