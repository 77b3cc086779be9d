"""Checks what no single field can tell: routes to providers and models that aren't there, an unprotected address."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ccr.config import tokenizer
from ccr.config.agents import KEYS as AGENT_KEYS
from ccr.config.agents import ROLES
from ccr.config.interpolate import Unset, placeholder
from ccr.config.legacy import KEYS as LEGACY_KEYS
from ccr.config.legacy import NAME as LEGACY_NAME
from ccr.config.problem import Report, member, nearest, suggest
from ccr.config.read import report_unknown, unknown
from ccr.config.schema import Config, Provider, Router

LOOPBACK = "127.0.0.1"

_FOREIGN = ("$schema", *LEGACY_KEYS)
"""Keys that mean something, though not as a field."""

_PROXIES = ("http", "https", "socks5", "socks5h")


def guard(config: Config, report: Report) -> Config:
    """Return the configuration with a safe address: without a secret the router listens to this machine only."""
    secret = config.apikey
    if is_loopback(config.host) or (secret and placeholder(secret) is None):
        return config
    report.add(
        "HOST",
        f"{config.host!r} would let other machines in without a key, so the router listens on {LOOPBACK} only",
        hint="set APIKEY to listen there",
    )
    return msgspec.structs.replace(config, host=LOOPBACK)


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address that is bound to `host`."""
    host = host.strip("[]").lower()
    octets = host.split(".")
    is_v4 = len(octets) == 4 and all(part.isdecimal() and len(part) <= 3 for part in octets)
    return host in ("localhost", "::1") or (is_v4 and octets[0] == "127")


def check(config: Config, report: Report) -> None:
    """Report what is odd about the configuration as a whole. Nothing here stops it from being used."""
    if not config.providers:
        report.add("Providers", "there is no provider to send requests to", hint="add one with name and api_base_url")
    by_name = {provider.name.lower(): provider for provider in config.providers}
    for path, route in _routes(config):
        _check_route(route, by_name, path=path, report=report)
    for key in config.router.extra:
        if nearest(key, Router.__struct_encode_fields__):
            report_unknown(Router, [key], path="Router", report=report)
    _check_keys(config, report)
    _check_proxy(config.proxy_url, path="PROXY_URL", report=report)
    for index, provider in enumerate(config.providers):
        if provider.proxy != "direct":
            _check_proxy(provider.proxy, path=f"Providers[{index}].proxy", report=report)
        if provider.insecure:
            what = "any certificate is accepted, so whoever is in between can read the key and everything else"
            report.add(f"Providers[{index}].insecure", what, hint="trust the server's own with ca_file instead")
        for path, message in tokenizer.problems(provider.tokenizer):
            report.add(f"Providers[{index}].{path}", message, hint="tokens are counted with cl100k_base")


def _check_keys(config: Config, report: Report) -> None:
    for key in config.extra:
        if key not in _FOREIGN:
            # Another vendor's `_API_KEY` is no misspelt one of an agent's.
            unlikely = () if "agent" in key.lower() else AGENT_KEYS
            report_unknown(Config, [key], path="", report=report, unlikely=unlikely)


def report_unset(unset: tuple[Unset, ...], config: Config, report: Report) -> None:
    """Report the placeholders that found no variable, where that matters."""
    uses_legacy = any(provider.name == LEGACY_NAME for provider in config.providers)
    for item in unset:
        key = item.path.partition(".")[0].partition("[")[0]
        if key == "StatusLine" or (key in unknown(Config, {key: 0}) and not (uses_legacy and key in LEGACY_KEYS)):
            continue
        message, hint = _unset(item.name.strip())
        report.add(item.path, message, hint=hint)


def _unset(name: str) -> tuple[str, str]:
    """Return what is wrong with a reference that gave nothing, and what to do."""
    kind, colon, rest = name.partition(":")
    if colon and kind in ("file", "command", "keychain"):
        return f"{name!r} gives nothing", f"the {kind} {rest.strip()!r} must give the value"
    hint = f"export {name}=..." if name.isidentifier() else "write the value itself"
    return f"the environment variable {name!r} is not set", hint


def _routes(config: Config) -> Iterator[tuple[str, str]]:
    router = msgspec.to_builtins(config.router)
    for key, value in {**router.pop("extra"), **router}.items():
        if key == "rules":
            for index, rule in enumerate(value):
                yield from _models(f"Router.rules[{index}].model", rule.get("model"))
        elif key not in ("schedule", "thinkWhen"):
            yield from _models(member("Router", key), value)
    for role in ROLES if config.enable_router else ():
        yield from _models(f"{role.upper()}_AGENT_MODEL", getattr(config, f"{role}_agent_model"))
    for key, targets in config.fallback.items():
        for index, target in enumerate(targets):
            yield f"{member('fallback', key)}[{index}]", target


def _models(path: str, route: Any) -> Iterator[tuple[str, str]]:
    """Yield the names in one route: its own, and those of its hours."""
    if isinstance(route, str) and route.strip():
        yield path, route
    elif isinstance(route, dict):
        yield from _models(member(path, "model"), route.get("model"))
        names = route.get("fallback")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            yield from _models(f"{path}.fallback[{index}]", name)
        windows = route.get("schedule")
        for index, window in enumerate(windows if isinstance(windows, list) else ()):
            if isinstance(window, dict):
                yield from _models(f"{path}.schedule[{index}].model", window.get("model"))


def _check_route(route: str, by_name: Mapping[str, Provider], *, path: str, report: Report) -> None:
    if any(route in provider.models for provider in by_name.values()):
        return
    name, comma, model = route.partition(",")
    if not comma:
        name, comma, model = route.partition("/")
    provider = by_name.get(name.strip().lower())
    if provider is None:
        what = f"provider {name.strip()!r} is not configured" if comma else f"{route!r} is not a provider,model pair"
        report.add(path, what, hint=suggest(name.strip(), [provider.name for provider in by_name.values()]))
    elif not model.strip():
        report.add(path, f"{route!r} names no model", hint=suggest("", provider.models))
    elif provider.models and not _has_model(provider, model.strip()):
        what = f"model {model.strip()!r} is not in the list of provider {provider.name!r}"
        report.add(path, what, hint=suggest(model.strip(), provider.models))


def _has_model(provider: Provider, model: str) -> bool:
    """Say whether a model is listed; a suffix such as OpenRouter's `:online` makes no other model of it."""
    wanted = model.lower()
    return any(wanted == listed.lower() or wanted.startswith(f"{listed.lower()}:") for listed in provider.models)


def _check_proxy(url: str | None, *, path: str, report: Report) -> None:
    # The address isn't shown: it may hold a password.
    if url and url.partition("://")[0].lower() not in _PROXIES and placeholder(url) is None:
        report.add(path, "is not the address of a proxy", hint=f"begin it with {', '.join(_PROXIES)}, then ://")
