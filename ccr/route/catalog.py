"""What there is to route to: providers, their models and what is known of each."""

from collections.abc import Iterable, Mapping

from msgspec import Struct


class Model(Struct, frozen=True):
    """What is known of a model; None is unknown."""

    window: int | None = None
    """Tokens that prompt and reply may have together."""
    images: bool | None = None
    """Whether it takes images."""


class Target(Struct, frozen=True):
    """A provider's model. `is_listed` is False for one that the provider's list of models doesn't have."""

    provider: str
    model: str
    is_listed: bool = True

    @property
    def name(self) -> str:
        """The target as a route is written: `provider,model`."""
        return f"{self.provider},{self.model}"


class Catalog(Struct, frozen=True):
    """The providers in the order of the configuration, each with its models in order."""

    providers: Mapping[str, Mapping[str, Model]] = {}

    def find_provider(self, name: str) -> str | None:
        """Return the provider's name as the configuration spells it, or None. Case doesn't matter."""
        return _find(name, self.providers)

    def find_model(self, provider: str, name: str) -> str | None:
        """Return the model's name as the list of `provider` (spelled right) has it, or None. Case doesn't matter."""
        return _find(name, self.providers[provider])

    def known(self, target: Target) -> Model:
        """Return what is known of the target. A suffix such as OpenRouter's `:online` makes no other model of it."""
        models = self.providers.get(target.provider, {})
        name = _find(target.model, models) or _find(target.model.rpartition(":")[0], models)
        return models[name] if name else Model()


def _find(name: str, names: Iterable[str]) -> str | None:
    if name in names:
        return name
    folded = name.casefold()
    return next((known for known in names if known.casefold() == folded), None)
