"""OPENAI_* in the file or the environment as a provider."""

from typing import Any

import pytest

from ccr.config.legacy import complete
from ccr.config.problem import Report
from ccr.config.schema import Config, Key, Provider, Router

FILE = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://api.deepseek.com", "OPENAI_MODEL": "deepseek-chat"}
MADE = Provider(name="default", url="https://api.deepseek.com", keys=(Key("sk-1"),), models=("deepseek-chat",))
OTHER = Provider(name="other", url="https://o.example", models=("m", "n"))


def done(config: Config, env: dict[str, str] | None = None) -> tuple[Config, list[str]]:
    report = Report()
    return complete(config, env or {}, report), [str(problem) for problem in report.problems]


def test_complete_makes_a_provider_from_the_file() -> None:
    config, problems = done(Config(extra=FILE))
    assert config.providers == (MADE,)
    assert config.router.default == "default,deepseek-chat"
    assert problems == []


def test_complete_makes_a_provider_from_the_environment() -> None:
    assert done(Config(), FILE)[0].providers == (MADE,)


def test_complete_adds_it_to_the_others_and_keeps_their_routes() -> None:
    config, _ = done(Config(extra=FILE, providers=(OTHER,), router=Router(think="other,m")))
    assert config.providers == (OTHER, MADE)
    assert (config.router.default, config.router.think) == ("default,deepseek-chat", "other,m")


def test_complete_lets_the_environment_alone_when_there_are_providers() -> None:
    config, _ = done(Config(providers=(OTHER,)), FILE)
    assert config.providers == (OTHER,)


def test_complete_changes_nothing_when_there_is_a_default_route() -> None:
    config = Config(extra=FILE, providers=(OTHER,), router=Router(default="other,n"))
    assert done(config, FILE) == (config, [])


def test_complete_respects_a_provider_of_that_name() -> None:
    own = Provider(name="default", url="https://own.example", models=("own",))
    config, _ = done(Config(extra=FILE, providers=(own,)))
    assert config.providers == (own,)
    assert config.router.default == "default,own"


def test_complete_takes_the_first_model_and_says_so() -> None:
    config, problems = done(Config(providers=(Provider(name="bare", url="https://b.example"), OTHER)))
    assert config.router.default == "other,m"
    assert problems == ["Router.default: is not set ('other,m' is used)"]


def test_complete_uses_openai_itself_without_an_address() -> None:
    config, _ = done(Config(extra={"OPENAI_API_KEY": "sk-1", "OPENAI_MODEL": "gpt-5"}))
    assert config.providers[0].url == "https://api.openai.com/v1"


def test_complete_needs_no_key_for_a_server_with_an_address() -> None:
    config, _ = done(Config(extra={"OPENAI_BASE_URL": "http://localhost:11434/v1", "OPENAI_MODEL": "qwen"}))
    assert config.providers[0].keys == ()


@pytest.mark.parametrize(
    ("extra", "missing"),
    [
        ({"OPENAI_API_KEY": "sk-1"}, "OPENAI_MODEL"),
        ({"OPENAI_MODEL": "gpt-5"}, "OPENAI_API_KEY"),
        ({"OPENAI_MODEL": "", "OPENAI_API_KEY": 5}, "OPENAI_MODEL"),
    ],
)
def test_complete_says_what_is_missing(extra: dict[str, Any], missing: str) -> None:
    config, problems = done(Config(extra=extra))
    assert config.providers == ()
    assert len(problems) == 1
    assert problems[0].startswith(f"{missing}: is missing")
