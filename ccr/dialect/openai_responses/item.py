"""The output items of a response: each decodes what is said of it while it grows, then its final form.

Servers that send no deltas, only some, or everything twice give the same events, because the final form adds only what
has not been said. https://platform.openai.com/docs/api-reference/responses-streaming
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ccr.core.event import (
    Citation,
    Event,
    SearchHit,
    Signature,
    Text,
    Thinking,
    ToolArgs,
    ToolEnd,
    ToolStart,
    WebSearch,
)
from ccr.core.jsonio import dump_text, is_complete, load
from ccr.core.unified import Json
from ccr.dialect.lane import Lane

PART_BREAK = "\n\n"
"""Between the parts of a reasoning summary, which are paragraphs with a title each."""


class Item:
    """An item of a type that has no place in a reply, such as an MCP listing: it is passed over."""

    type = ""
    settled = False
    """Whether it has said all it is likely to say, although it has not ended."""
    left = False
    """Whether the next item began before it had ended; its end may still come."""
    announced = True
    """Whether the server has told of it before it grew."""
    late: "Lane[Item] | None" = None
    """Takes its end, if something else has gone on before."""

    def begin(self, found: Json) -> None:
        """Take what an item tells of itself at its beginning."""

    def feed(self, event: str, data: Json) -> Iterable[Event]:
        """Take an event about this item; `event` is its type without `response.`."""
        return ()

    def end(self, final: Json | None) -> Iterable[Event]:
        """Take the final form of the item, or None if the response ended without one."""
        return ()


class Message(Item):
    """Text and refusals, with the sources they name."""

    type = "message"

    def __init__(self) -> None:
        self.refused = False
        self._said: dict[int, list[str]] = {}
        self._cited: set[tuple[Any, ...]] = set()

    def feed(self, event: str, data: Json) -> Iterable[Event]:
        """`output_text.*`, `refusal.*` and `content_part.*`."""
        index = _number(data.get("content_index"))
        self.settled = event.endswith(".done")
        if event in ("output_text.delta", "refusal.delta"):
            self.refused = self.refused or event == "refusal.delta"
            yield from self._say(index, _string(data.get("delta")))
        elif event in ("output_text.done", "refusal.done"):
            whole = _string(data.get("text")) or _string(data.get("refusal"))
            said = "".join(self._said.get(index, ()))
            if whole.startswith(said):
                yield from self._say(index, whole[len(said) :])
        elif event == "output_text.annotation.added":
            yield from self._cite([data.get("annotation")])

    def end(self, final: Json | None) -> Iterable[Event]:
        """Say what has not been said, part by part."""
        content = (final or {}).get("content")
        parts = [p for p in content if isinstance(p, dict)] if isinstance(content, list) else []
        whole = "".join(map(_part_text, parts))
        said = "".join(chain.from_iterable(self._said.values()))
        known = len(said) if whole.startswith(said) else len(whole)
        for part in parts:
            text = _part_text(part)
            self.refused = self.refused or part.get("type") == "refusal"
            if rest := text[known:]:
                yield Text(rest)
            known = max(0, known - len(text))
            yield from self._cite(part.get("annotations"))

    def _say(self, index: int, text: str) -> Iterable[Event]:
        if text:
            self._said.setdefault(index, []).append(text)
            yield Text(text)

    def _cite(self, annotations: Any) -> Iterable[Event]:
        for annotation in annotations if isinstance(annotations, list) else ():
            if not isinstance(annotation, dict) or annotation.get("type") != "url_citation":
                continue
            # OpenRouter wraps it once more, as in chat completions.
            inner = annotation.get("url_citation")
            found = inner if isinstance(inner, dict) else annotation
            url, title = _string(found.get("url")), _string(found.get("title"))
            place = (url, str(found.get("start_index")), str(found.get("end_index")))
            if url and place not in self._cited:
                self._cited.add(place)
                yield Citation(url, title)


class Reasoning(Item):
    """A summary (OpenAI), the reasoning itself (open models: `reasoning_text`), or only its encrypted form."""

    type = "reasoning"

    def __init__(self) -> None:
        self._id = ""
        self._source = ""
        self._part: object = None
        self._said: list[str] = []

    @property
    def closes_late(self) -> bool:
        """Whether it has been told, and ends only after the text that follows: where OpenRouter makes the items up.

        https://openrouter.ai/docs/api/reference/responses/reasoning
        """
        return bool(self._said) and self._id.startswith("rs_tmp_")

    def begin(self, found: Json) -> None:
        """Take the id."""
        self._id = _string(found.get("id")) or self._id

    def feed(self, event: str, data: Json) -> Iterable[Event]:
        """`reasoning_summary_text.delta` and `reasoning_text.delta`; whichever comes first is the one shown."""
        delta = _string(data.get("delta"))
        if not event.startswith("reasoning") or not event.endswith(".delta") or not delta:
            return
        source = "summary" if "summary" in event else "content"
        if source != (self._source or source):
            return
        self._source = source
        part = data.get("summary_index" if source == "summary" else "content_index")
        text = PART_BREAK + delta if self._said and part != self._part else delta
        self._part = part
        self._said.append(text)
        yield Thinking(text)

    def end(self, final: Json | None) -> Iterable[Event]:
        """Say what has not been said, then the state to give back. Its id and encrypted content only count here."""
        if final is None:
            return
        whole = _paragraphs(final.get("summary")) or _paragraphs(final.get("content"))
        said = "".join(self._said)
        if whole.startswith(said) and (rest := whole[len(said) :]):
            yield Thinking(rest)
        if said or whole or final.get("encrypted_content"):
            yield Signature(payload(final))


class LateReasoning(Item):
    """The end of reasoning that comes after the text which follows it: only its state is still of use."""

    payload = ""

    def end(self, final: Json | None) -> Iterable[Event]:
        """Keep the state; whoever decodes the reply gives it to the calls."""
        if final is not None:
            self.payload = payload(final)
        return ()


def payload(final: Mapping[str, Any]) -> str:
    """Return what gives a reasoning item back in a later request, as JSON text."""
    kept = {k: final[k] for k in ("id", "summary", "content", "encrypted_content") if final.get(k)}
    return dump_text(kept)


class FunctionCall(Item):
    """A call of one of the client's tools."""

    type = "function_call"
    field = "arguments"

    def __init__(self, key: int, tools: frozenset[str]) -> None:
        self.id = ""
        self.name = ""
        self._key = key
        self._tools = tools
        self._pieces: list[str] = []
        self._sent = 0
        self._started = False

    @property
    def given(self) -> str:
        """The arguments so far."""
        return "".join(self._pieces)

    def feed(self, event: str, data: Json) -> Iterable[Event]:
        """`function_call_arguments.delta` and `.done`. The name may come only with the final form."""
        if event.endswith(".delta"):
            yield from self._grow(_arguments(data.get("delta")))
        elif event.endswith(".done"):
            self.name = self.name or _string(data.get("name"))
            yield from self._complete(_arguments(data.get(self.field)))

    def end(self, final: Json | None) -> Iterable[Event]:
        """Send what is missing and close the call. A call that was cut off before its name was known is lost."""
        if final is not None:
            self.begin(final)
            if _is_wrapper(self.name, self._tools) and (calls := _wrapped(final, self.given)):
                yield from self._unwrap(calls)
                return
            yield from self._complete(_arguments(final.get(self.field)))
            yield from self._start()
            if not self.given.strip():
                yield ToolArgs(self._key, "{}")
        if self._started:
            yield ToolEnd(self._key)

    def begin(self, found: Json) -> None:
        """Take the id and the name."""
        self.id = _string(found.get("call_id")) or self.id or _string(found.get("id"))
        self.name = self.name or _string(found.get("name"))

    def _grow(self, piece: str) -> Iterable[Event]:
        if piece := self._news(piece):
            self._pieces.append(piece)
        if self.id and self.name and not _is_wrapper(self.name, self._tools):
            yield from self._start()

    def _news(self, piece: str) -> str:
        """Return what a delta adds: nothing if it repeats the whole, the rest if it is cumulative."""
        if not self._pieces or not piece.lstrip().startswith("{"):
            return piece
        given = self.given
        if piece.startswith(given) and not given.rstrip().endswith((":", "[", ",")):
            return piece[len(given) :]
        return "" if is_complete(given) else piece

    def _complete(self, whole: str) -> Iterable[Event]:
        given = self.given
        if whole.startswith(given):
            yield from self._grow(whole[len(given) :])

    def _start(self) -> Iterable[Event]:
        if not self._started:
            self._started = True
            yield ToolStart(self._key, self.id, self.name or "unknown_tool")
        if fresh := "".join(self._pieces[self._sent :]):
            self._sent = len(self._pieces)
            yield ToolArgs(self._key, fresh)

    def _unwrap(self, calls: list[Json]) -> Iterable[Event]:
        for number, call in enumerate(calls):
            name = _string(call.get("recipient_name")).rpartition(".")[2]
            key = self._key + number * WRAPPED_STEP
            yield ToolStart(key, f"{self.id}_{number}" if self.id else "", name or "unknown_tool")
            yield ToolArgs(key, _arguments(call.get("parameters")) or "{}")
            yield ToolEnd(key)


WRAPPED_STEP = 1_000_000
"""Keeps the keys of unwrapped calls apart from those of other items."""


def _is_wrapper(name: str, tools: frozenset[str]) -> bool:
    """GPT models at times call an internal tool that holds several calls: https://github.com/vercel/ai/issues/19067"""
    return name.rpartition(".")[2] == "parallel" and name not in tools


def _wrapped(final: Json, given: str) -> list[Json]:
    arguments = _arguments(final.get("arguments")) or given
    try:
        value: Any = load(arguments)
    except (ValueError, RecursionError):
        return []
    calls = value.get("tool_uses") if isinstance(value, dict) else None
    return [c for c in calls if isinstance(c, dict)] if isinstance(calls, list) else []


HOSTED = "xs_"
"""Begins the ids of calls that xAI runs itself, as parts of its search on X: https://docs.x.ai/docs/guides/tools/search-tools"""


class CustomCall(FunctionCall):
    """A call of a custom tool, whose input is plain text: the client gets it as {"input": text}."""

    type = "custom_tool_call"
    field = "input"

    def feed(self, event: str, data: Json) -> Iterable[Event]:
        """`custom_tool_call_input.*`: plain text can't grow inside JSON, so it waits for the final form."""
        if event.endswith(".delta"):
            self._pieces.append(_string(data.get("delta")))
        return ()

    def end(self, final: Json | None) -> Iterable[Event]:
        """Give the call as a whole, unless the server has run it itself."""
        if final is None:
            return
        self.begin(final)
        if not self.id.startswith(HOSTED):
            text = _string(final.get("input")) or self.given
            yield ToolStart(self._key, self.id, self.name or "unknown_tool")
            yield ToolArgs(self._key, dump_text({"input": text}))
            yield ToolEnd(self._key)


class SearchCall(Item):
    """A web search. Pages that the model opened or searched within are not searches of their own."""

    type = "web_search_call"

    def end(self, final: Json | None) -> Iterable[Event]:
        """https://platform.openai.com/docs/guides/tools-web-search"""
        action = (final or {}).get("action")
        action = action if isinstance(action, dict) else {}
        if final is None or action.get("type") not in (None, "search"):
            return
        queries = action.get("queries")
        query = _string(action.get("query")) or next(iter(_strings(queries)), "")
        hits = {hit.url: hit for hit in _hits(action.get("sources"))}
        error = "unavailable" if final.get("status") == "failed" else ""
        yield WebSearch(_string(final.get("id")), query, tuple(hits.values()), error)


def _hits(sources: Any) -> Iterable[SearchHit]:
    for source in sources if isinstance(sources, list) else ():
        if isinstance(source, dict) and isinstance(source.get("url"), str) and source["url"]:
            yield SearchHit(source["url"], _string(source.get("title")))


def _part_text(part: Json) -> str:
    return _string(part.get("refusal" if part.get("type") == "refusal" else "text"))


def _paragraphs(parts: Any) -> str:
    if not isinstance(parts, list):
        return ""
    texts = (_string(p.get("text")) for p in parts if isinstance(p, dict))
    return PART_BREAK.join(filter(None, texts))


def _arguments(value: Any) -> str:
    """Arguments are JSON text; some servers send the object itself."""
    if isinstance(value, str):
        return value
    return dump_text(value) if isinstance(value, dict) else ""


def _strings(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
