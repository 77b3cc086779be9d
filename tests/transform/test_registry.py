from collections.abc import Mapping
from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.transform.base import Transformer
from ccr.transform.builtin import BUILTIN
from ccr.transform.registry import Registry


class Mine(Transformer):
    name = "mine"


@pytest.mark.parametrize("name", ["deepseek", "DeepSeek", " DEEPSEEK "])
def test_names_are_found_in_any_case(name: str) -> None:
    assert BUILTIN.make(name, {}).name == "deepseek"
    assert BUILTIN.problem(name) is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("deepsek", "did you mean 'deepseek'?"),
        ("max_token", "did you mean 'maxtoken'?"),
        ("open-router", "did you mean 'openrouter'?"),
        ("Antropic", "did you mean 'Anthropic'?"),
        ("vertex-", "did you mean 'vertex-openai', 'vertex-gemini' or 'vertex-claude'?"),
    ],
)
def test_unknown_name_comes_with_near_ones(name: str, hint: str) -> None:
    assert BUILTIN.problem(name) == f"there is no transformer {name!r}; {hint}"


def test_unknown_name_far_from_all_comes_with_all() -> None:
    problem = Registry({"one": Mine, "Two": Mine}).problem("???")
    assert problem == "there is no transformer '???'; there are 'one' and 'Two'"


def test_make_of_an_unknown_name_says_so() -> None:
    with pytest.raises(ConfigError, match="there is no transformer 'deepsek'; did you mean 'deepseek'"):
        BUILTIN.make("deepsek", {})


def test_having_leaves_the_registry_as_it_was() -> None:
    more = BUILTIN.having("mine", Mine)
    assert isinstance(more.make("MINE", {}), Mine)
    assert BUILTIN.problem("mine")


def test_users_own_takes_the_place_of_one_that_comes_along() -> None:
    more = BUILTIN.having("deepSeek", Mine)
    assert isinstance(more.make("deepseek", {}), Mine)
    assert [name for name in more.names if name.lower() == "deepseek"] == ["deepSeek"]


def test_instance_is_shared_unless_an_entry_has_options() -> None:
    instance = Mine({"a": 1, "b": 1})
    more = BUILTIN.with_instance(instance)
    assert more.make("mine", {}) is instance
    other = more.make("mine", {"b": 2})
    assert (type(other), dict(other.options)) == (Mine, {"a": 1, "b": 2})


def test_maker_gets_the_options_of_the_entry() -> None:
    seen: list[Mapping[str, Any]] = []

    def maker(options: Mapping[str, Any]) -> Transformer:
        seen.append(options)
        return Mine(options)

    BUILTIN.having("mine", maker).make("mine", {"x": 1})
    assert seen == [{"x": 1}]
