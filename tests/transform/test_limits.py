import pytest

from ccr.errors import ConfigError
from tests.transform.case import context, edit, make, request


@pytest.mark.parametrize(("asked", "sent"), [(32000, 16384), (16384, 16384), (1, 1), (None, None)])
def test_maxtoken_lowers_but_never_raises(asked: int | None, sent: int | None) -> None:
    assert edit("maxtoken", {"max_tokens": 16384}, request(max_tokens=asked), context()).get("max_tokens") == sent


def test_maxtoken_without_its_option_says_how_to_write_it() -> None:
    with pytest.raises(
        ConfigError, match=r"transformer 'maxtoken': the option 'max_tokens' is missing, as in \[\"maxtoken\""
    ):
        make("maxtoken")


def test_maxtoken_takes_a_number_as_text() -> None:
    assert edit("maxtoken", {"max_tokens": "100"}, request(), context())["max_tokens"] == 100


def test_maxcompletiontokens_wins_over_the_table() -> None:
    where = context("deepseek")
    edit("maxcompletiontokens", None, request(), where)
    assert where.vendor.limit_field == "max_completion_tokens"
