"""Names of models as clients and routes write them, and the provider's model that each one means."""

import difflib
import re
from collections.abc import Iterable, Mapping

from ccr.errors import NotFound
from ccr.route.catalog import Catalog, Target

PREFIX = "claude-router/"
"""Begins the ids of `GET /v1/models`: Claude Code's picker shows only ids that begin with "claude"."""

_TIERS = frozenset({"opus", "sonnet", "haiku", "fable", "best", "default", "inherit", "opusplan"})
"""Claude Code's own words for a model, which it normally turns into an id before it asks."""

_LONG_WINDOW = re.compile(r"\[\d+m\]$", re.IGNORECASE)
_CLAUDE = re.compile(r"(?:[a-z-]+\.)*claude(?![a-z])")
_SHOWN = 20
_NAME_LIMIT = 200


def listed_id(target: Target) -> str:
    """Return the id under which `GET /v1/models` lists the target; `resolve` maps it back."""
    return f"{PREFIX}{target.name}"


def strip_prefix(name: str) -> str:
    """Return `name` without the prefix of listed ids."""
    name = name.strip()
    return name[len(PREFIX) :] if name[: len(PREFIX)].casefold() == PREFIX else name


def is_claude(name: str) -> bool:
    """Tell whether Claude Code uses `name` by itself: `claude-*`, Bedrock's `anthropic.claude-*`, a tier."""
    folded = _fold(name)
    return folded in _TIERS or (not is_pair(name) and _CLAUDE.match(folded) is not None)


def is_pair(name: str) -> bool:
    """Tell whether `name` has the form `provider,model`."""
    return "," in strip_prefix(name)


def find_alias(name: str, aliases: Iterable[str]) -> str | None:
    """Return the alias that stands for `name`, or None.

    An alias is the whole name or, for Claude's names, whole words of it: `opus` and `opus-4` fit `claude-opus-4-8[1m]`.
    The longest wins.
    """
    folded = _fold(name)
    if not is_claude(name):
        return next((alias for alias in aliases if alias.casefold() == folded), None)
    fitting = (alias for alias in aliases if f"-{alias.casefold()}-" in f"-{folded}-")
    return max(fitting, key=len, default=None)


def resolve(name: str, catalog: Catalog) -> Target:
    """Return the target that `name` means; the case of letters doesn't matter.

    Forms: `provider,model` (the first comma splits), `provider/model`, a bare model that one provider lists, each also
    as a listed id. A known provider's model needn't be in its list: the list is a menu, not a fence.
    Raises NotFound with what exists and what is near.
    """
    wanted = strip_prefix(name)
    if is_pair(wanted):
        return _pair(wanted, catalog)
    by_slash = _by_slash(wanted, catalog)
    if by_slash and by_slash.is_listed:
        return by_slash
    owners = [provider for provider in catalog.providers if _listed(provider, wanted, catalog)]
    if len(owners) > 1:
        choices = ", ".join(f"{owner},{wanted}" for owner in owners[:_SHOWN])
        raise NotFound(f"several providers have the model {shown(wanted)}: ask for one of {choices}")
    if owners:
        return _target(owners[0], wanted, catalog)
    if by_slash:
        return by_slash
    raise NotFound(f"no provider lists the model {shown(wanted)}{_near_model(wanted, catalog)}; {_providers(catalog)}")


def _pair(wanted: str, catalog: Catalog) -> Target:
    prefix, _, model = (part.strip() for part in wanted.partition(","))
    provider = catalog.find_provider(prefix)
    if provider is None:
        near = _near(prefix, {name: name for name in catalog.providers})
        raise NotFound(f"there is no provider {shown(prefix)}{near}; {_providers(catalog)}")
    if not model:
        models = ", ".join(list(catalog.providers[provider])[:_SHOWN]) or "none listed"
        raise NotFound(f"{shown(wanted)} names no model; models of {provider!r}: {models}")
    return _target(provider, model, catalog)


def _by_slash(wanted: str, catalog: Catalog) -> Target | None:
    prefix, _, model = wanted.partition("/")
    provider = catalog.find_provider(prefix.strip())
    return _target(provider, model.strip(), catalog) if provider and model.strip() else None


def _target(provider: str, model: str, catalog: Catalog) -> Target:
    listed = _listed(provider, model, catalog)
    return Target(provider, listed or _LONG_WINDOW.sub("", model), is_listed=listed is not None)


def _listed(provider: str, model: str, catalog: Catalog) -> str | None:
    return catalog.find_model(provider, model) or catalog.find_model(provider, _LONG_WINDOW.sub("", model))


def _fold(name: str) -> str:
    return _LONG_WINDOW.sub("", strip_prefix(name).casefold())


def _near_model(wanted: str, catalog: Catalog) -> str:
    names: dict[str, str] = {}
    for provider, models in catalog.providers.items():
        for model in models:
            names |= {f"{provider},{model}": f"{provider},{model}", model: f"{provider},{model}"}
    return _near(wanted, names)


def _near(wanted: str, names: Mapping[str, str]) -> str:
    """Return a hint at the values of `names` whose keys are like `wanted`, or an empty string."""
    folded = {name.casefold(): shown for name, shown in names.items()}
    keys = difflib.get_close_matches(wanted[:_NAME_LIMIT].casefold(), folded, n=3)
    found = dict.fromkeys(folded[key] for key in keys)
    return f", did you mean {' or '.join(map(repr, found))}?" if found else ""


def _providers(catalog: Catalog) -> str:
    names = list(catalog.providers)
    if not names:
        return "no provider is configured"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"name a model as provider,model with one of the providers {', '.join(names[:_SHOWN])}{more}"


def shown(name: str) -> str:
    """Return a name for a message. What comes from a client may be of any length and hold control characters."""
    return ascii(name[:_NAME_LIMIT])
