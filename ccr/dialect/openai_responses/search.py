"""The web searches of one reply, and the sources it cites."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ccr.core.event import Citation, SearchHit, WebSearch
from ccr.core.unified import Json


class Searches:
    """Leaves out the domains that the client's search tool excludes: the API has no field for them.

    A search that names no sources waits for what the text cites.
    """

    def __init__(self, request: Json) -> None:
        self._blocked = _blocked_domains(request)
        self._waiting: list[WebSearch] = []
        self._cited: dict[str, SearchHit] = {}

    def found(self, event: WebSearch) -> Iterable[WebSearch]:
        """Take a search, return it if it is complete."""
        if event.error:
            yield event
        elif event.hits:
            yield WebSearch(event.id, event.query, tuple(h for h in event.hits if self._allowed(h.url)))
        else:
            self._waiting.append(event)

    def cited(self, event: Citation) -> Iterable[Citation]:
        """Take a source, return it if the client allows it."""
        if self._allowed(event.url):
            self._cited.setdefault(event.url, SearchHit(event.url, event.title))
            yield event

    def release(self) -> Iterable[WebSearch]:
        """Return the searches that waited, at the end of the reply."""
        waiting, self._waiting = self._waiting, []
        for number, search in enumerate(waiting):
            # Who names no sources with the search has cited them in the text.
            hits = tuple(self._cited.values()) if number == 0 else ()
            yield WebSearch(search.id, search.query, hits)

    def _allowed(self, url: str) -> bool:
        if not self._blocked:
            return True
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return False
        return not any(host == domain or host.endswith(f".{domain}") for domain in self._blocked)


def searches_of(response: Json) -> int:
    """Return how many searches the vendor counts, 0 if it does not say: OpenAI beside the usage, xAI within it."""
    usage, tools = response.get("usage"), response.get("tool_usage")
    search = tools.get("web_search") if isinstance(tools, dict) else None
    details = usage.get("server_side_tool_usage_details") if isinstance(usage, dict) else None
    return max(_count(search, "num_requests"), _count(details, "web_search_calls"))


def _count(holder: Any, name: str) -> int:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, int) and value > 0 else 0


def _blocked_domains(request: Json) -> tuple[str, ...]:
    found: list[str] = []
    for tool in request.get("tools") or ():
        domains = tool.get("blocked_domains") if str(tool.get("type", "")).startswith("web_search") else None
        found += [d.lower().removeprefix("www.") for d in domains or () if isinstance(d, str)]
    return tuple(found)
