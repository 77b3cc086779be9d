import pytest

from ccr.errors import ConfigError
from ccr.tokens.tokenizer import tokenizer


def test_tokenizer_is_cl100k_base_unless_told() -> None:
    assert tokenizer().name == "cl100k_base"


def test_tokenizer_is_not_loaded_before_it_is_used() -> None:
    assert not tokenizer("o200k_base").loaded


def test_unknown_tokenizer_is_a_configuration_error_that_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"'p50k'.*cl100k_base, o200k_base"):
        tokenizer("p50k")
