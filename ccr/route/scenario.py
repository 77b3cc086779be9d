"""The rules of routing, one function each; `RULES` has them in their order.

A rule returns a `Hit`, or in a few words why it does not apply. What the request says is never trusted to have a shape.
"""

from collections.abc import Callable

from msgspec import Struct

from ccr.errors import NotFound, Unavailable
from ccr.route.body import Json, backwards, blocks, member, text, tools
from ccr.route.catalog import Catalog, Target
from ccr.route.facts import Facts
from ccr.route.name import find_alias, is_claude, is_pair, resolve, shown
from ccr.route.routes import Route, Routes
from ccr.route.think import find_sign

SIDE_PROMPT = 20_000
"""Tokens up to which a prompt is a side request of its session, however long the session's last prompt was."""

_TITLE_FIELDS = frozenset({"title", "name"})
_TITLE_SIZE = 2
"""Claude Code asks for a title, a title and a branch, or a name."""


class Case(Struct, frozen=True):
    """A request with everything that decides about it."""

    facts: Facts
    routes: Routes
    catalog: Catalog
    tokens: int | None = None
    """The size of the prompt, None if it was not counted."""
    last_prompt: int = 0
    """The size of the session's last prompt in tokens, as its provider counted it, with cached ones; 0 if unknown."""
    custom: str | None = None
    """What the user's own router said."""


class Hit(Struct, frozen=True):
    """A rule applies. A firm one is somebody's explicit choice, which nothing else may change."""

    target: Target
    why: str
    is_firm: bool = False
    fallback: tuple[str, ...] = ()
    """The route's own list of whom to ask instead."""


Rule = Callable[[Case], Hit | str]


def custom(case: Case) -> Hit | str:
    """The user's own router. A name that doesn't exist is its mistake, and the rules go on."""
    if not case.custom:
        return "no custom router, or it left the choice to the rules"
    return _chosen(case.custom, "the custom router", case)


def explicit(case: Case) -> Hit | str:
    """The client names a model of a provider or an alias. Raises NotFound if it names one that isn't there."""
    model = case.facts.model
    if not model:
        return "the request names no model"
    if is_claude(model):
        return f"{shown(model)} is one of Claude Code's own names"
    alias = None if is_pair(model) else find_alias(model, case.routes.aliases)
    if alias:
        why = f"the client asked for the alias {alias!a}"
        return Hit(_alias(alias, case), why, is_firm=True, fallback=case.routes.aliases[alias].fallback)
    try:
        target = resolve(model, case.catalog)
    except NotFound:
        if "claude" in model.casefold() and not is_pair(model):
            return f"{shown(model)} is a name of Claude's that no provider lists"
        raise
    return Hit(target, f"the client asked for {shown(model)}{_unlisted(target)}", is_firm=True)


def table(case: Case) -> Hit | str:
    """The user's own rules. A subagent's tag is more special than they are."""
    if not case.routes.table:
        return "Router.rules has none whose hours have come"
    if case.facts.tag:
        return "the subagent tag goes before Router.rules"
    missed = "no condition of Router.rules holds"
    for line in case.routes.table:
        if not line.holds(case.facts, case.tokens):
            continue
        try:
            return Hit(
                _resolve(f"Router.rules, {line.name}", Route(line.model), case), f"{line.name} of Router.rules holds"
            )
        except NotFound as error:
            missed = error.message
    return missed


def subagent(case: Case) -> Hit | str:
    """The prompt has the subagent tag, or the client says that a subagent asks."""
    missed = "no subagent tag"
    if case.facts.tag:
        chosen = _chosen(case.facts.tag, "the subagent tag", case)
        if isinstance(chosen, Hit):
            return chosen
        missed = chosen
    if not case.facts.agent:
        return f"{missed}, and no subagent asks"
    found = _target("subagent", case)
    return f"{missed}; {found}" if isinstance(found, str) else _hit(found, "a subagent asks", "subagent", case)


def long_context(case: Case) -> Hit | str:
    """The prompt is long, or it continues a session whose last prompt was."""
    found = _target("longContext", case)
    if isinstance(found, str):
        return found
    tokens, threshold = case.tokens, case.routes.threshold
    if tokens is None:
        return "the prompt was not counted"
    if tokens > threshold:
        return _hit(found, f"{tokens:,} tokens are over the threshold of {threshold:,}", "longContext", case)
    if case.last_prompt > threshold and tokens > SIDE_PROMPT:
        why = f"the session's last prompt had {case.last_prompt:,} tokens, over the threshold of {threshold:,}"
        return _hit(found, why, "longContext", case)
    return f"at most {tokens:,} tokens are within the threshold of {threshold:,}"


def background(case: Case) -> Hit | str:
    """A small task beside the conversation: a title, a topic, or anything for a haiku model."""
    sign = _side_task(case.facts.body)
    model = case.facts.model
    if not sign and "haiku" in model.casefold():
        alias = find_alias(model, case.routes.aliases) or ""
        if "haiku" in alias.casefold():
            return f"Router.{alias} is for {shown(model)}"
        sign = f"the client asked for {shown(model)}"
    return _by_sign("background", sign, "no title, topic or haiku model is asked for", case)


def web_search(case: Case) -> Hit | str:
    """The request brings the server tool for searching the web."""
    kinds = (str(tool.get("type")) for tool in tools(case.facts.body))
    kind = next((kind for kind in kinds if kind.startswith("web_search")), None)
    return _by_sign("webSearch", f"it brings the tool {shown(kind)}" if kind else "", "no web search tool", case)


def think(case: Case) -> Hit | str:
    """The request wants more than the ordinary reasoning."""
    found = _target("think", case)
    if isinstance(found, str):
        return found
    sign = find_sign(case.facts.body, case.routes.think)
    return _hit(found, sign, "think", case) if sign else "nothing asks for more than the ordinary reasoning"


def image(case: Case) -> Hit | str:
    """The user's last message has an image, also in a tool's result."""
    if case.routes.describes_images:
        return "images are described to the model of another rule"
    sign = "the last user message has an image" if has_image(case) else ""
    return _by_sign("image", sign, "the last user message has no image", case)


def tier(case: Case) -> Hit | str:
    """One of Claude Code's own names has an alias, which is the default of that tier: the other rules come first."""
    alias = find_alias(case.facts.model, case.routes.aliases) if is_claude(case.facts.model) else None
    if not alias:
        return "no alias for the model's name"
    try:
        target = _alias(alias, case)
    except NotFound as error:
        return error.message
    route = case.routes.aliases[alias]
    return Hit(target, f"Router.{alias} is for {shown(case.facts.model)}{_note(route)}", fallback=route.fallback)


def agents(case: Case) -> Hit | str:
    """Router mode: the dispatcher picks among the agents. The target is the one that answers in the end."""
    if case.routes.agents is None:
        return "ENABLE_ROUTER is not set"
    try:
        target = resolve(case.routes.agents.tool, case.catalog)
    except NotFound as error:
        return error.message
    return Hit(target, "the dispatcher picks among the agents")


def default(case: Case) -> Hit | str:
    """Everything else. Raises Unavailable if nothing is configured, NotFound if the default names nothing."""
    route = case.routes.rules.get("default")
    if route:
        return _hit(_resolve("Router.default", route, case), "no other rule applies", "default", case)
    models = ((provider, model) for provider, models in case.catalog.providers.items() for model in models)
    first = next(models, None)
    if first:
        return Hit(Target(*first), "Router.default is not set, so the first provider's first model is used")
    raise Unavailable(
        "no model is configured: add a provider with its models to Providers, and a default 'provider,model' to Router",
        should_retry=False,
    )


RULES: tuple[tuple[str, Rule], ...] = (
    ("custom", custom),
    ("explicit", explicit),
    ("rules", table),
    ("subagent", subagent),
    ("longContext", long_context),
    ("background", background),
    ("webSearch", web_search),
    ("think", think),
    ("image", image),
    ("tier", tier),
    ("agents", agents),
    ("default", default),
)
"""First match wins; the last one always matches or raises."""


def has_image(case: Case) -> bool:
    """Tell whether the last message of the user has an image. Notices of the client after it don't matter."""
    last = next(backwards(case.facts.body, "user"), None)
    return last is not None and any(_is_image(block) for block in blocks(last.get("content")))


def _is_image(block: Json) -> bool:
    if block.get("type") == "tool_result":
        return any(inner.get("type") == "image" for inner in blocks(block.get("content")))
    return block.get("type") == "image"


def _side_task(body: Json) -> str:
    """Return what shows that Claude Code wants a title or a topic; empty if it doesn't."""
    if tools(body):
        return ""
    form = member(body.get("output_config"), "format")
    fields = member(member(form, "schema"), "properties")
    if member(form, "type") == "json_schema" and isinstance(fields, dict):
        is_title = len(fields) <= _TITLE_SIZE and not _TITLE_FIELDS.isdisjoint(fields)
        return "it asks for a title, without tools" if is_title else ""
    # Claude Code 1.0 and 2.0 describe the answer in words.
    is_topic = any("isNewTopic" in text(block) for block in blocks(body.get("system")))
    return "it asks for the topic, without tools" if is_topic else ""


def _by_sign(name: str, sign: str, missing: str, case: Case) -> Hit | str:
    """Return the hit of the route `name` if there is a sign for it."""
    if not sign:
        return missing
    found = _target(name, case)
    return found if isinstance(found, str) else _hit(found, sign, name, case)


def _target(name: str, case: Case) -> Target | str:
    """Return the target of the route `name`, or why there is none."""
    route = case.routes.rules.get(name)
    if route is None:
        return f"Router.{name} is not set"
    try:
        return _resolve(f"Router.{name}", route, case)
    except NotFound as error:
        return error.message


def _chosen(name: str, by: str, case: Case) -> Hit | str:
    """Return the hit of a name that somebody chose inside the prompt or a script; what it can't name is passed over."""
    alias = None if is_pair(name) else find_alias(name, case.routes.aliases)
    try:
        target = _alias(alias, case) if alias else resolve(name, case.catalog)
    except NotFound as error:
        return f"{by} says {shown(name)}: {error.message}"
    fallback = case.routes.aliases[alias].fallback if alias else ()
    return Hit(target, f"{by} says {shown(name)}{_unlisted(target)}", is_firm=True, fallback=fallback)


def _alias(alias: str, case: Case) -> Target:
    return _resolve(f"Router.{alias}", case.routes.aliases[alias], case)


def _resolve(path: str, route: Route, case: Case) -> Target:
    try:
        return resolve(route.model, case.catalog)
    except NotFound as error:
        raise NotFound(f"{path} is {shown(route.model)}: {error.message}") from None


def _hit(target: Target, why: str, name: str, case: Case) -> Hit:
    route = case.routes.rules[name]
    return Hit(target, f"{why}{_note(route)}", fallback=route.fallback)


def _note(route: Route) -> str:
    return f" ({route.note})" if route.note else ""


def _unlisted(target: Target) -> str:
    return "" if target.is_listed else f", which is not in the list of {target.provider!a}; it is sent as asked"
