from typing import Any

import pytest

from ccr.config.tokenizer import USUAL, Choice, choice

O200K = {"type": "tiktoken", "encoding": "o200k_base"}


@pytest.mark.parametrize(
    ("tokenizer", "expected"),
    [
        (None, USUAL),
        ({}, USUAL),
        ({"default": O200K}, Choice("tiktoken", "o200k_base")),
        ({"default": O200K, "models": {"m": {"type": "API"}}}, Choice("api")),
        ({"type": "api"}, Choice("api")),
        ({"default": 7, "models": []}, USUAL),
    ],
)
def test_choice(tokenizer: Any, expected: Choice) -> None:
    assert choice(tokenizer, "m") == expected
