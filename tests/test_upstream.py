"""What an upstream's address, model and chain say together."""

from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.core.jsonio import dump_text
from ccr.dialect.model_table import ModelFacts
from ccr.snapshot import Snapshot
from ccr.upstream import Upstream, known


def upstream(url: str, *, model: str = "m", **settings: Any) -> Upstream:
    provider = {"name": "p", "api_base_url": url, "api_key": "k", "models": [model], **settings}
    loaded = parse(dump_text({"Providers": [provider]}), {})
    return Snapshot(loaded.require(), loaded.hash).upstream("p", model)


@pytest.mark.parametrize(
    ("url", "use", "dialect", "sent_to", "auth"),
    [
        ("https://api.deepseek.com", [], "openai_chat", "https://api.deepseek.com/chat/completions", "bearer"),
        ("http://localhost:11434/v1", [], "openai_chat", "http://localhost:11434/v1/chat/completions", "bearer"),
        ("https://api.anthropic.com", [], "anthropic", "https://api.anthropic.com/v1/messages", "x-api-key"),
        ("https://x.test/v1/messages", ["Anthropic"], "anthropic", "https://x.test/v1/messages", "x-api-key"),
        ("https://x.test/claude", ["anthropic"], "anthropic", "https://x.test/claude/v1/messages", "x-api-key"),
        ("https://x.test/v1", ["openai-responses"], "openai_responses", "https://x.test/v1/responses", "bearer"),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/",
            ["gemini"],
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/models/",
            "x-goog-api-key",
        ),
    ],
)
def test_address_and_chain_choose_the_wire_format(
    url: str, use: list[str], dialect: str, sent_to: str, auth: str
) -> None:
    found = upstream(url, transformer={"use": use})
    assert (found.dialect_name, found.url, found.vendor.auth) == (dialect, sent_to, auth)


@pytest.mark.parametrize(
    ("url", "use", "passes"),
    [
        ("https://api.anthropic.com", [], True),
        ("https://api.anthropic.com", ["Anthropic"], True),
        ("https://x.test/v1/messages", ["Anthropic"], True),
        ("https://x.test/v1/messages", ["Anthropic", ["maxtoken", {"max_tokens": 5}]], False),
        ("https://api.deepseek.com/anthropic", [], False),
        ("https://api.deepseek.com", [], False),
    ],
)
def test_bytes_pass_through_to_anthropic_alone(url: str, use: list[Any], passes: bool) -> None:
    assert upstream(url, transformer={"use": use}).passes_through is passes


def test_the_users_own_limit_wins() -> None:
    settings = {"model_settings": {"m": {"max_output": 1234}}}
    assert upstream("https://api.deepseek.com", **settings).vendor.max_output == 1234


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ModelFacts(90_000, 5000, images=False)),
        ({"m": {"context_window": 7, "max_output": 8, "images": True}}, ModelFacts(7, 8, images=True)),
    ],
)
def test_what_the_provider_tells_goes_before_the_name_and_after_the_user(settings: Any, expected: ModelFacts) -> None:
    model = "gpt-4o"
    told = ModelFacts(90_000, 5000, images=False)
    own = {model: settings["m"]} if settings else {}
    provider = upstream("https://x.example/v1", model=model, model_settings=own).provider
    assert known(provider, model, told) == expected
    assert known(provider, "glm-4.6", ModelFacts(images=True)).window == 200_000


def test_own_prices_go_before_the_list() -> None:
    own = {"gpt-5": {"prices": {"input": 0, "output": 7}}}
    listed = upstream("https://api.openai.com/v1", model="gpt-5").tariff.prices
    given = upstream("https://api.openai.com/v1", model="gpt-5", model_settings=own).tariff.prices
    assert listed is not None
    assert given is not None
    assert (listed.output, given.input, given.output, given.cached_input) == (10, 0, 7, None)
    assert upstream("https://gateway.test/v1", model="gpt-5").tariff.prices is None


@pytest.mark.parametrize(
    ("url", "use", "other"),
    [
        ("https://relay.test/v1/messages", ["Anthropic"], "bearer"),
        ("https://relay.test", ["anthropic", ["maxtoken", {"max_tokens": 9}]], "bearer"),
        ("https://relay.test/v1/messages", [["Anthropic", {"UseBearer": True}]], None),
        ("https://relay.test/v1/messages", [["Anthropic", {"UseBearer": False}]], None),
        ("https://api.anthropic.com", [], None),
        ("https://api.deepseek.com/anthropic", ["Anthropic"], None),
        ("https://relay.test/v1/chat/completions", [], None),
        ("https://relay.test/v1beta/models/", ["gemini"], None),
    ],
)
def test_where_nobody_knows_a_relay_the_key_may_travel_otherwise(url: str, use: list[Any], other: str | None) -> None:
    assert upstream(url, transformer={"use": use}).other_auth == other
