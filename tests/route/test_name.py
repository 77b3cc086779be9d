import pytest

from ccr.errors import NotFound
from ccr.route.catalog import Catalog, Model, Target
from ccr.route.name import find_alias, is_claude, listed_id, resolve
from tests.route.samples import CATALOG


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Main,big", Target("Main", "big"), id="as listed"),
        pytest.param(" main , BIG ", Target("Main", "big"), id="case and spaces"),
        pytest.param("main,thinker", Target("Main", "Thinker"), id="model's case"),
        pytest.param("main,a,b", Target("Main", "a,b", is_listed=False), id="only the first comma splits"),
        pytest.param("main,newer", Target("Main", "newer", is_listed=False), id="not in the list"),
        pytest.param("main,big[1m]", Target("Main", "big"), id="long window suffix"),
        pytest.param("main,newer[1M]", Target("Main", "newer", is_listed=False), id="long window, unlisted"),
        pytest.param("main/big", Target("Main", "big"), id="slash"),
        pytest.param("local/other", Target("local", "other", is_listed=False), id="slash, unlisted"),
        pytest.param(
            "openrouter/anthropic/claude-3.5-sonnet", Target("openrouter", "anthropic/claude-3.5-sonnet"), id="slashes"
        ),
        pytest.param(
            "anthropic/Claude-3.5-sonnet", Target("openrouter", "anthropic/claude-3.5-sonnet"), id="bare with slash"
        ),
        pytest.param("HUGE", Target("openrouter", "huge"), id="bare"),
        pytest.param("qwen:7b", Target("local", "qwen:7b"), id="bare with colon"),
        pytest.param("claude-router/main,big", Target("Main", "big"), id="listed id"),
        pytest.param("Claude-Router/main/big", Target("Main", "big"), id="listed id with slash"),
        pytest.param("claude-router/huge", Target("openrouter", "huge"), id="listed id, bare"),
    ],
)
def test_name_resolves(name: str, expected: Target) -> None:
    assert resolve(name, CATALOG) == expected


def test_listed_model_of_another_provider_wins_over_a_provider_in_front_of_the_slash() -> None:
    catalog = Catalog({"vendor": {"x": Model()}, "hub": {"vendor/y": Model()}})
    assert resolve("vendor/y", catalog) == Target("hub", "vendor/y")
    assert resolve("vendor/x", catalog) == Target("vendor", "x")


@pytest.mark.parametrize("target", [Target("Main", "big"), Target("openrouter", "anthropic/claude-3.5-sonnet")])
def test_listed_id_leads_back_to_its_target(target: Target) -> None:
    assert listed_id(target).startswith("claude")
    assert resolve(listed_id(target), CATALOG) == target


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param(
            "opnrouter,huge", ["no provider 'opnrouter'", "'openrouter'", "Main, openrouter, local"], id="provider"
        ),
        pytest.param(
            "hug", ["lists the model 'hug'", "did you mean 'openrouter,huge'", "Main, openrouter, local"], id="model"
        ),
        pytest.param("zzzzzz", ["lists the model 'zzzzzz'; name a model as provider,model"], id="nothing near"),
        pytest.param("shared", ["several providers", "openrouter,shared, local,shared"], id="ambiguous"),
        pytest.param("main,", ["'main,' names no model", "big, small, Thinker"], id="no model"),
        pytest.param(",big", ["no provider ''"], id="no provider"),
        pytest.param("", ["lists the model ''"], id="empty"),
        pytest.param("a\nb,c", ["'a\\nb'"], id="control characters"),
    ],
)
def test_unknown_name_is_told_with_what_exists(name: str, parts: list[str]) -> None:
    with pytest.raises(NotFound) as caught:
        resolve(name, CATALOG)
    assert [part for part in parts if part not in caught.value.message] == []
    assert caught.value.should_retry is False


def test_endless_name_is_cut_in_the_message() -> None:
    with pytest.raises(NotFound) as caught:
        resolve("x" * 1_000_000, CATALOG)
    assert len(caught.value.message) < 1000


def test_long_lists_are_cut_in_the_message() -> None:
    catalog = Catalog({f"p{number}": {} for number in range(100)})
    with pytest.raises(NotFound, match="and 80 more"):
        resolve("nobody,m", catalog)


def test_nothing_configured_is_told() -> None:
    with pytest.raises(NotFound, match="no provider is configured"):
        resolve("a,b", Catalog())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claude-opus-4-8", True),
        ("claude-sonnet-4-5-20250929", True),
        ("claude-haiku-5-5[1m]", True),
        ("Claude-3-5-Haiku-20241022", True),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", True),
        ("anthropic.claude-opus-5-5", True),
        ("opus", True),
        ("Sonnet[1m]", True),
        ("claude", True),
        ("main,claude-opus-4-8", False),
        ("claude-router/main,big", False),
        ("claude-router/gpt-5", False),
        ("claudette", False),
        ("anthropic/claude-3.5-sonnet", False),
        ("gpt-5", False),
        ("", False),
    ],
)
def test_claude_s_own_names(name: str, expected: bool) -> None:
    assert is_claude(name) is expected


@pytest.mark.parametrize(
    ("name", "aliases", "expected"),
    [
        ("claude-opus-4-8", ["sonnet", "opus"], "opus"),
        ("claude-opus-4-8[1m]", ["Opus"], "Opus"),
        ("opus", ["opus"], "opus"),
        ("claude-opus-4-8", ["opus", "opus-4-8", "claude"], "opus-4-8"),
        ("claude-opus-4-80", ["opus-4-8", "claude-opus-4-80"], "claude-opus-4-80"),
        ("claude-sonnet-5", ["son", "opus"], None),
        ("FAST", ["fast"], "fast"),
        ("very-fast", ["fast"], None),
        ("", ["fast"], None),
    ],
)
def test_alias_of_a_name(name: str, aliases: list[str], expected: str | None) -> None:
    assert find_alias(name, aliases) == expected
