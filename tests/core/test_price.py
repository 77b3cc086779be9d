from datetime import UTC, datetime

import pytest

from ccr.core.price import Prices, Tariff
from ccr.core.usage import Usage

MILLION = 1_000_000
NIGHT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC).timestamp()
EVENING = datetime(2026, 11, 20, 20, 0, tzinfo=UTC).timestamp()
PRICES = Prices(3, 15, 0.3, 3.75, 6)


@pytest.mark.parametrize(
    ("prices", "usage", "dollars"),
    [
        (PRICES, Usage(input=MILLION), 3),
        (PRICES, Usage(output=MILLION), 15),
        (PRICES, Usage(cache_read=MILLION), 0.3),
        (PRICES, Usage(cache_write=MILLION), 3.75),
        (PRICES, Usage(cache_write=MILLION, cache_write_1h=MILLION), 6),
        (PRICES, Usage(cache_write=MILLION, cache_write_1h=MILLION // 2), 3.75 / 2 + 3),
        (PRICES, Usage(input=1000, output=100, cache_read=2000), 0.003 + 0.0015 + 0.0006),
        (Prices(2, 4), Usage(cache_read=MILLION, cache_write=MILLION), 4),
        (Prices(2, 4, cache_write=3), Usage(cache_write=MILLION, cache_write_1h=MILLION), 3),
        (Prices(0, 0), Usage(1, 1), 0),
    ],
)
def test_cost_is_the_sum_of_the_tokens(prices: Prices, usage: Usage, dollars: float) -> None:
    assert Tariff(prices).cost(usage, at=EVENING) == pytest.approx(dollars)


@pytest.mark.parametrize(("prompt", "dollars"), [(200_000, 0.2 + 2), (200_001, 0.400002 + 3)])
def test_long_prompt_costs_more_from_its_first_token_on(prompt: int, dollars: float) -> None:
    tariff = Tariff(Prices(1, 2), long=(200_000, 2, 1.5))
    assert tariff.cost(Usage(input=prompt - 1, output=MILLION, cache_read=1), at=EVENING) == pytest.approx(dollars)


def test_peak_hours_cost_more() -> None:
    tariff = Tariff(Prices(1, 2), peak=((1, 4), (6, 10)))
    assert tariff.cost(Usage(input=MILLION), at=NIGHT) == pytest.approx(2)
    assert tariff.cost(Usage(input=MILLION), at=EVENING) == pytest.approx(1)


def test_change_of_price_has_its_day() -> None:
    tariff = Tariff(Prices(1, 2), change=("2026-11-21", Prices(5, 5)))
    assert tariff.cost(Usage(input=MILLION), at=EVENING) == pytest.approx(1)
    assert tariff.cost(Usage(input=MILLION), at=EVENING + 4 * 3600) == pytest.approx(5)


@pytest.mark.parametrize(
    ("tariff", "usage"),
    [
        (Tariff(), Usage(5, 5)),
        (Tariff(PRICES), None),
        (Tariff(PRICES), Usage()),
        (Tariff(is_told=True), Usage(5, 5)),
        (Tariff(change=("2030-01-01", PRICES)), Usage(5, 5)),
    ],
    ids=["no price", "no usage", "no tokens", "not told", "not yet"],
)
def test_what_is_not_known_has_no_cost(tariff: Tariff, usage: Usage | None) -> None:
    assert tariff.cost(usage, at=EVENING) is None


def test_provider_is_believed_where_it_counts_dollars() -> None:
    assert Tariff(is_told=True).cost(Usage(5, 5, cost=0.25), at=EVENING) == 0.25
    assert Tariff(PRICES).cost(Usage(MILLION, cost=0.25), at=EVENING) == pytest.approx(3)
