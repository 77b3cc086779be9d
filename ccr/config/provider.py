"""Reads the entries of `Providers`: merges the keys, normalises the transformers, checks the address."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ccr.config.chain import chains
from ccr.config.interpolate import placeholder
from ccr.config.problem import Report, member
from ccr.config.read import convert, pick, read, report_unknown
from ccr.config.schema import Chains, Json, Key, Provider


def providers(raw: Any, *, path: str, report: Report) -> tuple[Provider, ...]:
    """Return the providers that can be used; of several with one name, the last, as in the original."""
    if not isinstance(raw, list):
        report.add(path, "must be a list of providers, [{...}, {...}]", fatal=True)
        return ()
    found: dict[str, Provider] = {}
    for index, item in enumerate(raw):
        where = f"{path}[{index}]"
        provider = _provider(item, path=where, report=report)
        if provider is None:
            report.add(where, "can't be used and is left out", hint="a provider needs `name` and `api_base_url`")
            continue
        if provider.name in found:
            report.add(member(where, "name"), f"{provider.name!r} is there twice; this one is used")
        found.pop(provider.name, None)
        found[provider.name] = provider
    return tuple(found.values())


def merge_keys(keys: Iterable[Key]) -> tuple[Key, ...]:
    """Return each key once, in order. Settings count, wherever the key is written with them.

    A placeholder that stayed unfilled is no key: sent upstream it would only bring back a confusing error.
    """
    merged: dict[str, Key] = {}
    for key in keys:
        if placeholder(key.key) is None and merged.get(key.key, Key(key.key)) == Key(key.key):
            merged[key.key] = key
    return tuple(merged.values())


def _provider(item: Any, *, path: str, report: Report) -> Provider | None:
    if not isinstance(item, dict):
        report.add(path, "must be an object")
        return None
    given = {"keys": _keys(item, path=path, report=report), "chain": Chains()}
    provider = read(Provider, item, path=path, report=report, given=given)
    if provider is None:
        return None
    report_unknown(Provider, provider.extra, path=path, report=report)
    _check_url(provider.url, path=member(path, pick(item, "api_base_url")[0]), report=report)
    models = tuple(dict.fromkeys(provider.models))
    spelling, transformer = pick(item, "transformer")
    chain = chains(transformer, models=models, path=member(path, spelling), report=report)
    return replace(provider, models=models, chain=chain)


def _keys(item: Json, *, path: str, report: Report) -> tuple[Key, ...]:
    """Read `api_key` and `api_keys`, each a text, an object or a list of both."""
    keys: list[Key] = []
    for name in ("api_key", "api_keys"):
        spelling, value = pick(item, name)
        if name == "api_keys" and isinstance(value, str):
            # One environment variable may hold several keys.
            value = value.split(",")
        if value is not None:
            keys.extend(convert(value, tuple[Key, ...], path=member(path, spelling), report=report))
    sendable = [key for key in keys if key.key.isascii() and key.key.isprintable()]
    if sendable != keys:
        # A typographic quote or an invisible blank, brought along by copying.
        report.add(path, "a key has a character that no header can carry, it is left out", hint="type it again")
    return merge_keys(sendable)


def _check_url(url: str, *, path: str, report: Report) -> None:
    scheme, separator, _ = url.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        report.add(path, f"can't be reached by {scheme}://", hint="write an http:// or https:// address")
    elif any(character.isspace() for character in url):
        report.add(path, "has a blank in it", hint="write one http:// or https:// address")
