"""Token counts that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.usage import Usage, latest, split_prompt


@pytest.mark.parametrize(
    ("prompt", "cached", "written", "expected"),
    [
        (100, 0, 0, (100, 0, 0)),
        (100, 40, 0, (60, 40, 0)),
        (100, 40, 50, (10, 40, 50)),
        (100, 163, 0, (0, 100, 0)),
        (100, 80, 50, (0, 80, 20)),
        (0, 10, 10, (0, 0, 0)),
        (-5, -1, -1, (0, 0, 0)),
    ],
)
def test_split_prompt_adds_up(prompt: int, cached: int, written: int, expected: tuple[int, int, int]) -> None:
    assert split_prompt(prompt, cached, written) == expected


@given(st.integers(), st.integers(), st.integers())
def test_split_prompt_adds_up_whatever_is_told(prompt: int, cached: int, written: int) -> None:
    parts = split_prompt(prompt, cached, written)
    assert sum(parts) == max(prompt, 0)
    assert min(parts) >= 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, Usage(1, 2), Usage(1, 2)),
        (Usage(1, 2, 3), Usage(0, 5), Usage(1, 5, 3)),
        (Usage(1, 2, 3), Usage(4, 0), Usage(4, 2)),
        (Usage(1, 2, searches=2), Usage(1, 3, searches=1), Usage(1, 3, searches=2)),
        (Usage(1, 2, cache_write=9, cache_write_1h=9), Usage(0, 3), Usage(1, 3, cache_write=9, cache_write_1h=9)),
        (Usage(1, 2, cost=0.5), Usage(0, 3), Usage(1, 3, cost=0.5)),
        (Usage(1, 2, reasoning=1), Usage(), Usage(1, 2, reasoning=1)),
    ],
)
def test_latest_believes_what_was_told_last(old: Usage | None, new: Usage, expected: Usage) -> None:
    assert latest(old, new) == expected


def test_usage_knows_the_whole_prompt() -> None:
    assert Usage(1, 9, 2, 3).prompt == 6


def test_plus_adds_every_figure() -> None:
    one = Usage(input=1, output=2, cache_read=3, cache_write=4, reasoning=5, searches=6)
    assert one.plus(one) == Usage(input=2, output=4, cache_read=6, cache_write=8, reasoning=10, searches=12)
    assert one.plus(None) == one
