"""The configurations that the versions of the original print in their READMEs route as their texts say."""

import itertools
from typing import Any

import pytest

from ccr.config import dotenv
from ccr.config.parse import parse
from ccr.core.jsonio import dump_text
from ccr.route.decide import decide, read_facts
from ccr.snapshot import Snapshot
from ccr.upstream import Upstream
from tests.config import sample
from tests.route.samples import IMAGE, body, user

ENV = {"OPENAI_API_KEY": "sk-1", "GEMINI_API_KEY": "g-1"}
WEB = {"type": "web_search_20250305", "name": "web_search"}
TAG = "<CCR-SUBAGENT-MODEL>{}</CCR-SUBAGENT-MODEL>"

REQUESTS: dict[str, dict[str, Any]] = {
    "default": body(),
    "background": body("claude-3-5-haiku-20241022"),
    "think": body(thinking={"type": "enabled", "budget_tokens": 10_000}),
    "longContext": body(),
    "webSearch": body(tools=[WEB]),
    "image": body(messages=[user(IMAGE, "what is it?")]),
}

SAID: dict[str, dict[str, str]] = {
    "1.0.5x-actions.json": {"default": "default,deepseek-chat"},
    "1.0.5x-environment.json": {"default": "openai,gpt-5"},
    "1.0.5x-full.json": {
        "default": "deepseek,deepseek-chat",
        "background": "ollama,qwen2.5-coder:latest",
        "think": "deepseek,deepseek-reasoner",
        "longContext": "openrouter,google/gemini-2.5-pro-preview",
        "webSearch": "gemini,gemini-2.5-flash",
    },
    "1.0.8-actions.json": {"default": "default,deepseek-chat"},
    "1.0.8-routes.json": {
        "default": "default,deepseek-chat",
        "background": "ollama,qwen2.5-coder:latest",
        "think": "deepseek,deepseek-reasoner",
        "longContext": "openrouter,google/gemini-2.5-pro-preview",
    },
    "fork-basic.json": {
        "default": "gemini,gemini-2.5-pro",
        "background": "gemini,gemini-2.5-flash",
        "think": "gemini,gemini-2.5-pro",
        "longContext": "gemini,gemini-2.5-pro",
    },
    "fork-providers.json": {
        "default": "gemini,gemini-2.5-pro",
        "background": "gemini,gemini-2.5-flash",
        "think": "deepseek,deepseek-reasoner",
        "longContext": "gemini,gemini-2.5-pro",
    },
}
"""The routes that each file has. Whatever has none goes to the default."""

WITHOUT_ROUTES = {"1.0.5x-custom-router.json", "1.0.5x-transformers.json", "1.0.8-plugins.json5"}
"""Files that show one setting only."""


def snapshot_of(text: str, env: dict[str, str] | None = None) -> Snapshot:
    return Snapshot(parse(text, env or ENV).require(), "")


def routed(snapshot: Snapshot, kind: str) -> str:
    tokens = 70_000 if kind == "longContext" else 1000
    return decide(read_facts(REQUESTS[kind]), snapshot.routes, snapshot.catalog, tokens=tokens).route


def test_every_file_is_looked_at() -> None:
    assert {*SAID, *WITHOUT_ROUTES} == set(sample.FILES)


@pytest.mark.parametrize(("name", "kind"), list(itertools.product(SAID, REQUESTS)))
def test_request_goes_where_the_text_says(name: str, kind: str) -> None:
    said = SAID[name]
    assert routed(snapshot_of(sample.FILES[name]), kind) == said.get(kind, said["default"])


@pytest.mark.parametrize("name", SAID)
def test_every_model_can_be_named_and_is_ready(name: str) -> None:
    snapshot = snapshot_of(sample.FILES[name])
    assert snapshot.problems() == []
    for provider in snapshot.config.providers:
        for model in provider.models:
            pair = f"{provider.name},{model}"
            for asked in (body(pair), body(said=f"{TAG.format(pair)}Please help me")):
                assert decide(read_facts(asked), snapshot.routes, snapshot.catalog).route == pair
            assert ready(snapshot.upstream(provider.name, model))


@pytest.mark.parametrize("name", sample.PROVIDERS)
def test_every_single_provider_is_ready(name: str) -> None:
    snapshot = snapshot_of(f'{{"Providers": [{sample.PROVIDERS[name]}]}}')
    assert snapshot.problems() == []
    (provider,) = snapshot.config.providers
    assert all(ready(snapshot.upstream(provider.name, model)) for model in provider.models)


@pytest.mark.parametrize("name", sorted(WITHOUT_ROUTES))
def test_file_without_routes_can_be_put_in_force(name: str) -> None:
    assert snapshot_of(sample.FILES[name], {}).config.providers == ()


@pytest.mark.parametrize("switch", ["false", "true"])
def test_first_proof_of_concept(switch: str) -> None:
    env = {**dotenv.parse(sample.POC), "ENABLE_ROUTER": switch}
    snapshot = snapshot_of("{}", env)
    if switch == "false":
        assert {routed(snapshot, kind) for kind in REQUESTS} == {"default,deepseek-chat"}
        assert snapshot.routes.agents is None
    else:
        assert {routed(snapshot, kind) for kind in REQUESTS} == {"tool-agent,qwen-max-2025-01-25"}
        agents = snapshot.routes.agents
        assert agents is not None
        assert (agents.router, agents.coder, agents.thinker) == (
            "router-agent,qwen2.5-coder-3b-instruct",
            "coder-agent,deepseek-chat",
            "think-agent,deepseek-reasoner",
        )


def test_first_proof_of_concept_in_the_file() -> None:
    snapshot = snapshot_of(dump_text(dotenv.parse(sample.POC)), {})
    assert snapshot.routes.agents is not None


def ready(upstream: Upstream) -> bool:
    """Tell whether requests can be made for it: its wire format and its address are known."""
    return upstream.url.startswith("http") and upstream.dialect is not None
