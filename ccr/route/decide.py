"""Decides which provider's model serves a request, and says why."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from ccr.errors import NotFound
from ccr.route.catalog import Catalog, Target
from ccr.route.facts import Facts
from ccr.route.name import resolve
from ccr.route.routes import Routes
from ccr.route.scenario import RULES, SIDE_PROMPT, Case, Hit, has_image
from ccr.route.subagent import take_tag

Rejected = tuple[tuple[str, str], ...]

_LIKE_DEFAULT = ("custom", "explicit", "rules", "subagent", "tier", "agents")
"""Scenarios that the original's `fallback` knows as `default`."""


class Numbers(Struct, frozen=True):
    """The figures that a decision looked at, in tokens, as they were given to `decide`; None is unknown."""

    tokens: int | None
    threshold: int
    last_prompt: int
    window: int | None
    """The window of the model that was chosen."""


class Decision(Struct, frozen=True):
    """Where a request goes. `scenario` is the rule that won, `reason` one line for a person."""

    provider: str
    model: str
    scenario: str
    reason: str
    numbers: Numbers
    rejected: Rejected = ()
    """The rules before it, in order, each with why it did not apply."""
    fallback: tuple[str, ...] = ()
    """Whom to ask when it fails, as the route itself says."""
    relief: str = ""
    """Whom to ask when the prompt proves too long: the name in the `longContext` route."""

    @property
    def route(self) -> str:
        """The target as a route is written: `provider,model`."""
        return f"{self.provider},{self.model}"

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """The keys of the `fallback` section to look for, the first that is there counts."""
        return (self.scenario, "default") if self.scenario in _LIKE_DEFAULT else (self.scenario,)


def read_facts(body: dict[str, Any], *, agent: str = "", headers: Mapping[str, str] | None = None) -> Facts:
    """Return the facts of a Messages body; their `body` is the one to send on, without the subagent tag."""
    tag, clean = take_tag(body)
    return Facts(clean, tag=tag, agent=agent, headers=headers or {})


def decide(
    request: Facts,
    routes: Routes,
    catalog: Catalog,
    *,
    tokens: int | None = None,
    last_prompt: int = 0,
    custom: str | None = None,
) -> Decision:
    """Return the route of a request.

    `routes` are those that hold now (`Routes.at`). `tokens` is the size of the prompt, or any upper bound of it that is
    not over `wants_tokens`; None if that is None. `last_prompt` is the session's last prompt as its provider counted,
    with cached tokens. `custom` is what the user's own router said.

    Raises NotFound if the client names a provider or model that isn't there or the default route does, Unavailable if
    there is no model at all.
    """
    case = Case(request, routes, catalog, tokens=tokens, last_prompt=last_prompt, custom=custom)
    scenario, hit, rejected = _first(case)
    if not hit.is_firm:
        scenario, hit, rejected = _seeing(case, scenario, hit, rejected)
        scenario, hit, rejected = _fitting(case, scenario, hit, rejected)
    numbers = Numbers(tokens, routes.threshold, last_prompt, _window(case, hit.target))
    relief = routes.rules["longContext"].model if "longContext" in routes.rules else ""
    return Decision(hit.target.provider, hit.target.model, scenario, hit.why, numbers, rejected, hit.fallback, relief)


def wants_tokens(
    request: Facts, routes: Routes, catalog: Catalog, *, last_prompt: int = 0, custom: str | None = None
) -> int | None:
    """Return the number of tokens up to which the decision is the same, or None if no rule needs a count.

    Whoever can show that the prompt has no more than that needn't count it. Raises as `decide` does.
    """
    case = Case(request, routes, catalog, last_prompt=last_prompt, custom=custom)
    scenario, hit, rejected = _first(case)
    if hit.is_firm:
        return None
    _, hit, _ = _seeing(case, scenario, hit, rejected)
    limits = [*_table_limits(case, scenario)]
    if "longContext" in routes.rules and any(name == "longContext" for name, _ in rejected):
        limits.append(min(routes.threshold, SIDE_PROMPT) if last_prompt > routes.threshold else routes.threshold)
    window = _window(case, hit.target)
    if window is not None and _larger(case, window):
        limits.append(window - 1)
    return min(limits, default=None)


def _table_limits(case: Case, scenario: str) -> Iterator[int]:
    """Yield the numbers of tokens at which a rule of the user's table turns, of those that could have been tried."""
    if case.facts.tag or scenario in ("custom", "explicit"):
        return
    for line in case.routes.table:
        if line.limit is not None and line.holds_but_tokens(case.facts):
            yield line.limit


def _first(case: Case) -> tuple[str, Hit, Rejected]:
    """Return the first rule that applies, with those before it."""
    rejected: list[tuple[str, str]] = []
    for name, rule in RULES:
        outcome = rule(case)
        if isinstance(outcome, Hit):
            return name, outcome, tuple(rejected)
        rejected.append((name, outcome))
    raise AssertionError("the last rule applies always")


def _seeing(case: Case, scenario: str, hit: Hit, rejected: Rejected) -> tuple[str, Hit, Rejected]:
    """Send an image to the `image` route if the chosen model is known not to take any."""
    is_blind = case.catalog.known(hit.target).images is False
    if not is_blind or case.routes.describes_images or not has_image(case):
        return scenario, hit, rejected
    target = dict(_configured(case)).get("image")
    if target is None or target == hit.target:
        return scenario, hit, rejected
    why = f"the last user message has an image, which {hit.target.name!a} does not take"
    return (
        "image",
        Hit(target, why, fallback=case.routes.rules["image"].fallback),
        (*rejected, (scenario, "its model does not take images")),
    )


def _fitting(case: Case, scenario: str, hit: Hit, rejected: Rejected) -> tuple[str, Hit, Rejected]:
    """Replace a model whose window the prompt exceeds by a configured one with a larger window."""
    window = _window(case, hit.target)
    if case.tokens is None or window is None or case.tokens < window:
        return scenario, hit, rejected
    target = _larger(case, case.tokens)
    if target is None:
        why = f"{hit.why}; no configured model has a larger window than its {window:,} for {case.tokens:,} tokens"
        return scenario, Hit(hit.target, why), rejected
    why = f"{case.tokens:,} tokens don't fit the window of {window:,} of {hit.target.name!a}"
    return "longContext", Hit(target, why), (*rejected, (scenario, "the prompt doesn't fit its model's window"))


def _larger(case: Case, than: int) -> Target | None:
    """Return the first configured model with a window over `than` tokens that can see what it has to."""
    needs_sight = has_image(case)
    for name, target in _configured(case):
        known = case.catalog.known(target)
        # The long-context route is there for this, so it is trusted when its window is not known.
        is_larger = name == "longContext" if known.window is None else known.window > than
        if is_larger and not (needs_sight and known.images is False):
            return target
    return None


def _configured(case: Case) -> Iterator[tuple[str, Target]]:
    """Yield the name and target of every route that names a model, those that suit a long prompt first."""
    routes = {**case.routes.aliases, **case.routes.rules}
    names = dict.fromkeys(("longContext", "default", *case.routes.rules, *case.routes.aliases))
    for name in names:
        try:
            if name in routes:
                yield name, resolve(routes[name].model, case.catalog)
        except NotFound:
            continue


def _window(case: Case, target: Target) -> int | None:
    return case.catalog.known(target).window
