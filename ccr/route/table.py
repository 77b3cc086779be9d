"""`Router.rules`: the user's own rules as a table, for whoever would otherwise need a script. Reading and matching."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from ccr.route.body import last_words, tools
from ccr.route.facts import Facts
from ccr.route.place import find_folder
from ccr.route.schedule import Window, read_window

Pattern = re.Pattern[str]

CONDITIONS = ("model", "tokens", "text", "tool", "agent", "header", "project", "days", "hours", "tz")
TEXT_LIMIT = 20_000
"""Characters of the user's words that a pattern is tried on."""

_TIMES = ("days", "hours", "tz")
_TOKENS = re.compile(r"\s*([<>])\s*([\d_]+)\s*")


class Glob(Struct, frozen=True):
    """A name in which `*` stands for anything; case doesn't matter. Its cost is linear, whatever it is made of."""

    parts: tuple[str, ...]

    @classmethod
    def read(cls, word: str) -> "Glob":
        """Return the glob that a word means."""
        return cls(tuple(word.casefold().split("*")))

    def fits(self, name: str) -> bool:
        """Tell whether it is the whole name."""
        name = name.casefold()
        first, *rest = self.parts
        if not rest:
            return name == first
        *middle, last = rest
        position, end = len(first), len(name) - len(last)
        if not name.startswith(first) or not name.endswith(last) or position > end:
            return False
        for part in middle:
            position = name.find(part, position, end)
            if position < 0:
                return False
            position += len(part)
        return True


class Line(Struct, frozen=True):
    """One rule: all its conditions must hold. Tokens are `over` or `under` a number; None and empty ask for nothing."""

    model: str
    name: str
    models: tuple[Glob, ...] = ()
    over: int | None = None
    under: int | None = None
    text: Pattern | None = None
    tools: tuple[Glob, ...] = ()
    agent: bool | None = None
    headers: tuple[tuple[str, Glob], ...] = ()
    projects: tuple[Glob, ...] = ()
    window: Window | None = None

    def is_open(self, now: datetime) -> bool:
        """Tell whether its hours have come."""
        return self.window is None or self.window.covers(now)

    def holds(self, facts: Facts, tokens: int | None) -> bool:
        """Tell whether the conditions hold; hours apart. A prompt that was not counted is taken for a small one."""
        size = tokens or 0
        if (self.over is not None and size <= self.over) or (self.under is not None and size >= self.under):
            return False
        return self.holds_but_tokens(facts)

    def holds_but_tokens(self, facts: Facts) -> bool:
        """Tell whether the other conditions hold."""
        if self.agent is not None and self.agent != bool(facts.agent):
            return False
        if self.models and not _any(self.models, [facts.model]):
            return False
        if not all(pattern.fits(facts.headers.get(name, "")) for name, pattern in self.headers):
            return False
        if self.tools and not _any(self.tools, (str(tool.get("name", "")) for tool in tools(facts.body))):
            return False
        if self.projects and not _any(self.projects, [find_folder(facts.body)]):
            return False
        return self.text is None or self.text.search(last_words(facts.body)[:TEXT_LIMIT]) is not None

    @property
    def limit(self) -> int | None:
        """The number of tokens up to which its condition on them has one outcome, that of a small prompt."""
        if self.over is not None:
            return self.over
        return None if self.under is None else max(self.under - 1, 0)


def read_table(value: Any, problems: list[str]) -> tuple[Line, ...]:
    """Return the rules of a list of {"when": {...}, "model": "provider,model", "name": ...}; adds what is wrong."""
    if value in (None, ""):
        return ()
    if not isinstance(value, list | tuple):
        problems.append("Router.rules: must be a list of rules with when and model")
        return ()
    found = []
    for index, item in enumerate(value):
        try:
            found.append(_line(item, index))
        except (ValueError, re.error) as error:
            problems.append(f"Router.rules[{index}]: {error}")
    return tuple(found)


def _line(item: Any, index: int) -> Line:
    if not isinstance(item, Mapping) or not isinstance(item.get("model"), str) or not item["model"].strip():
        raise ValueError("must be an object with when and a model such as 'provider,model'")
    when = item.get("when", {})
    if not isinstance(when, Mapping):
        raise ValueError("when: must be an object of conditions")
    unknown = sorted(set(when) - set(CONDITIONS))
    if unknown:
        raise ValueError(f"when has the unknown condition {unknown[0]!r}: known are {', '.join(CONDITIONS)}")
    model = item["model"].strip()
    over, under = _bounds(when.get("tokens"))
    return Line(
        model=model,
        name=str(item.get("name") or f"rule {index + 1}"),
        models=_globs(when, "model"),
        over=over,
        under=under,
        text=_expression(when.get("text")),
        tools=_globs(when, "tool"),
        agent=_choice(when.get("agent")),
        headers=_headers(when.get("header")),
        projects=_globs(when, "project"),
        window=_window(when, model),
    )


def _bounds(value: Any) -> tuple[int | None, int | None]:
    if value is None:
        return None, None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value, None
    found = _TOKENS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"tokens: {value!r} is not a number, '> 50000' or '< 2000'")
    number = int(found[2])
    return (number, None) if found[1] == ">" else (None, number)


def _expression(value: Any) -> Pattern | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("text: must be a regular expression")
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"text: {value!r} is no regular expression: {error}") from None


def _globs(when: Mapping[str, Any], name: str) -> tuple[Glob, ...]:
    value = when.get(name)
    words = [value] if isinstance(value, str) else value
    if words is None:
        return ()
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) and word for word in words):
        raise ValueError(f"{name}: must be a name or a list of names, in which * stands for anything")
    return tuple(map(Glob.read, words))


def _headers(value: Any) -> tuple[tuple[str, Glob], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping) or not all(isinstance(word, str) for word in value.values()):
        raise ValueError("header: must be an object of names and values, in which * stands for anything")
    return tuple((str(name).lower(), Glob.read(word)) for name, word in value.items())


def _choice(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError("agent: must be true or false")
    return value


def _window(when: Mapping[str, Any], model: str) -> Window | None:
    times = {name: when[name] for name in _TIMES if when.get(name) is not None}
    return read_window({**times, "model": model}) if times else None


def _any(globs: Iterable[Glob], words: Iterable[str]) -> bool:
    known = list(words)
    return any(glob.fits(word) for glob in globs for word in known)
