from typing import Any

import pytest

from ccr.status import bill

USAGE = {"input": 1000, "cache_read": 3000, "cache_write": 0, "output": 500}
TALLY: dict[str, Any] = {"requests": 3, "errors": 1, "usage": USAGE, "cost": 0.5, "unpriced": 0}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "$0.50"),
        ({"unpriced": 1}, "$0.50+"),
        ({"cost": 0, "unpriced": 1}, ""),
        ({"cost": 0}, ""),
        ({"cost": 0.004}, "0.40¢"),
    ],
)
def test_cost_says_whether_it_is_all(changes: dict[str, Any], expected: str) -> None:
    assert bill.cost({**TALLY, **changes}) == expected


def test_line_has_what_is_known() -> None:
    assert bill.line(TALLY) == "3 requests, 1 failed, 4.0k in, 500 out, $0.50"
    assert bill.line({"requests": 1}) == "1 request, 0 in, 0 out"
    assert bill.line({"requests": 0}) == bill.line({}) == ""


def test_table_has_a_row_for_each_model_and_the_sum() -> None:
    models = [
        {"provider": "p", "model": "a|b", **TALLY},
        {"provider": "q", "model": "n", "requests": 1, "errors": 0, "usage": {}, "cost": 0, "unpriced": 1},
    ]
    text = bill.markdown({**TALLY, "requests": 4, "unpriced": 1, "models": models})
    assert "| `p,a\\|b` | 3 | 1 | 4.0k | 75% | 500 | $0.50 |\n" in text
    assert "| `q,n` | 1 | 0 | 0 |  | 0 |  |\n" in text
    assert "| all | 4 | 1 | 4.0k | 75% | 500 | $0.50+ |\n" in text
    assert text.endswith("the price of 1 requests is not known.\n")


def test_one_model_needs_no_sum() -> None:
    text = bill.markdown({**TALLY, "models": [{"provider": "p", "model": "m", **TALLY}]})
    assert "all" not in text
    assert text.count("\n") == 5


def test_nothing_is_said_of_no_request() -> None:
    assert bill.markdown({"requests": 0, "models": []}) == ""
