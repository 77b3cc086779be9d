"""A provider's model made ready: who it is, which wire format it speaks, what is edited on the way. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from ccr.config.endpoint import endpoints
from ccr.config.schema import ModelSettings, Provider
from ccr.core.price import Tariff
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.anthropic.claude import answers
from ccr.dialect.base import Dialect, Target
from ccr.dialect.gemini import Gemini
from ccr.dialect.model_table import UNKNOWN, ModelFacts, facts
from ccr.dialect.openai_chat import OpenAIChat
from ccr.dialect.openai_responses import OpenAIResponses
from ccr.dialect.price_table import tariff
from ccr.dialect.vendor import Auth, DialectName, Vendor
from ccr.dialect.vendor_table import find, for_model, is_known, speaking
from ccr.dialect.vertex import Vertex
from ccr.transform.base import Context, Filter
from ccr.transform.chain import Chain
from ccr.transform.texttools import TextTools

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
    told: ModelFacts = UNKNOWN
    """What the provider's own list says of the model."""

    @cached_property
    def vendor(self) -> Vendor:
        """What is known of whoever is behind the address, and of the model."""
        vendor = speaking(for_model(find(self.provider.url), self.model), self.dialect_name)
        documents = vendor.documents or self.facts.documents is True
        return replace(
            vendor, max_output=self.facts.max_output, images=self.facts.images is not False, documents=documents
        )

    @cached_property
    def facts(self) -> ModelFacts:
        """The model's limits and abilities."""
        return known(self.provider, self.model, self.told)

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
        return self.places[0]

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The endpoints that the provider's address may mean, that of `url` first."""
        return endpoints(self.provider.url, self.dialect_name)

    @cached_property
    def other_auth(self) -> Auth | None:
        """How else the key may travel; None where that is certain.

        Relays that speak the Messages API want `x-api-key` or a bearer token, and their addresses don't tell which.
        """
        is_open = self.dialect_name == "anthropic" and not is_known(self.vendor)
        return "bearer" if is_open and "UseBearer" not in self.chain.options else None

    @cached_property
    def reads_pdf(self) -> bool:
        """Whether the model gets PDF files as they are: by the user's word, else by what its wire format can send."""
        told = self.facts.documents
        target = Target(self.provider.name, self.model, self.url, self.vendor, options=self.chain.options)
        return self.dialect.reads_pdf(target) if told is None else told

    def filters(self, context: Context) -> list[Filter]:
        """Return fresh filters for one reply: the chain's, and first what the server may need that no entry names."""
        own = self.chain.filters(context)
        if not context.vendor.text_tools or self.chain.names(TextTools.name):
            return own
        found = TextTools({}).filter(context)
        return [found, *own] if found else own

    @cached_property
    def is_anthropic(self) -> bool:
        """Whether Anthropic's own models answer, which take everything that the client sends."""
        return self.vendor.name == "anthropic" or (self.dialect_name == "vertex" and "claude" in self.model.lower())

    @property
    def is_claude(self) -> bool:
        """Whether Claude answers, which refuses thoughts that are not its own; behind a gateway it goes by its name."""
        return self.is_anthropic or answers(self.vendor, self.model)

    @property
    def maker(self) -> str:
        """Whose signatures its replies have. Claude's are good on all platforms; of others only the provider is known.

        https://docs.claude.com/en/docs/build-with-claude/extended-thinking#thinking-encryption
        """
        return "claude" if self.is_claude else f"provider {self.provider.name}"

    @cached_property
    def passes_through(self) -> bool:
        """Whether bytes go both ways untouched: the `Anthropic` transformer alone, or Anthropic's own address."""
        if self.dialect_name != "anthropic":
            return False
        return self.chain.only_dialect if self.chain.entries else self.is_anthropic


def known(provider: Provider, model: str, told: ModelFacts = UNKNOWN) -> ModelFacts:
    """Return what is known of a provider's model: from the user's settings, else from the provider's own list, else of
    the vendor, else by its name.
    """
    vendor, by_name = for_model(find(provider.url), model), facts(model)
    own = provider.model_settings.get(model) or ModelSettings()
    # Whoever runs a model at home gives it the window that fits the memory.
    window = None if vendor.name in SELF_HOSTED else by_name.window
    images = by_name.images if told.images is None else told.images
    if not vendor.images:
        images = False
    return ModelFacts(
        window=own.context_window or told.window or window,
        max_output=own.max_output or told.max_output or vendor.max_output or by_name.max_output,
        images=images if own.images is None else own.images,
        documents=own.documents,
    )
