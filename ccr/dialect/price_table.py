"""What the tokens of known models cost at the vendors that made them. Facts only, each block with its source.

A vendor's list prices: no batch, no priority tier, no subscription, which the user's `model_settings` have to tell.
A model or an address that isn't here has no price. Where prices depend on the hour or the length, that is told too.
"""

import re
from functools import lru_cache

import msgspec

from ccr.core.price import Prices, Tariff
from ccr.dialect.vendor_table import is_at

_DATE = re.compile(r"-20\d\d(-\d\d-\d\d|\d{4})$")
"""A version of a model, which costs what the model does unless it has a line of its own."""


class Offer(msgspec.Struct, frozen=True):
    """The models of one vendor at some of its addresses, written as in `Vendor.hosts`."""

    source: str
    places: tuple[str, ...]
    tariffs: dict[str, Tariff]
    """By the models' names in lower case."""


def _tariffs(*lines: tuple[str, Tariff]) -> dict[str, Tariff]:
    return {name: tariff for names, tariff in lines for name in names.split()}


def _claude(input_: float, cached: float, output: float, *, long: tuple[int, float, float] | None = None) -> Tariff:
    """Return prices of Anthropic: what is put into the cache costs a quarter more, for an hour twice as much."""
    return Tariff(Prices(input_, output, cached, input_ * 1.25, input_ * 2), long=long)


def _flat(input_: float, cached: float | None, output: float, *, write: float | None = None) -> Tariff:
    return Tariff(Prices(input_, output, cached, write))


def _long(tariff: Tariff, above: int, input_factor: float, output_factor: float) -> Tariff:
    return msgspec.structs.replace(tariff, long=(above, input_factor, output_factor))


def _gpt(input_: float, cached: float, output: float, *, writes: bool = False) -> Tariff:
    """Return prices of OpenAI's models since GPT-5.4, which are higher for long prompts."""
    return _long(_flat(input_, cached, output, write=input_ * 1.25 if writes else None), 272_000, 2, 1.5)


def _deepseek(input_: float, cached: float, output: float) -> Tariff:
    return Tariff(Prices(input_, output, cached), peak=((1, 4), (6, 10)))


def _changing(now: Prices, day: str, then: Prices) -> Tariff:
    return Tariff(now, change=(day, then))


_SONNET = 3, 0.3, 15
_FLASH = _changing(Prices(0.75, 3.75, 0.075), "2027-01-01", Prices(1.5, 7.5, 0.15))

OFFERS: tuple[Offer, ...] = (
    Offer(
        "https://claude.com/pricing#api",
        ("api.anthropic.com",),
        _tariffs(
            ("claude-fable-5", _claude(10, 1, 50)),
            ("claude-fable-5-1", _claude(10, 0.25, 50)),
            ("claude-fable-5-2", _claude(8, 0.2, 40)),
            ("claude-opus-5-5", _claude(4, 0.2, 20)),
            ("claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6 claude-opus-4-5", _claude(5, 0.5, 25)),
            ("claude-opus-4-1 claude-opus-4-0 claude-opus-4", _claude(15, 1.5, 75)),
            ("claude-sonnet-5-5", _claude(2, 0.1, 10)),
            ("claude-sonnet-5", _claude(2, 0.2, 10)),
            ("claude-sonnet-4-6 claude-sonnet-4-0 claude-sonnet-4", _claude(*_SONNET)),
            ("claude-sonnet-4-5", _claude(*_SONNET, long=(200_000, 2, 1.5))),
            ("claude-haiku-5-5", _claude(0.1, 0.01, 0.5, long=(100_000, 5, 5))),
            ("claude-haiku-4-5", _claude(1, 0.1, 5)),
            ("claude-3-7-sonnet claude-3-7-sonnet-latest claude-3-5-sonnet", _claude(*_SONNET)),
            ("claude-3-5-haiku claude-3-5-haiku-latest", _claude(0.8, 0.08, 4)),
        ),
    ),
    Offer(
        "https://developers.openai.com/api/docs/pricing",
        ("api.openai.com",),
        _tariffs(
            ("gpt-6.1-sol", _gpt(2, 0.1, 10, writes=True)),
            ("gpt-6.1-terra", _gpt(1, 0.05, 5, writes=True)),
            ("gpt-6-astra", _gpt(10, 1, 50, writes=True)),
            ("gpt-6-sol", _gpt(2, 0.2, 10, writes=True)),
            ("gpt-6-luna", _gpt(0.1, 0.01, 0.5, writes=True)),
            ("gpt-5.6 gpt-5.6-sol", _gpt(4, 0.4, 20, writes=True)),
            ("gpt-5.6-terra", _gpt(2, 0.2, 12, writes=True)),
            ("gpt-5.6-luna", _gpt(0.2, 0.02, 1.2, writes=True)),
            ("gpt-5.5 gpt-5.5-codex", _gpt(5, 0.5, 30)),
            ("gpt-5.4", _gpt(2.5, 0.25, 15)),
            ("gpt-5.4-mini", _flat(0.75, 0.075, 4.5)),
            ("gpt-5.4-nano", _flat(0.2, 0.02, 1.25)),
            ("gpt-5.3 gpt-5.3-codex gpt-5.2 gpt-5.2-codex gpt-5.2-chat-latest", _flat(1.75, 0.175, 14)),
            ("gpt-5.1 gpt-5.1-codex gpt-5.1-codex-max gpt-5.1-chat-latest", _flat(1.25, 0.125, 10)),
            ("gpt-5 gpt-5-codex gpt-5-chat-latest", _flat(1.25, 0.125, 10)),
            ("gpt-5-mini gpt-5.1-codex-mini", _flat(0.25, 0.025, 2)),
            ("gpt-5-nano", _flat(0.05, 0.005, 0.4)),
            ("gpt-4.1", _flat(2, 0.5, 8)),
            ("gpt-4.1-mini", _flat(0.4, 0.1, 1.6)),
            ("gpt-4.1-nano", _flat(0.1, 0.025, 0.4)),
            ("gpt-4o", _flat(2.5, 1.25, 10)),
            ("gpt-4o-2024-05-13", _flat(5, None, 15)),
            ("gpt-4o-mini", _flat(0.15, 0.075, 0.6)),
            ("o4-mini", _flat(1.1, 0.275, 4.4)),
            ("o3", _flat(2, 0.5, 8)),
            ("o3-mini", _flat(1.1, 0.55, 4.4)),
            ("o1", _flat(15, 7.5, 60)),
        ),
    ),
    Offer(
        "https://ai.google.dev/gemini-api/docs/pricing",
        ("generativelanguage.googleapis.com",),
        _tariffs(
            ("gemini-4-argon", _changing(Prices(2, 10, 0.1), "2026-12-01", Prices(4, 20, 0.2))),
            ("gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash", _FLASH),
            ("gemini-3.5-flash", _flat(1.5, 0.15, 9)),
            ("gemini-3.5-flash-lite gemini-2.5-flash", _flat(0.3, 0.03, 2.5)),
            ("gemini-3.1-pro-preview gemini-3-pro-preview", _long(_flat(2, 0.2, 12), 200_000, 2, 1.5)),
            ("gemini-3.1-flash-lite", _flat(0.25, 0.025, 1.5)),
            ("gemini-3-flash-preview", _flat(0.5, 0.05, 3)),
            ("gemini-2.5-pro", _long(_flat(1.25, 0.125, 10), 200_000, 2, 1.5)),
            ("gemini-2.5-flash-lite", _flat(0.1, 0.01, 0.4)),
        ),
    ),
    Offer(
        "https://api-docs.deepseek.com/quick_start/pricing",
        ("api.deepseek.com",),
        _tariffs(
            ("deepseek-flash deepseek-v4-flash", _deepseek(0.15, 0.003, 0.6)),
            ("deepseek-v4-pro", _deepseek(0.66, 0.022, 1.98)),
        ),
    ),
    Offer(
        "https://docs.x.ai/docs/models",
        ("api.x.ai",),
        _tariffs(
            ("grok-4.7 grok-4.6", _long(_flat(2, 0.5, 6), 199_999, 2, 2)),
            ("grok-4.5", _long(_flat(2, 0.3, 6), 199_999, 2, 2)),
            ("grok-4.3", _long(_flat(1.25, 0.2, 2.5), 199_999, 2, 2)),
            ("grok-build-0.1", _long(_flat(1, 0.2, 2), 199_999, 2, 2)),
            ("grok-4-1-fast-reasoning grok-4-1-fast-non-reasoning grok-4-1-fast", _flat(0.2, 0.05, 0.5)),
            ("grok-4-fast-reasoning grok-4-fast-non-reasoning grok-4-fast", _flat(0.2, 0.05, 0.5)),
            ("grok-4 grok-4-0709 grok-4-latest grok-3", _flat(3, 0.75, 15)),
            ("grok-3-mini", _flat(0.3, 0.075, 0.5)),
            ("grok-code-fast-1 grok-code-fast", _flat(0.2, 0.02, 1.5)),
        ),
    ),
    Offer(
        # The addresses in China have prices in yuan, api.kimi.com is a subscription.
        "https://platform.kimi.ai/docs/pricing/chat",
        ("api.moonshot.ai",),
        _tariffs(
            ("kimi-k3.1-pro", _flat(2, 0.2, 10)),
            ("kimi-k3", _flat(3, 0.3, 15)),
            ("kimi-k2.7-code", _flat(0.95, 0.19, 4)),
            ("kimi-k2.6", _flat(0.95, 0.16, 4)),
            ("kimi-k2.5", _flat(0.6, 0.1, 3)),
            ("kimi-k2-thinking kimi-k2-0905-preview kimi-k2-0711-preview", _flat(0.6, 0.15, 2.5)),
            ("kimi-k2-thinking-turbo kimi-k2-turbo-preview", _flat(1.15, 0.15, 8)),
        ),
    ),
    Offer(
        # Its other paths belong to the coding plan, which is a subscription.
        "https://docs.z.ai/guides/overview/pricing",
        ("api.z.ai/api/paas",),
        _tariffs(
            ("glm-5.3 glm-5.2 glm-5.1", _flat(1.4, 0.26, 4.4)),
            ("glm-5.3-flash", _flat(0.15, 0.03, 0.5)),
            ("glm-5", _flat(1, 0.2, 3.2)),
            ("glm-4.7 glm-4.6 glm-4.5", _flat(0.6, 0.11, 2.2)),
            ("glm-4.5-air", _flat(0.2, 0.03, 1.1)),
            ("glm-4.6v", _flat(0.3, 0.05, 0.9)),
            ("glm-4.5v", _flat(0.6, 0.11, 1.8)),
        ),
    ),
    Offer(
        "https://platform.minimax.io/docs/pricing/overview",
        ("api.minimax.io",),
        _tariffs(
            ("minimax-m3.1-flash", _flat(0.15, 0.015, 0.6)),
            ("minimax-m3", _long(_flat(0.3, 0.06, 1.2), 512_000, 2, 2)),
            ("minimax-m2.7", _flat(0.3, 0.06, 1.2, write=0.375)),
            ("minimax-m2.5 minimax-m2.1 minimax-m2", _flat(0.3, 0.03, 1.2, write=0.375)),
        ),
    ),
    Offer(
        "https://mistral.ai/pricing/api",
        ("api.mistral.ai",),
        _tariffs(
            ("mistral-large-4 mistral-large-4-0", _flat(0.7, 0.07, 2.1)),
            ("mistral-large-2512", _flat(0.5, 0.05, 1.5)),
            ("mistral-medium-latest mistral-medium-3-5 mistral-medium-2604", _flat(1.5, 0.15, 7.5)),
            ("mistral-medium-2508 mistral-medium-2505 devstral-2512", _flat(0.4, 0.04, 2)),
            ("mistral-small-latest mistral-small-2603", _flat(0.15, 0.015, 0.6)),
            ("codestral-2508", _flat(0.3, 0.03, 0.9)),
        ),
    ),
    Offer(
        "https://console.groq.com/docs/models",
        ("api.groq.com",),
        _tariffs(
            ("openai/gpt-oss-120b", _flat(0.15, 0.075, 0.6)),
            ("openai/gpt-oss-20b", _flat(0.075, 0.0375, 0.3)),
            ("moonshotai/kimi-k2-instruct-0905 moonshotai/kimi-k2-instruct", _flat(1, 0.5, 3)),
            ("llama-3.3-70b-versatile", _flat(0.59, None, 0.79)),
            ("llama-3.1-8b-instant", _flat(0.05, None, 0.08)),
            ("qwen/qwen3-32b", _flat(0.29, None, 0.59)),
        ),
    ),
    Offer(
        "https://www.cerebras.ai/pricing",
        ("api.cerebras.ai",),
        _tariffs(
            ("gpt-oss-120b", _flat(0.35, None, 0.75)),
            ("zai-glm-4.7", _flat(2.25, None, 2.75)),
            ("qwen-3-32b", _flat(0.4, None, 0.8)),
        ),
    ),
)

TOLD = Tariff(is_told=True)
TELLING = ("openrouter.ai",)
"""Who puts the dollars beside the usage: https://openrouter.ai/docs/use-cases/usage-accounting"""


@lru_cache(maxsize=1024)
def tariff(url: str, model: str) -> Tariff:
    """Return what a model costs at an address; an empty tariff if that isn't known."""
    if is_at(url, TELLING):
        return TOLD
    name = model.strip().lower()
    for offer in OFFERS:
        if is_at(url, offer.places):
            return offer.tariffs.get(name) or offer.tariffs.get(_DATE.sub("", name)) or Tariff()
    return Tariff()
