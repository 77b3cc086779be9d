"""Models by their role become providers and routes."""

from typing import Any

import pytest

from ccr.config.agents import KEYS, overlay, without
from ccr.config.parse import parse
from ccr.config.redact import secrets
from ccr.core.jsonio import dump_text

ENV = {
    "ENABLE_ROUTER": "true",
    "TOOL_AGENT_API_KEY": "sk-tool-0001",
    "TOOL_AGENT_BASE_URL": "https://dashscope.example/v1",
    "TOOL_AGENT_MODEL": "qwen-max-2025-01-25",
    "CODER_AGENT_API_KEY": "sk-coder-0001",
    "CODER_AGENT_BASE_URL": "https://api.deepseek.com",
    "CODER_AGENT_MODEL": "deepseek-chat",
    "THINK_AGENT_API_KEY": "sk-think-0001",
    "THINK_AGENT_BASE_URL": "https://api.deepseek.com",
    "THINK_AGENT_MODEL": "deepseek-reasoner",
    "ROUTER_AGENT_API_KEY": "sk-router-0001",
    "ROUTER_AGENT_BASE_URL": "https://dashscope.example/v1",
    "ROUTER_AGENT_MODEL": "qwen2.5-coder-3b-instruct",
}


def read(values: dict[str, Any], env: dict[str, str] | None = None) -> tuple[Any, list[str]]:
    loaded = parse(dump_text(values), env or {})
    return loaded.require(), [str(problem) for problem in loaded.problems]


@pytest.mark.parametrize(("values", "env"), [({}, ENV), (ENV, {})], ids=["environment", "file"])
def test_roles_become_providers(values: dict[str, Any], env: dict[str, str]) -> None:
    config, problems = read(values, env)
    assert problems == []
    assert [(p.name, p.url, p.models) for p in config.providers] == [
        ("router-agent", "https://dashscope.example/v1", ("qwen2.5-coder-3b-instruct",)),
        ("tool-agent", "https://dashscope.example/v1", ("qwen-max-2025-01-25",)),
        ("coder-agent", "https://api.deepseek.com", ("deepseek-chat",)),
        ("think-agent", "https://api.deepseek.com", ("deepseek-reasoner",)),
    ]
    assert config.router.default == config.tool_agent_model == "tool-agent,qwen-max-2025-01-25"
    assert config.think_agent_model == "think-agent,deepseek-reasoner"
    assert {value for key, value in ENV.items() if "KEY" in key} <= secrets(config)


def test_environment_goes_before_the_file() -> None:
    config, _ = read({**ENV, "TOOL_AGENT_MODEL": "other"}, {"TOOL_AGENT_MODEL": "mine", "CODER_AGENT_MODEL": " "})
    assert config.tool_agent_model == "tool-agent,mine"
    assert config.coder_agent_model == "coder-agent,deepseek-chat"
    assert read(ENV, {"ENABLE_ROUTER": "false"})[0].providers == ()


def test_without_the_switch_nothing_changes() -> None:
    openai = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://a.example", "OPENAI_MODEL": "m"}
    config, problems = read({}, {**ENV, **openai, "ENABLE_ROUTER": "false"})
    assert [provider.name for provider in config.providers] == ["default"]
    assert problems == []


def test_a_role_may_be_a_model_of_a_provider() -> None:
    provider = {"name": "p", "api_base_url": "https://p.example", "models": ["a", "b"]}
    values = {"Providers": [provider], "ENABLE_ROUTER": True, "ROUTER_AGENT_MODEL": "p,a", "TOOL_AGENT_MODEL": "p,b"}
    config, problems = read({**values, "Router": {"default": "p,a"}})
    assert problems == []
    assert [p.name for p in config.providers] == ["p"]
    assert (config.tool_agent_model, config.coder_agent_model, config.router.default) == ("p,b", None, "p,a")


def test_a_role_whose_provider_is_not_there_is_told() -> None:
    _, problems = read({"ENABLE_ROUTER": True, "ROUTER_AGENT_MODEL": "p,a", "TOOL_AGENT_MODEL": "q,b"})
    assert any(problem.startswith("ROUTER_AGENT_MODEL: provider 'p' is not configured") for problem in problems)


@pytest.mark.parametrize("missing", ["ROUTER_AGENT_MODEL", "TOOL_AGENT_MODEL"])
def test_without_a_needed_role_the_mode_is_off(missing: str) -> None:
    config, problems = read({**ENV, missing: ""})
    assert not config.enable_router
    assert f"{missing}: is missing (router mode is off without it; set it or unset ENABLE_ROUTER)" in problems


def test_without_a_thinker_there_is_no_provider_for_it() -> None:
    config, problems = read({**ENV, "THINK_AGENT_MODEL": ""})
    assert [p.name for p in config.providers] == ["router-agent", "tool-agent", "coder-agent"]
    assert (config.think_agent_model, problems) == (None, [])


def test_overlay_and_without_know_the_keys() -> None:
    assert set(ENV) <= set(KEYS)
    assert overlay({"PORT": 1, "ENABLE_ROUTER": False}, {"ENABLE_ROUTER": "true", "HOME": "/"}) == {
        "PORT": 1,
        "ENABLE_ROUTER": "true",
    }
    assert without({**ENV, "HOME": "/"}) == {"HOME": "/"}


@pytest.mark.parametrize(
    ("key", "hint"),
    [("TOOL_AGENT_APIKEY", "did you mean 'TOOL_AGENT_API_KEY'?"), ("GEMINI_API_KEY", "it is ignored")],
)
def test_only_an_agents_key_is_a_misspelt_one(key: str, hint: str) -> None:
    assert f"{key}: is not a known key ({hint})" in read({key: "x"})[1]
