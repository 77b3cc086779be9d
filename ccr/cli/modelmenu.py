"""The menus of `ccr model`: see the routes, set one, add a model or a provider."""

from collections.abc import Callable
from typing import Any

from ccr.cli.prompt import ask, choose
from ccr.cli.report import tell
from ccr.cli.table import pair_lines
from ccr.config.change import (
    add_model,
    add_provider,
    complain_of_url,
    pairs,
    set_route,
    shown_routes,
    split_models,
)
from ccr.config.schema import Json
from ccr.run.configtext import Change, ConfigText
from ccr.transform.builtin import TRANSFORMERS

ADD_MODEL = "add a model to a provider"
ADD_PROVIDER = "add a new provider"
DONE = "done"
NO_ROUTE = "none"
MAX_TOKENS = "30000"
"""What the original proposes for `maxtoken`."""


def run(text: ConfigText) -> int:
    """Show the routes and do what the user chooses, until that is enough."""
    while True:
        print("\n".join(pair_lines(shown_routes(text.loaded.raw))))
        routes = shown_routes(text.loaded.raw)
        actions: list[tuple[str, Callable[[], None]]] = [
            *((f"set {name}", lambda name=name: _set(text, name)) for name in routes if pairs(text.config)),
            *([(ADD_MODEL, lambda: _add_model(text))] if text.config.providers else []),
            (ADD_PROVIDER, lambda: _add_provider(text)),
        ]
        picked = choose("What next?", [DONE, *(label for label, _ in actions)])
        if picked == 0:
            return 0
        actions[picked - 1][1]()
        print()


def _set(text: ConfigText, route: str) -> None:
    known = pairs(text.config)
    current = shown_routes(text.loaded.raw).get(route, "")
    pair = known[choose(f"Model for {route}", known, start=known.index(current) if current in known else 0)]
    _change(text, lambda content, raw: set_route(content, raw, route, pair))


def _add_model(text: ConfigText) -> None:
    names = [provider.name for provider in text.config.providers]
    at = choose("Provider", names)
    known = text.config.providers[at].models
    model = ask("Name of the model", check=lambda name: _complain_of_new(name, known))
    _change(text, lambda content, raw: add_model(content, raw, names[at], model))
    _offer_route(text, f"{names[at]},{model}")


def _add_provider(text: ConfigText) -> None:
    names = [provider.name for provider in text.config.providers]
    name = ask("Name of the provider", check=lambda name: _complain_of_new(name, names) or _complain_of_comma(name))
    provider: Json = {"name": name, "api_base_url": ask("Address", check=complain_of_url)}
    print("The key can be a variable of the environment: $NAME. Local servers need none.")
    if key := ask("API key (not shown)", secret=True):
        provider["api_key"] = key
    models = ask("Models, with commas between them", check=lambda given: "" if split_models(given) else "name one")
    provider["models"] = list(split_models(models))
    if use := _transformers():
        provider["transformer"] = {"use": use}
    _change(text, lambda content, raw: add_provider(content, raw, provider))
    _offer_route(text, f"{name},{provider['models'][0]}")


def _transformers() -> list[Any]:
    """Let the user choose transformers; known providers need none."""
    chosen: list[Any] = []
    names = [transformer.name for transformer in TRANSFORMERS]
    while picked := choose("Transformer? Known providers need none.", [DONE, *names]):
        name = names[picked - 1]
        if name == "maxtoken":
            limit = ask("Most tokens of a reply", default=MAX_TOKENS, check=_complain_of_number)
            chosen.append([name, {"max_tokens": int(limit)}])
        elif name == "openrouter" and (only := ask("Only these of its providers (Enter for all)")):
            chosen.append([name, {"provider": {"only": list(split_models(only))}}])
        else:
            chosen.append(name)
    return chosen


def _offer_route(text: ConfigText, pair: str) -> None:
    routes = list(shown_routes(text.loaded.raw))
    picked = choose(f"Use {pair} for a route?", [NO_ROUTE, *routes])
    if picked:
        _change(text, lambda content, raw: set_route(content, raw, routes[picked - 1], pair))


def _change(text: ConfigText, change: Change) -> None:
    if text.change(change):
        tell(f"the comments of {text.path} could not be kept; they are in the newest .bak beside it")


def _complain_of_new(name: str, known: Any) -> str:
    if not name:
        return "it needs a name"
    return "that is there already" if name.lower() in [one.lower() for one in known] else ""


def _complain_of_comma(name: str) -> str:
    return "a comma can't be part of it: routes are written provider,model" if "," in name else ""


def _complain_of_number(text: str) -> str:
    return "" if text.isdecimal() and int(text) else "a whole number, please"
