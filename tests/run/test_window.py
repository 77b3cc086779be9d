"""What Claude Code is told of the default route's window."""

from typing import Any

import pytest

from ccr.config.schema import Config, ModelSettings, Provider, Router
from ccr.dialect.model_table import ModelFacts
from ccr.run.environment import for_claude
from ccr.run.window import of_default, variables


def config(model: str, *, url: str = "https://up.example/v1", window: int | None = None, route: Any = None) -> Config:
    settings = {model: ModelSettings(context_window=window)} if window else {}
    provider = Provider(name="Up", url=url, models=(model,), model_settings=settings)
    return Config(providers=(provider,), router=Router(default=route or f"up,{model}"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(config("glm-4.6"), 200_000, id="by name"),
        pytest.param(config("glm-4.6", window=64_000), 64_000, id="as told"),
        pytest.param(config("glm-4.6", route={"model": "Up, glm-4.6", "schedule": []}), 200_000, id="scheduled"),
        pytest.param(config("glm-4.6", url="http://localhost:11434/v1"), None, id="at home"),
        pytest.param(config("claude-opus-5", url="https://api.anthropic.com"), None, id="Claude Code knows better"),
        pytest.param(config("m"), None, id="unknown model"),
        pytest.param(config("m", route="other,m"), None, id="unknown provider"),
        pytest.param(Config(), None, id="no route"),
    ],
)
def test_window_of_the_default_route(given: Config, expected: int | None) -> None:
    assert of_default(given, {}) == expected


def test_what_the_provider_tells_goes_before_the_name_and_after_the_user() -> None:
    told = {"https://up.example/v1": {"GLM-4.6": ModelFacts(window=90_000)}}
    assert of_default(config("glm-4.6"), told) == 90_000
    assert of_default(config("glm-4.6", window=64_000), told) == 64_000
    assert of_default(config("glm-4.6", url="http://other.example"), told) == 200_000


def test_large_window_is_told_as_it_is() -> None:
    assert variables(config("glm-4.6")) == {
        "CLAUDE_CODE_AUTO_COMPACT_WINDOW": "200000",
        "CLAUDE_CODE_MAX_CONTEXT_TOKENS": "200000",
    }


def test_small_window_is_a_percentage() -> None:
    found = variables(config("m", window=64_000))
    assert found["CLAUDE_CODE_AUTO_COMPACT_WINDOW"] == "100000"
    # 72% of what is left of 100,000 tokens without the reserve of 20,000: compacts at 57,600.
    assert found["CLAUDE_AUTOCOMPACT_PCT_OVERRIDE"] == "72"


def test_users_own_word_on_compaction_stands_alone() -> None:
    made = for_claude({"CLAUDE_AUTOCOMPACT_PCT_OVERRIDE": "50"}, config("m", window=64_000), base_url="http://x")
    assert made["CLAUDE_AUTOCOMPACT_PCT_OVERRIDE"] == "50"
    assert "CLAUDE_CODE_AUTO_COMPACT_WINDOW" not in made


def test_child_is_told_the_window() -> None:
    made = for_claude({}, config("glm-4.6"), base_url="http://x")
    assert made["CLAUDE_CODE_AUTO_COMPACT_WINDOW"] == "200000"
