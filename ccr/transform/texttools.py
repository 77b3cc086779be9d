"""Tool calls out of text: for models and servers that write them there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccr.core.event import Event, Finish, Start, Text, Thinking, ToolArgs, ToolEnd, ToolStart, UsageSeen
from ccr.core.tagscan import Marks
from ccr.core.toolname import wire_name
from ccr.transform.base import Context, Filter, Transformer
from ccr.transform.option import flag
from ccr.transform.textcall import BRACKETS, SPECIAL, Call, Tools, read_calls

_BARE = re.compile(r'\s*(?:$|\{\s*(?:"(?:name|function|type|tool|arguments|parameters)"\s*:|$|"\w*"?\s*$))')
"""How a reply begins that is nothing but one call as JSON, or may become one."""


_NAMED = re.compile(r'\s*\{\s*"(?:name|function|tool)"\s*:\s*"([^"\\]*)"')
"""How it begins when it is known whose call it would be."""

_TELLING = re.compile(r"[<\[`\n]")
"""What text has to have in it to begin a mark, or to begin or end code."""

LEFTOVERS = ("</tool_call>",)
"""What may follow a call that had no opener of its own."""


class TextTools(Transformer):
    """Turns tool calls that the model writes as text into real ones: of GLM, Qwen, Kimi, MiniMax, DeepSeek, Mistral and
    Hermes models. Only calls of tools that the request offers count, and never in code blocks. Servers of one's own and
    providers that ccr doesn't know have it without an entry.

    `enable`: false leaves such calls in the text (default true).
    """

    name = "texttools"

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self.enable = flag(options, "enable", default=True)

    def filter(self, context: Context) -> Filter | None:
        """Return the filter, if the request offers tools."""
        tools = offered(context) if self.enable else {}
        return TextToolFilter(tools) if tools else None


def offered(context: Context) -> Tools:
    """Return the schemas of the function tools that a request offers, by the names that the model knows."""
    functions = (tool.get("function") or {} for tool in context.request.get("tools") or ())
    return {wire_name(str(f["name"])): f.get("parameters") or {} for f in functions if f.get("name")}


class TextToolFilter:
    """Finds calls in the text and, where they are marked by special tokens, in the thinking of one reply."""

    def __init__(self, tools: Tools) -> None:
        self._said = CallScanner(tools, list(BRACKETS), bare=True)
        self._thought = CallScanner(tools, SPECIAL, bare=False)
        self._calls = 0

    def feed(self, event: Event) -> Iterable[Event]:
        """Scan text and thinking; whatever else comes ends them."""
        if self._passes(event):
            return (event,)
        if isinstance(event, Text):
            return [*self._flush_thought(), *self._events(self._said.feed(event.text), Text)]
        if isinstance(event, Thinking):
            return [*self._flush_said(), *self._events(self._thought.feed(event.text), Thinking)]
        if isinstance(event, Start | UsageSeen | ToolArgs | ToolEnd):
            return [event]
        held = self.close()
        if isinstance(event, Finish) and event.reason == "end_turn" and self._calls:
            event = Finish("tool_use")
        return [*held, event]

    def _passes(self, event: Event) -> bool:
        """Tell whether an event is nothing but text or thinking without a mark, as nearly all are."""
        if isinstance(event, Text):
            return self._thought.idle and self._said.passes(event.text)
        return isinstance(event, Thinking) and self._said.idle and self._thought.passes(event.text)

    def close(self) -> list[Event]:
        """Release what is held."""
        return [*self._flush_thought(), *self._flush_said()]

    def _flush_said(self) -> list[Event]:
        return self._events(self._said.flush(), Text)

    def _flush_thought(self) -> list[Event]:
        return self._events(self._thought.flush(), Thinking)

    def _events(self, found: Iterable[str | Call], kind: type[Text] | type[Thinking]) -> list[Event]:
        events: list[Event] = []
        for item in found:
            if isinstance(item, Call):
                self._calls += 1
                # The upstream's own calls count from 0 up.
                key = -self._calls
                events += (ToolStart(key, "", item.name), ToolArgs(key, item.arguments), ToolEnd(key))
            elif item:
                events.append(kind(item))
        return events


class CallScanner:
    """Splits text that comes in pieces into plain text and calls."""

    def __init__(self, tools: Tools, marks: Sequence[str], *, bare: bool) -> None:
        self._tools = tools
        self._names = marks
        self._bare = self._bare_allowed = bare
        self._held = ""
        self._reset()

    @property
    def idle(self) -> bool:
        """Whether nothing is held or waited for."""
        return not (self._bare or self._held or self._opener or self._trim)

    def passes(self, text: str) -> bool:
        """Tell whether more text would come out as it is, so that it needn't be fed."""
        return self.idle and not _TELLING.search(text)

    def feed(self, text: str) -> Iterable[str | Call]:
        """Take more text, return what is certain by now. A call is certain when it is complete."""
        if self._bare:
            self._held += text
            named = _NAMED.match(self._held)
            if _BARE.match(self._held) and (named is None or named[1] in self._tools):
                return
            self._bare, text, self._held = False, self._held, ""
        rest, self._held = self._held + text, ""
        while rest:
            if self._opener:
                found, rest = self._inside(rest)
            else:
                found, rest = self._outside(rest)
            yield from found

    def flush(self) -> Iterable[str | Call]:
        """The text is interrupted or over: a call that lacks only its end counts, other held text stays text."""
        opener, held = self._opener, self._body + self._held
        self._held = ""
        whole = opener + held
        closer = BRACKETS.get(opener, "")
        found: list[str | Call] = [*read_calls(whole + closer, self._tools)] if opener or self._bare else []
        self._reset()
        yield from found or [whole]

    def _reset(self) -> None:
        self._marks = Marks([*self._names, *LEFTOVERS])
        self._opener = self._body = ""
        self._bare = self._bare_allowed
        self._trim = False

    def _outside(self, data: str) -> tuple[list[str | Call], str]:
        text, mark, rest = self._marks.cut(data)
        if self._trim:
            text = text.lstrip()
            self._trim = not text
        if mark in LEFTOVERS:
            return [text if self._trim else text + mark], rest
        self._opener = mark
        if not mark:
            self._held, rest = rest, ""
        return [text], rest

    def _inside(self, data: str) -> tuple[list[str | Call], str]:
        """Collect up to the closing mark. Only the end of what is there already can be a part of it."""
        closer = BRACKETS[self._opener]
        start = max(len(self._body) - len(closer), 0)
        self._body += data
        end = self._body.find(closer, start) if closer else -1
        if end < 0:
            return [], ""
        rest, whole = self._body[end + len(closer) :], self._opener + self._body[:end] + closer
        self._opener = self._body = ""
        found: list[str | Call] = [*read_calls(whole, self._tools)]
        self._trim = bool(found)
        return found or [whole], rest
