"""The changes that commands make to a configuration: a route, a model, a provider."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ccr.config.edit import Edited, edit
from ccr.config.problem import nearest, suggest
from ccr.config.read import ALIASES, pick
from ccr.config.schema import Config, Json
from ccr.errors import CommandError

ROUTES = ("default", "background", "think", "longContext", "webSearch", "image")
"""The routes that rules use, in the order in which they are shown."""

TIERS = ("opus", "sonnet", "haiku", "subagent")
NOT_ROUTES = ("longContextThreshold", "rules", "schedule", "thinkWhen")


def shown_routes(raw: Json) -> dict[str, str]:
    """Return the `provider,model` of each route of a file, empty for a rule's route that is not set."""
    router = _object(pick(raw, "Router")[1])
    known = {name: _target(pick(router, name)[1]) for name in ROUTES}
    spelled = {spelling.lower() for name in (*ROUTES, *NOT_ROUTES) for spelling in ALIASES.get(name, (name,))}
    return known | {name: _target(value) for name, value in router.items() if name.lower() not in spelled}


def pairs(config: Config) -> list[str]:
    """Return every `provider,model` that is configured."""
    return [f"{provider.name},{model}" for provider in config.providers for model in provider.models]


def set_route(text: str, raw: Json, route: str, target: str) -> Edited:
    """Return the text with `target` for a route; its schedule and its fallbacks stay."""
    section, router = pick(raw, "Router")
    spelling, value = pick(_object(router), route)
    inside: list[str | int] = ["model"] if isinstance(value, dict) else [0] if isinstance(value, list) else []
    return edit(text, [section, spelling, *inside], target)


def add_model(text: str, raw: Json, provider: str, model: str) -> Edited:
    """Return the text with a model added to a provider. Raises CommandError if the file has no such provider."""
    section, _ = pick(raw, "Providers")
    for index, item in _providers(raw):
        if str(pick(item, "name")[1]).strip() == provider:
            key, models = pick(item, "models")
            if isinstance(models, list):
                return edit(text, [section, index, key, len(models)], model)
            return edit(text, [section, index, key], [model] if models is None else [models, model])
    raise CommandError(f"provider {provider!r} does not stand in the configuration file")


def add_provider(text: str, raw: Json, provider: Json) -> Edited:
    """Return the text with a provider added to the list."""
    section, providers = pick(raw, "Providers")
    if providers is None or isinstance(providers, list):
        return edit(text, [section, len(providers or [])], provider)
    raise CommandError("Providers is no list; mend that first: `ccr config check`")


def read_route(word: str, raw: Json) -> str:
    """Return the spelling of a route that a user names. Raises CommandError for a slip of the pen."""
    known = [*shown_routes(raw), *TIERS]
    for name in known:
        if word.lower() in (name.lower(), *(spelling.lower() for spelling in ALIASES.get(name, ()))):
            return name
    if not word or word in NOT_ROUTES or nearest(word, known):
        raise CommandError(f"there is no route {word!r}; {suggest(word, known)}")
    return word


def read_target(word: str, config: Config) -> tuple[str, str]:
    """Return the `provider,model` that a user names, and what is odd about it, if anything is.

    Raises CommandError if there is no such provider, or no model is named.
    """
    name, _, model = (part.strip() for part in word.partition(","))
    provider = next((item for item in config.providers if item.name.lower() == name.lower()), None)
    if not config.providers:
        raise CommandError("no provider is configured yet; `ccr setup` or `ccr config edit` adds one")
    if provider is None:
        raise CommandError(f"there is no provider {name!r}; {suggest(name, [item.name for item in config.providers])}")
    if not model:
        raise CommandError(f"{word!r} names no model; give PROVIDER,MODEL: {suggest('', provider.models)}")
    target = f"{provider.name},{model}"
    if not provider.models or model in provider.models:
        return target, ""
    return target, f"{provider.name!r} has no model {model!r} in its list; {suggest(model, provider.models)}"


def complain_of_url(url: str) -> str:
    """Return what is wrong with the address of a provider, or an empty text."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    return "" if is_good else "that is no address; it begins with https:// or http://"


def split_models(text: str) -> Sequence[str]:
    """Return the models of a list with commas, each once."""
    return list(dict.fromkeys(filter(None, (model.strip() for model in text.split(",")))))


def _providers(raw: Json) -> Iterator[tuple[int, Json]]:
    found = pick(raw, "Providers")[1]
    if isinstance(found, list):
        yield from ((index, item) for index, item in enumerate(found) if isinstance(item, dict))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _target(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    model = value.get("model") if isinstance(value, dict) else value
    return model.strip() if isinstance(model, str) else ""
