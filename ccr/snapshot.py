"""One configuration made ready for requests: immutable, swapped whole, kept by every request that began with it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from ccr.config.schema import Config, Provider
from ccr.dialect.model_table import ModelFacts, Told, listed
from ccr.errors import ConfigError, NotFound
from ccr.route.agents import Agents
from ccr.route.catalog import Catalog, Model
from ccr.route.decide import Decision
from ccr.route.name import resolve
from ccr.route.routes import Routes, read_routes
from ccr.transform.builtin import BUILTIN
from ccr.transform.chain import Chain, problems
from ccr.transform.registry import Registry
from ccr.upstream import Upstream, known


class Snapshot:
    """The configuration in force, with what is derived from it once. Raises ConfigError if routes can't be read."""

    def __init__(self, config: Config, digest: str, *, registry: Registry = BUILTIN, told: Told | None = None) -> None:
        self.config = config
        self.hash = digest
        self._registry = registry
        self._told = told or {}
        self._providers: Mapping[str, Provider] = {p.name: p for p in config.providers}
        self.catalog = Catalog({p.name: {m: self._model(p.name, m) for m in p.models} for p in config.providers})
        self.router = _router(config)
        self.routes = self.routes_of(self.router)
        self.profiles = _profiles(config)
        self._upstreams: dict[tuple[str, str], Upstream] = {}

    def upstream(self, provider: str, model: str) -> Upstream:
        """Return a provider's model, ready to use. Raises NotFound for a provider that is not configured."""
        found = self._upstreams.get((provider, model))
        if found is None:
            known = self._providers.get(provider)
            if known is None:
                raise NotFound(f"unknown provider {provider!r}; configured are: {', '.join(self._providers) or 'none'}")
            chain = Chain.build(known.chain.provider, known.chain.models.get(model, ()), registry=self._registry)
            found = self._upstreams[provider, model] = Upstream(known, model, chain, self._listed(known, model))
        return found

    @cached_property
    def main(self) -> Upstream | None:
        """The model of the default route, whose tokens count before the model is known; None if there is none."""
        route = self.routes.rules.get("default")
        try:
            target = resolve(route.model, self.catalog) if route else None
            return self.upstream(target.provider, target.model) if target else None
        except (NotFound, ConfigError):
            return None

    def routes_of(self, router: Mapping[str, Any]) -> Routes:
        """Return a `Router` section as the rules read it. Raises ConfigError if it can't be read."""
        return read_routes(router, describes_images=self.config.force_use_image_agent, agents=_agents(self.config))

    def facts(self, provider: str, model: str) -> ModelFacts:
        """Return what is known of a configured provider's model."""
        found = self._providers[provider]
        return known(found, model, self._listed(found, model))

    def informed(self, told: Told) -> "Snapshot":
        """Return the same configuration with what the providers' lists tell, by their places."""
        return Snapshot(self.config, self.hash, registry=self._registry, told=told)

    def candidates(self, decision: Decision) -> list[Upstream]:
        """Return who may answer, in order: the decision's model, then its route's fallbacks, or those of `fallback`.

        A fallback that names nothing, or has a chain that can't be built, is passed over: `problems` tells about it.
        Raises ConfigError if the decision's own model has such a chain.
        """
        found = [self.upstream(decision.provider, decision.model)]
        general = next((self.config.fallback[k] for k in decision.fallbacks if k in self.config.fallback), ())
        for name in decision.fallback or general:
            found += self._another(name, found)
        return found

    def relief(self, decision: Decision, candidates: Sequence[Upstream]) -> list[Upstream]:
        """Return who may answer if the prompt is too long for all of them, if there is anybody."""
        return self._another(decision.relief, candidates) if decision.relief else []

    def _another(self, name: str, known: Sequence[Upstream]) -> list[Upstream]:
        try:
            target = resolve(name, self.catalog)
            upstream = self.upstream(target.provider, target.model)
        except (NotFound, ConfigError):
            return []
        return [] if upstream in known else [upstream]

    def _listed(self, provider: Provider, model: str) -> ModelFacts:
        return listed(self._told, provider.url, model)

    def _model(self, provider: str, model: str) -> Model:
        facts = self.facts(provider, model)
        return Model(window=facts.window, images=facts.images)

    def problems(self) -> list[str]:
        """Return what is wrong with the transformers of each provider, a line each."""
        found: list[str] = []
        for provider in self.config.providers:
            chains = provider.chain
            entries = [*chains.provider, *(entry for model in chains.models.values() for entry in model)]
            found += [f"provider {provider.name!r}: {problem}" for problem in problems(entries, self._registry)]
        return found


def _router(config: Config) -> Mapping[str, Any]:
    """Return the `Router` section in the file's own spelling."""
    router = msgspec.to_builtins(config.router)
    return {**router.pop("extra"), **router}


def _agents(config: Config) -> Agents | None:
    """Return the agents of router mode, None if it is off."""
    if not config.enable_router:
        return None
    models = (config.router_agent_model, config.tool_agent_model, config.coder_agent_model, config.think_agent_model)
    router, tool, coder, thinker = (model or "" for model in models)
    return Agents(router, tool, coder, thinker, steps=config.agent_steps)


def _profiles(config: Config) -> Mapping[str, Mapping[str, Any]]:
    """Return the routes of each entry of `profiles`, which has a `Router` or is one."""
    found = {}
    for name, profile in config.profiles.items():
        router = profile.get("Router", profile) if isinstance(profile, dict) else None
        if isinstance(router, dict):
            found[name] = router
    return found
