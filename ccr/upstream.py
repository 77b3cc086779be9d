"""A provider's model made ready: who it is, which wire format it speaks, what is edited on the way. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from ccr.config.endpoint import endpoint
from ccr.config.schema import ModelSettings, Provider
from ccr.core.price import Tariff
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.base import Dialect
from ccr.dialect.gemini import Gemini
from ccr.dialect.model_table import ModelFacts, facts
from ccr.dialect.openai_chat import OpenAIChat
from ccr.dialect.openai_responses import OpenAIResponses
from ccr.dialect.price_table import tariff
from ccr.dialect.vendor import DialectName, Vendor
from ccr.dialect.vendor_table import find, for_model, speaking
from ccr.dialect.vertex import Vertex
from ccr.transform.chain import Chain

DIALECTS: Mapping[DialectName, Dialect] = {
    "openai_chat": OpenAIChat(),
    "openai_responses": OpenAIResponses(),
    "gemini": Gemini(),
    "anthropic": Anthropic(),
    "vertex": Vertex(),
}

SELF_HOSTED = frozenset({"ollama", "lmstudio", "local"})
"""Vendors whose models have the limits that their user gave them."""


@dataclass(frozen=True)
class Upstream:
    """One model of one provider, resolved once for a configuration and shared by its requests."""

    provider: Provider
    model: str
    chain: Chain

    @cached_property
    def vendor(self) -> Vendor:
        """What is known of whoever is behind the address, and of the model."""
        vendor = speaking(for_model(find(self.provider.url), self.model), self.dialect_name)
        return replace(vendor, max_output=self.facts.max_output, images=self.facts.images is not False)

    @cached_property
    def facts(self) -> ModelFacts:
        """The model's limits and abilities."""
        return known(self.provider, self.model)

    @cached_property
    def tariff(self) -> Tariff:
        """What it costs: as the user's settings say, else by the vendor's list."""
        own = self.provider.model_settings.get(self.model)
        return Tariff(own.prices) if own and own.prices else tariff(self.provider.url, self.model)

    @cached_property
    def dialect_name(self) -> DialectName:
        """The wire format: the one that the chain names, else the one that suits the model at this address."""
        return self.chain.dialect or for_model(find(self.provider.url), self.model).dialect

    @property
    def dialect(self) -> Dialect:
        """The codec of the wire format."""
        return DIALECTS[self.dialect_name]

    @cached_property
    def url(self) -> str:
        """Where requests go."""
        return endpoint(self.provider.url, self.dialect_name)

    @cached_property
    def is_anthropic(self) -> bool:
        """Whether Anthropic's own models answer, which take everything that the client sends."""
        return self.vendor.name == "anthropic" or (self.dialect_name == "vertex" and "claude" in self.model.lower())

    @cached_property
    def passes_through(self) -> bool:
        """Whether bytes go both ways untouched: the `Anthropic` transformer alone, or Anthropic's own address."""
        if self.dialect_name != "anthropic":
            return False
        return self.chain.only_dialect if self.chain.entries else self.is_anthropic


def known(provider: Provider, model: str) -> ModelFacts:
    """Return what is known of a provider's model: from the user's settings, else of the vendor, else by its name."""
    vendor, by_name = for_model(find(provider.url), model), facts(model)
    own = provider.model_settings.get(model) or ModelSettings()
    # Whoever runs a model at home gives it the window that fits the memory.
    window = None if vendor.name in SELF_HOSTED else by_name.window
    images = False if not vendor.images else by_name.images
    return ModelFacts(
        window=own.context_window or window,
        max_output=own.max_output or vendor.max_output or by_name.max_output,
        images=images if own.images is None else own.images,
    )
