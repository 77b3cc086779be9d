"""What a reply costs: the prices of a model's tokens, and the sum. Where something isn't known, the sum is None."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from ccr.core.usage import Usage

MILLION = 1_000_000

Dollars = Annotated[float, Meta(ge=0)]


class Prices(Struct, frozen=True):
    """US dollars for a million tokens."""

    input: Annotated[Dollars, Meta(description="Of the prompt.")]
    output: Annotated[Dollars, Meta(description="Of the reply, with its reasoning.")]
    cached_input: Annotated[
        Dollars | None, Meta(description="Of what the provider's cache serves; like `input` unless given.")
    ] = None
    cache_write: Annotated[
        Dollars | None, Meta(description="Of what is put into the cache; like `input` unless given.")
    ] = None
    cache_write_1h: Annotated[
        Dollars | None, Meta(description="Of what the cache keeps for an hour; like `cache_write` unless given.")
    ] = None

    def cost(self, usage: Usage, *, input_factor: float = 1, output_factor: float = 1) -> float:
        """Return the dollars of a reply."""
        cached = self.input if self.cached_input is None else self.cached_input
        write = self.input if self.cache_write is None else self.cache_write
        write_1h = write if self.cache_write_1h is None else self.cache_write_1h
        hour = min(usage.cache_write_1h, usage.cache_write)
        prompt = usage.input * self.input + usage.cache_read * cached
        prompt += (usage.cache_write - hour) * write + hour * write_1h
        return (prompt * input_factor + usage.output * self.output * output_factor) / MILLION


class Tariff(Struct, frozen=True):
    """The prices of one model at one provider, and when others apply. None of it is no tariff: nothing is known."""

    prices: Prices | None = None
    long: tuple[int, float, float] | None = None
    """For prompts with more tokens than the first number: factors of the prompt's and the reply's prices."""
    peak: tuple[tuple[int, int], ...] = ()
    """Hours (UTC, from and up to) in which everything costs `peak_factor` times as much."""
    peak_factor: float = 2.0
    change: tuple[str, Prices] | None = None
    """The day (UTC, `2027-01-01`) from which other prices apply, and those."""
    is_told: bool = False
    """The provider says itself, in dollars, what a reply cost."""

    def cost(self, usage: Usage | None, *, at: float) -> float | None:
        """Return the dollars of a reply that began at a Unix time; None if that isn't known."""
        if usage is None or not (usage.prompt or usage.output):
            return None
        if self.is_told:
            return usage.cost or None
        moment = datetime.fromtimestamp(at, UTC)
        prices = self.prices
        if self.change and f"{moment:%Y-%m-%d}" >= self.change[0]:
            prices = self.change[1]
        if prices is None:
            return None
        factor = self.peak_factor if any(start <= moment.hour < end for start, end in self.peak) else 1.0
        if self.long and usage.prompt > self.long[0]:
            return prices.cost(usage, input_factor=factor * self.long[1], output_factor=factor * self.long[2])
        return prices.cost(usage, input_factor=factor, output_factor=factor)
