"""Router mode of the first proof of concept: models by their role, where a small one picks who does the work.

`ENABLE_ROUTER`, and for each role `<ROLE>_AGENT_API_KEY`, `_BASE_URL` and `_MODEL`, stand in the environment, in `.env`
or in the file, and count in this order. They become providers like any other, and the models become routes.
"""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from ccr.config.problem import Report
from ccr.config.provider import merge_keys
from ccr.config.schema import Config, Json, Key, Provider

T = TypeVar("T")

ROLES = ("router", "tool", "coder", "think")
NEEDED = ("router", "tool")
"""Without a coder or a thinker there is less to choose from; without one of these there is no choice at all."""

SWITCH = "ENABLE_ROUTER"
KEYS = (
    SWITCH,
    "AGENT_STEPS",
    *(f"{role.upper()}_AGENT_{part}" for role in ROLES for part in ("API_KEY", "BASE_URL", "MODEL")),
)

OPENAI_URL = "https://api.openai.com/v1"
"""The base URL that OpenAI's own SDK takes when it is given none."""


def overlay(values: Json, env: Mapping[str, str]) -> Json:
    """Return the file's values with what the environment says instead."""
    return {**values, **{key: env[key] for key in KEYS if env.get(key, "").strip()}}


def without(values: Mapping[str, T]) -> dict[str, T]:
    """Return an environment, or a file's values, that say nothing about router mode."""
    return {key: value for key, value in values.items() if key not in KEYS}


def complete(config: Config, report: Report) -> Config:
    """Return the configuration with a provider for each role, and each role's model as `provider,model`.

    Router mode is off, with a problem that says what is missing, if it can't be used.
    """
    if not config.enable_router:
        return config
    made = {role: _provider(role, config) for role in ROLES}
    routes = {role: _route(role, config, made[role]) for role in ROLES}
    missing = [f"{role.upper()}_AGENT_MODEL" for role in NEEDED if not routes[role]]
    for key in missing:
        report.add(key, "is missing", hint=f"router mode is off without it; set it or unset {SWITCH}")
    if missing:
        return replace(config, enable_router=False)
    models = {f"{role}_agent_model": route or None for role, route in routes.items()}
    providers = (*config.providers, *(provider for provider in made.values() if provider))
    router = config.router if config.router.default else replace(config.router, default=routes["tool"])
    return replace(config, providers=providers, router=router, **models)


def _provider(role: str, config: Config) -> Provider | None:
    """Return the provider of a role; None if its model is one of a provider that is configured otherwise."""
    key, url, model = (getattr(config, f"{role}_agent_{part}") for part in ("api_key", "base_url", "model"))
    name = f"{role}-agent"
    if not model or not (key or url) or any(provider.name == name for provider in config.providers):
        return None
    return Provider(name=name, url=url or OPENAI_URL, keys=merge_keys([Key(key)] if key else []), models=(model,))


def _route(role: str, config: Config, made: Provider | None) -> str:
    model: str = getattr(config, f"{role}_agent_model") or ""
    return f"{made.name},{model}" if made else model
