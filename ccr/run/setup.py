"""Makes a configuration out of what somebody chose, tries it, and writes it in one step."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import trio

from ccr.config.change import add_provider, set_route
from ccr.config.edit import Edited, edit
from ccr.config.endpoint import endpoint
from ccr.config.interpolate import PATTERN
from ccr.config.parse import parse
from ccr.config.problem import Report
from ccr.config.read import pick
from ccr.config.schema import Config, Key, Provider
from ccr.config.syntax import document
from ccr.dialect.vendor_table import find
from ccr.net.client import Clients
from ccr.net.listing import listed
from ccr.run.checkup import Case, Result, cases, check
from ccr.run.configtext import ConfigText
from ccr.store.secret import References, keep

Json = dict[str, Any]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that somebody chose. `key` is written as it stands; `hidden` goes to the keychain first."""

    name: str
    url: str
    key: str = ""
    models: tuple[str, ...] = ()
    hidden: str = ""

    def entry(self) -> Json:
        """Return the provider's entry."""
        key = {"api_key": self.key} if self.key else {}
        return {"name": self.name, "api_base_url": self.url, **key, "models": list(self.models)}


def key_of(wanted: Wanted, env: Mapping[str, str]) -> str:
    """Return the key itself, empty if its reference gives nothing."""
    found = References(env)
    return wanted.hidden or PATTERN.sub(lambda match: found.get(match[1] or match[2], ""), wanted.key)


def models_of(wanted: Wanted, *, env: Mapping[str, str], proxy_url: str | None) -> list[str]:
    """Return the models that a provider lists and that hold conversations, none if it doesn't tell."""
    return trio.run(partial(_models_of, wanted, env=env, proxy_url=proxy_url))


def try_out(
    wanted: Sequence[Wanted], config: Config, *, env: Mapping[str, str], seconds: float, seen: Callable[[Result], None]
) -> list[Result]:
    """Ask each model for one token."""
    found: list[Case] = []
    for one in wanted:
        text = json.dumps({"Providers": [{**one.entry(), "api_key": key_of(one, env)}]})
        found += cases(parse(text, {}).require(), one.name) if one.models else []
    return check(config, found, env=env, seconds=seconds, seen=seen) if found else []


def write(
    text: ConfigText, wanted: Sequence[Wanted], routes: Mapping[str, str], *, anew: bool, env: Mapping[str, str]
) -> bool:
    """Put secrets into the keychain, then save the configuration; return whether comments were lost.

    Providers of the same name are replaced, all else stays, unless everything is made `anew`.
    """
    for one in wanted:
        if one.hidden:
            keep(one.name, one.hidden, env)
    return text.change(lambda old, _: compose("{}" if anew else old, wanted, routes))


def compose(text: str, wanted: Sequence[Wanted], routes: Mapping[str, str]) -> Edited:
    """Return the text with the providers and routes put in."""
    lost = False
    for one in wanted:
        edited = put_provider(text, _read(text), one.entry())
        text, lost = edited.text, lost or edited.is_rewritten
    for route, target in routes.items():
        edited = set_route(text, _read(text), route, target)
        text, lost = edited.text, lost or edited.is_rewritten
    return Edited(text, lost)


def put_provider(text: str, raw: Json, provider: Json) -> Edited:
    """Return the text with a provider added, or in the place of the one of its name."""
    section, found = pick(raw, "Providers")
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict) and pick(item, "name")[1] == provider["name"]:
            return edit(text, [section, index], provider)
    return add_provider(text, raw, provider)


def _read(text: str) -> Json:
    return document(text, Report()) or {}


async def _models_of(wanted: Wanted, *, env: Mapping[str, str], proxy_url: str | None) -> list[str]:
    wire = find(wanted.url).dialect
    clients = Clients(env)
    key = key_of(wanted, env)
    provider = Provider(name=wanted.name, url=endpoint(wanted.url, wire), keys=(Key(key),) if key else ())
    try:
        found = await listed(clients, provider, wire, key=key, proxy_url=proxy_url)
        return [model.id for model in found if model.talks]
    finally:
        with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
            await clients.aclose()
