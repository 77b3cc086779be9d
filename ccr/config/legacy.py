"""The first versions' way to name a provider: `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL`.

They stand in the file or, when it has no provider, in the environment. They make a provider called `default`
that serves everything for which there is no other route.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ccr.config.agents import OPENAI_URL
from ccr.config.problem import Report
from ccr.config.provider import merge_keys
from ccr.config.schema import Config, Key, Provider

KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL")
NAME = "default"


def complete(config: Config, env: Mapping[str, str], report: Report) -> Config:
    """Return the configuration with a default route, if it has none and one can be found."""
    if config.router.default:
        return config
    provider = _provider(config, env, report)
    if provider is not None:
        config = replace(config, providers=(*config.providers, provider))
        return _with_default(config, provider)
    first = next((provider for provider in config.providers if provider.models), None)
    if first is None:
        return config
    config = _with_default(config, first)
    report.add("Router.default", "is not set", hint=f"{config.router.default!r} is used")
    return config


def _provider(config: Config, env: Mapping[str, str], report: Report) -> Provider | None:
    if any(provider.name == NAME for provider in config.providers):
        return None
    key, url, model = (_value(name, config, env) for name in KEYS)
    if model and (key or url):
        return Provider(name=NAME, url=url or OPENAI_URL, keys=merge_keys([Key(key)] if key else []), models=(model,))
    if not config.providers and any(name in config.extra for name in KEYS):
        missing = "OPENAI_API_KEY" if model else "OPENAI_MODEL"
        report.add(missing, "is missing", hint=f"set all of {', '.join(KEYS)}, or configure `Providers`")
    return None


def _value(name: str, config: Config, env: Mapping[str, str]) -> str:
    # With providers in the file, OPENAI_* in the environment are another program's.
    found: Any = config.extra.get(name) or ("" if config.providers else env.get(name))
    return found.strip() if isinstance(found, str) else ""


def _with_default(config: Config, provider: Provider) -> Config:
    return replace(config, router=replace(config.router, default=f"{provider.name},{provider.models[0]}"))
