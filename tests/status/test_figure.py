from collections.abc import Callable

import pytest

from ccr.status import figure


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (figure.tokens, 0, ""),
        (figure.tokens, 999, "999"),
        (figure.tokens, 1000, "1000"),
        (figure.tokens, 12_345, "12.3k"),
        (figure.window, 200_000, "200k"),
        (figure.window, 512, "512"),
        (figure.money, 1.239, "$1.24"),
        (figure.money, 0.0042, "0.42¢"),
        (figure.money, 0, ""),
        (figure.money, 0.00001, "<0.01¢"),
        (figure.duration, 250, "250ms"),
        (figure.duration, 1500, "1.5s"),
        (figure.duration, 125_000, "2m 5s"),
        (figure.count, 0, ""),
        (figure.count, 3.0, "3"),
    ],
)
def test_figure_is_short(write: Callable[[float], str], value: float, expected: str) -> None:
    assert write(value) == expected


def test_share_of_nothing_is_nothing() -> None:
    assert (figure.share(1, 3), figure.share(0, 3), figure.share(1, 0)) == ("33", "0", "")
