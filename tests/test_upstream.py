"""What an upstream's address, model and chain say together."""

from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.core.event import Event, Finish, Start, Text, ToolStart
from ccr.core.jsonio import dump_text
from ccr.dialect.model_table import ModelFacts
from ccr.snapshot import Snapshot
from ccr.transform.base import Context
from ccr.upstream import Upstream, known
from tests.grammar import run


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


OFFER = {"tools": [{"type": "function", "function": {"name": "Bash", "parameters": {"type": "object"}}}]}
WRITTEN = '<tool_call>{"name": "Bash", "arguments": {"command": "ls"}}</tool_call>'


@pytest.mark.parametrize(
    ("url", "use", "found"),
    [
        ("http://localhost:11434/v1", [], True),
        ("http://127.0.0.1:1234/v1", [], True),
        ("http://127.0.0.1:8000/v1", [], True),
        ("https://gpu.example/v1", ["cleancache"], True),
        ("https://gpu.example/v1", [["texttools", {"enable": False}]], False),
        ("https://api.openai.com/v1", [], False),
        ("https://api.openai.com/v1", ["texttools"], True),
    ],
    ids=["ollama", "lmstudio", "vllm", "unknown", "switched off", "known", "known, switched on"],
)
def test_calls_in_text_are_found_where_the_server_may_leave_them(url: str, use: list[Any], found: bool) -> None:
    made = upstream(url, transformer={"use": use})
    context = Context("p", "m", made.vendor, stream=True, request=OFFER)
    events: list[Event] = [Start(), Text("So: "), Text(WRITTEN), Finish("end_turn")]
    for one in made.filters(context):
        events = run(one, events)
    assert any(isinstance(event, ToolStart) for event in events) is found


def test_without_tools_nothing_is_looked_for() -> None:
    made = upstream("http://127.0.0.1:8000/v1")
    assert made.filters(Context("p", "m", made.vendor, stream=True)) == []
