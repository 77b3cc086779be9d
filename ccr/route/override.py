"""Puts routes for a project, a session or one run over the configured ones, key by key. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from ccr.errors import ConfigError, NotFound
from ccr.route.catalog import Catalog
from ccr.route.name import resolve
from ccr.route.routes import read_routes


class Layer(Struct, frozen=True):
    """Routes that go over the configured ones, in the spelling of `Router`; `source` names where they stand."""

    source: str
    router: Mapping[str, Any]
    is_trusted: bool = True
    """Whether the user wrote it. A repository must not bring patterns: one can take for ever."""


class Merged(Struct, frozen=True):
    """The `Router` section that holds, which layers changed it, and what of them could not be used."""

    router: Mapping[str, Any]
    sources: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def merge(router: Mapping[str, Any], layers: Iterable[Layer], catalog: Catalog) -> Merged:
    """Return the `router` with the layers over it, the later over the earlier.

    What can't be read or names no model is left out, so that a slip in a project's file does not stop its requests.
    """
    found, sources, problems = dict(router), [], []
    for layer in layers:
        usable = {}
        for name, value in layer.router.items():
            wrong = _wrong(name, value, catalog, is_trusted=layer.is_trusted)
            if wrong:
                problems.append(f"{layer.source}: {wrong}")
            else:
                usable[name] = value
        if usable:
            sources.append(layer.source)
        found.update(usable)
    return Merged(found, tuple(sources), tuple(problems))


def _wrong(name: str, value: Any, catalog: Catalog, *, is_trusted: bool) -> str:
    """Return what is wrong with one entry of a layer, or an empty string."""
    try:
        routes = read_routes({name: value})
        for route in (*routes.rules.values(), *routes.aliases.values()):
            for model in (route.model, *(window.model for window in route.windows)):
                resolve(model, catalog)
        for line in routes.table:
            if line.text and not is_trusted:
                return f"Router.{name}: a condition on text may not come from a repository"
            resolve(line.model, catalog)
    except ConfigError as error:
        return str(error)
    except NotFound as error:
        return f"Router.{name}: {error.message}"
    return ""


def read_header(value: str) -> Iterator[tuple[str, str]]:
    """Yield the routes of a header `think=provider,model; default=...`; what has another form is passed over."""
    for part in value.split(";"):
        name, equals, model = part.partition("=")
        if equals and name.strip() and model.strip():
            yield name.strip(), model.strip()


def write_header(routes: Mapping[str, str]) -> str:
    """Return routes as a header; the reverse of `read_header`."""
    return "; ".join(f"{name}={model}" for name, model in routes.items())
