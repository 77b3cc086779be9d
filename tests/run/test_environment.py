import pytest

from ccr.config.schema import Config
from ccr.run.environment import REMOVED, for_claude, variables

URL = "http://127.0.0.1:4000"


def environment(env: dict[str, str], config: Config | None = None) -> dict[str, str]:
    return for_claude(env, config or Config(), base_url=URL)


def test_child_is_led_to_the_router() -> None:
    made = environment({"ANTHROPIC_BASE_URL": "https://elsewhere.example", "API_TIMEOUT_MS": "1"})
    assert made["ANTHROPIC_BASE_URL"] == URL
    assert made["API_TIMEOUT_MS"] == "600000"
    assert made["DISABLE_TELEMETRY"] == made["DISABLE_COST_WARNINGS"] == "true"


@pytest.mark.parametrize("name", REMOVED)
def test_variable_that_leads_elsewhere_is_removed(name: str) -> None:
    assert name not in environment({name: "1", "PATH": "/bin"})


def test_apikey_is_the_one_credential() -> None:
    made = environment({"ANTHROPIC_AUTH_TOKEN": "user's", "ANTHROPIC_API_KEY": "k"}, Config(apikey="router-key"))
    assert {name: value for name, value in made.items() if "KEY" in name or "TOKEN" in name} == {
        "ANTHROPIC_AUTH_TOKEN": "router-key"
    }


def test_token_without_apikey_is_no_secret() -> None:
    assert environment({})["ANTHROPIC_AUTH_TOKEN"] == "test"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "corp.example"}, "corp.example,127.0.0.1,localhost,::1"),
        ({"no_proxy": "a.example, localhost"}, "a.example,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "a.example", "no_proxy": "b.example"}, "a.example,b.example,127.0.0.1,localhost,::1"),
    ],
)
def test_no_proxy_is_added_to(given: dict[str, str], expected: str) -> None:
    made = environment(given)
    assert (made["NO_PROXY"], made["no_proxy"]) == (expected, expected)


def test_everything_else_stays() -> None:
    given = {"PATH": "/bin", "AWS_PROFILE": "work", "ANTHROPIC_MODEL": "p,m", "ANTHROPIC_CUSTOM_HEADERS": "x: y"}
    assert given.items() <= environment(given).items()


def test_small_tasks_have_a_haiku_model_unless_the_user_chose_one() -> None:
    assert "haiku" in environment({})["ANTHROPIC_DEFAULT_HAIKU_MODEL"]
    assert environment({"ANTHROPIC_DEFAULT_HAIKU_MODEL": "p,m"})["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "p,m"


def test_what_helps_does_not_bind_the_settings() -> None:
    assert "ANTHROPIC_DEFAULT_HAIKU_MODEL" not in variables({}, Config(), base_url=URL)


def test_small_fast_model_is_passed_when_configured() -> None:
    assert "ANTHROPIC_SMALL_FAST_MODEL" not in environment({})
    made = environment({}, Config(anthropic_small_fast_model="p,small"))
    assert made["ANTHROPIC_SMALL_FAST_MODEL"] == "p,small"


def test_non_interactive_mode_is_told() -> None:
    expected = {"CI": "true", "FORCE_COLOR": "0", "NODE_NO_READLINE": "1", "TERM": "dumb"}
    assert expected.items() <= environment({"TERM": "xterm"}, Config(non_interactive_mode=True)).items()
    assert environment({"TERM": "xterm"})["TERM"] == "xterm"
