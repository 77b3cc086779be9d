import pytest

from ccr.anthropic.room import FLOOR, fit, wanted


@pytest.mark.parametrize(
    ("asked", "window", "prompt", "expected"),
    [
        pytest.param(32_000, 128_000, 20_000, 32_000, id="fits"),
        pytest.param(64_000, 128_000, 100_000, 23_000, id="what is left, with a margin"),
        pytest.param(64_000, 128_000, 127_900, FLOOR, id="never nothing"),
        pytest.param(1, 128_000, 127_900, 1, id="never more than asked"),
        pytest.param(64_000, None, 127_900, 64_000, id="window unknown"),
        pytest.param(64_000, 32_000, 0, 64_000, id="prompt unknown"),
    ],
)
def test_fit(asked: int, window: int | None, prompt: int, expected: int) -> None:
    assert fit({"max_tokens": asked}, window=window, prompt=prompt) == {"max_tokens": expected}


def test_a_body_without_a_limit_stays() -> None:
    assert fit({}, window=10, prompt=10) == {}
    assert wanted({"max_tokens": "many"}) == 0
