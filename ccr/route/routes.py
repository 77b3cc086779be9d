"""What the user wants: the routes, aliases, limits and signs of the `Router` section, as the rules read them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ccr.errors import ConfigError
from ccr.route.agents import Agents
from ccr.route.schedule import Window, read_window
from ccr.route.table import Line, read_table

THRESHOLD = 60_000
"""Tokens above which a prompt is long, unless `longContextThreshold` says otherwise."""

RULES = ("default", "background", "think", "longContext", "webSearch", "image", "subagent")
"""The routes that a rule of the same name uses. Every other route of `Router` is an alias."""

_SETTINGS = ("longContextThreshold", "rules", "schedule", "thinkWhen")


class Route(Struct, frozen=True):
    """Where a rule sends a request: a name that `ccr.route.name.resolve` reads, with the hours of other ones."""

    model: str
    windows: tuple[Window, ...] = ()
    note: str = ""
    """Why `model` is not the usual one; empty if it is."""
    fallback: tuple[str, ...] = ()
    """Whom to ask instead when it fails, in order; the `fallback` section counts where this is empty."""

    def at(self, now: datetime) -> "Route":
        """Return the route that holds at `now` (with time zone), without windows."""
        window = next((window for window in self.windows if window.covers(now)), None)
        found = Route(window.model, note=f"scheduled for {window}") if window else Route(self.model)
        return replace(found, fallback=self.fallback)


class ThinkSigns(Struct, frozen=True):
    """What shows that a request wants more than the ordinary reasoning.

    Today's client sends `adaptive` thinking and `high` effort with nearly every request, so these are no signs.
    """

    budget: int | None = 0
    """The least explicit thinking budget that counts, in tokens; None if none does."""
    plan_mode: bool = True
    efforts: tuple[str, ...] = ("xhigh", "max")
    keywords: tuple[str, ...] = ("ultrathink", "megathink", "think harder", "think hard")


class Routes(Struct, frozen=True):
    """The routes by the name of their rule, and the aliases by the name that they stand for."""

    rules: Mapping[str, Route] = {}
    aliases: Mapping[str, Route] = {}
    threshold: int = THRESHOLD
    think: ThinkSigns = ThinkSigns()
    describes_images: bool = False
    """`forceUseImageAgent`: images are described to the model of another rule instead of choosing one."""
    agents: Agents | None = None
    """`ENABLE_ROUTER`: a small model picks who does what no other rule takes."""
    table: tuple[Line, ...] = ()
    """`rules`: the user's own, the first that holds counts."""

    def at(self, now: datetime) -> "Routes":
        """Return the routes that hold at `now` (with time zone)."""
        timed = [route for route in (*self.rules.values(), *self.aliases.values()) if route.windows]
        if not timed and not any(line.window for line in self.table):
            return self
        rules, aliases = ({name: route.at(now) for name, route in some.items()} for some in (self.rules, self.aliases))
        table = tuple(line for line in self.table if line.is_open(now))
        return replace(self, rules=rules, aliases=aliases, table=table)


def read_routes(router: Mapping[str, Any], *, describes_images: bool = False, agents: Agents | None = None) -> Routes:
    """Return the routes of a `Router` section in the file's own spelling; empty values count as unset.

    A route is `"provider,model"`, a list of a model and its fallbacks, or `{"model": ..., "schedule": [window, ...],
    "fallback": [name, ...]}`; `schedule` beside the routes holds the windows of several, by name. Raises ConfigError
    with every problem, a line each.
    """
    problems: list[str] = []
    named = dict(_named(router, problems))
    for name, windows in _schedules(router.get("schedule"), problems):
        if name in named:
            named[name] = replace(named[name], windows=named[name].windows + windows)
        else:
            problems.append(f"Router.schedule.{name}: there is no Router.{name} to change: add it")
    threshold = _threshold(router.get("longContextThreshold"), problems)
    think = _think_signs(router.get("thinkWhen"), problems)
    table = read_table(router.get("rules"), problems)
    if problems:
        raise ConfigError("\n".join(problems))
    return Routes(
        rules={name: route for name, route in named.items() if name in RULES},
        aliases={name: route for name, route in named.items() if name not in RULES},
        threshold=threshold,
        think=think,
        describes_images=describes_images,
        agents=agents,
        table=table,
    )


def _named(router: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Route]]:
    for name, value in router.items():
        if name in _SETTINGS or value in (None, "", {}, []):
            continue
        found = spelt_out(value)
        model = found.get("model")
        if not isinstance(model, str):
            problems.append(f"Router.{name}: must be 'provider,model' or an object with model, schedule and fallback")
        elif model.strip():
            windows = _windows(found.get("schedule"), f"Router.{name}.schedule", problems)
            fallback = found.get("fallback")
            names = _words(fallback, f"Router.{name}.fallback", problems) if fallback else ()
            yield name, Route(model.strip(), windows, fallback=names)


def spelt_out(value: Any) -> Mapping[str, Any]:
    """Return a route in its long form, whichever it is written in."""
    if isinstance(value, Mapping):
        return value
    names = list(value) if isinstance(value, list | tuple) else [value]
    return {"model": names[0], "fallback": names[1:]} if names else {}


def _schedules(value: Any, problems: list[str]) -> Iterator[tuple[str, tuple[Window, ...]]]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        problems.append("Router.schedule: must be an object with a list of windows for each route")
        return
    for name, windows in value.items():
        yield name, _windows(windows, f"Router.schedule.{name}", problems)


def _windows(value: Any, path: str, problems: list[str]) -> tuple[Window, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        problems.append(f"{path}: must be a list of windows")
        return ()
    windows = []
    for index, item in enumerate(value):
        try:
            windows.append(read_window(item))
        except ValueError as error:
            problems.append(f"{path}[{index}]: {error}")
    return tuple(windows)


def _threshold(value: Any, problems: list[str]) -> int:
    if value is None or value == 0:
        return THRESHOLD
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        problems.append("Router.longContextThreshold: must be a number of tokens")
        return THRESHOLD
    return int(value)


def _think_signs(value: Any, problems: list[str]) -> ThinkSigns:
    """Read `{"budget": true | false | tokens, "planMode": bool, "efforts": [...], "keywords": [...]}`."""
    if value is None:
        return ThinkSigns()
    path = "Router.thinkWhen"
    known = {"budget", "planMode", "efforts", "keywords"}
    if not isinstance(value, Mapping) or set(value) - known:
        problems.append(f"{path}: must be an object with some of {', '.join(sorted(known))}")
        return ThinkSigns()
    usual = ThinkSigns()
    budget, plan_mode = value.get("budget", True), value.get("planMode", True)
    if not isinstance(budget, int) or budget < 0:
        problems.append(f"{path}.budget: must be true, false or a number of tokens")
    if not isinstance(plan_mode, bool):
        problems.append(f"{path}.planMode: must be true or false")
    return ThinkSigns(
        budget=_least_budget(budget),
        plan_mode=plan_mode is True,
        efforts=_words(value.get("efforts", usual.efforts), f"{path}.efforts", problems),
        keywords=_words(value.get("keywords", usual.keywords), f"{path}.keywords", problems),
    )


def _least_budget(value: Any) -> int | None:
    if value is True:
        return 0
    return None if value is False else value


def _words(value: Any, path: str, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) and word.strip() for word in value):
        problems.append(f"{path}: must be a list of words")
        return ()
    return tuple(word.strip() for word in value)
