import re

import pytest

from ccr.core.price import Tariff
from ccr.core.usage import Usage
from ccr.dialect.price_table import OFFERS, tariff
from ccr.dialect.vendor_table import UNKNOWN, find

NOON = 1_790_000_000.0
"""In September 2026, at an hour without a surcharge."""
EACH = Usage(input=1_000_000, output=1_000_000, cache_read=1_000_000)


@pytest.mark.parametrize(
    ("url", "model", "prices"),
    [
        ("https://api.anthropic.com/v1/messages", "claude-opus-4-8", (5, 25, 0.5)),
        ("https://api.anthropic.com", "claude-haiku-4-5-20251001", (1, 5, 0.1)),
        ("https://api.openai.com/v1", "gpt-5", (1.25, 10, 0.125)),
        ("https://api.openai.com/v1/responses", "gpt-5-2025-08-07", (1.25, 10, 0.125)),
        ("https://api.openai.com/v1", "gpt-4o-2024-05-13", (5, 15, None)),
        ("https://api.openai.com/v1", "GPT-4o-2024-08-06", (2.5, 10, 1.25)),
        ("https://generativelanguage.googleapis.com/v1beta/models/", "gemini-2.5-flash", (0.3, 2.5, 0.03)),
        ("https://api.z.ai/api/paas/v4", "GLM-4.6", (0.6, 2.2, 0.11)),
        ("https://api.groq.com/openai/v1", "openai/gpt-oss-120b", (0.15, 0.6, 0.075)),
        ("https://api.minimax.io/anthropic", "MiniMax-M2", (0.3, 1.2, 0.03)),
    ],
)
def test_known_model_has_its_list_price(url: str, model: str, prices: tuple[float, float, float | None]) -> None:
    found = tariff(url, model).prices
    assert found is not None
    assert (found.input, found.output, found.cached_input) == prices


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://api.openai.com/v1", "gpt-99"),
        ("https://api.openai.com/v1", "gpt-4o-audio-preview"),
        ("https://gateway.example/v1", "gpt-4o"),
        ("http://127.0.0.1:11434/v1", "gpt-oss-120b"),
        ("https://api.moonshot.cn/v1", "kimi-k2.5"),
        ("https://api.z.ai/api/coding/paas/v4", "glm-4.6"),
        ("not an address", "gpt-4o"),
        ("", ""),
    ],
)
def test_what_is_not_known_has_no_price(url: str, model: str) -> None:
    assert tariff(url, model) == Tariff()


def test_peak_hours_of_deepseek_double_its_price() -> None:
    found = tariff("https://api.deepseek.com", "deepseek-v4-pro")
    usual = found.cost(EACH, at=NOON)
    at_two = NOON - NOON % 86_400 + 2 * 3600
    assert usual == pytest.approx(0.66 + 1.98 + 0.022)
    assert found.cost(EACH, at=at_two) == pytest.approx(2 * (usual or 0))


def test_openrouter_tells_itself() -> None:
    assert tariff("https://openrouter.ai/api/v1/chat/completions", "anything").is_told


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: str(offer.places[0]))
def test_offer_is_sound(offer: object) -> None:
    from ccr.dialect.price_table import Offer

    assert isinstance(offer, Offer)
    assert re.match(r"https://\S+$", offer.source)
    assert all(find(f"https://{place}") != UNKNOWN for place in offer.places)
    for name, one in offer.tariffs.items():
        assert name == name.lower()
        assert one.prices is not None
        assert 0 < one.prices.input <= one.prices.output
        # What the cache serves is never dearer than what it doesn't.
        assert one.prices.cached_input is None or one.prices.cached_input < one.prices.input
