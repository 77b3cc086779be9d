from typing import Any

import pytest

from ccr.transform.option import OptionError, count, flag, number


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1), (0.5, 0.5), ("0.5", 0.5), ("7", 7), (2.0, 2), (-1, -1), (None, None)]
)
def test_number_is_read_from_number_and_text(value: Any, expected: float | None) -> None:
    assert number({"x": value}, "x") == expected


@pytest.mark.parametrize("value", [True, "much", [], {}, float("nan"), float("inf"), ""])
def test_number_of_anything_else_is_refused_by_name(value: Any) -> None:
    with pytest.raises(OptionError, match="'x' must be a number"):
        number({"x": value}, "x")


@pytest.mark.parametrize("value", [0, -1, 1.5, "0"])
def test_count_is_whole_and_positive(value: Any) -> None:
    with pytest.raises(OptionError, match="whole number above 0"):
        count({"x": value}, "x")
    assert count({"x": "16384"}, "x") == 16384
    assert count({}, "x") is None


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("false", False), (0, False), ("On", True), (None, True)]
)
def test_flag_is_read_from_the_usual_words(value: Any, expected: bool) -> None:
    assert flag({"x": value}, "x", default=True) is expected


def test_flag_of_another_word_is_refused() -> None:
    with pytest.raises(OptionError, match="'x' must be true or false, not 'maybe'"):
        flag({"x": "maybe"}, "x", default=True)
