"""No secret gets out, whatever it is wrapped in."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.config.parse import parse
from ccr.config.redact import MASK, Redactor, is_secret, label, redactor, secrets
from ccr.config.schema import Config

CONFIG = {
    "APIKEY": "router-secret",
    "PROXY_URL": "http://me:proxy%20pass@proxy:8080",
    "OPENAI_API_KEY": "top-level-secret",
    "Providers": [
        {
            "name": "ollama",
            "api_base_url": "http://localhost:11434/v1",
            "api_key": "ollama",
            "models": ["qwen2.5-coder:latest"],
        },
        {
            "name": "remote",
            "api_base_url": "https://token-in-address@remote.example/v1",
            "api_keys": ["first-key-1", {"key": "second-key-2", "weight": 2}],
            "headers": {"Authorization": "Bearer header-secret", "X-Title": "ccr title"},
            "transformer": {"use": [["vertex", {"client_secret": "option-secret", "project": "my-project"}]]},
            "tokenizer": {"default": {"type": "api", "apiKey": "tokenizer-secret"}},
            "models": ["m"],
        },
        {"name": "unset", "api_base_url": "https://u.example", "api_key": "$UNSET_KEY", "models": ["n"]},
    ],
}


def config() -> Config:
    return parse(json.dumps(CONFIG), {}).require()


def test_secrets_are_found_everywhere() -> None:
    assert secrets(config()) == {
        "router-secret",
        "proxy%20pass",
        "top-level-secret",
        "token-in-address",
        "first-key-1",
        "second-key-2",
        "Bearer header-secret",
        "option-secret",
        "tokenizer-secret",
    }


def test_redactor_hides_every_secret_of_the_configuration() -> None:
    shown = redactor(config()).text(json.dumps(CONFIG))
    assert [secret for secret in secrets(config()) if secret in shown] == []
    assert "my-project" in shown
    assert "qwen2.5-coder:latest" in shown


def test_value_hides_secrets_and_keeps_the_rest() -> None:
    shown = redactor(config()).value(CONFIG)
    first, remote, unset = shown["Providers"]
    assert shown["APIKEY"] == MASK
    assert shown["PROXY_URL"] == f"http://{MASK}@proxy:8080"
    assert (first["name"], first["api_key"]) == ("ollama", MASK)
    assert remote["api_keys"] == [MASK, {"key": MASK, "weight": 2}]
    assert remote["headers"] == {"Authorization": MASK, "X-Title": "ccr title"}
    assert remote["transformer"] == {"use": [["vertex", {"client_secret": MASK, "project": "my-project"}]]}
    assert remote["tokenizer"] == {"default": {"type": "api", "apiKey": MASK}}
    assert unset["api_key"] == "$UNSET_KEY"


def test_value_leaves_its_input_alone() -> None:
    value = {"api_key": "x", "list": ["sk-abcdefghijklmnop1234"]}
    Redactor([]).value(value)
    assert value == {"api_key": "x", "list": ["sk-abcdefghijklmnop1234"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-proj-abcdefghijklmnop1234 was refused", f"key {MASK} was refused"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuvw", MASK),
        ("Authorization: Bearer abc123def456", f"Authorization: Bearer {MASK}"),
        ('{"authorization": "bearer abc123def456"}', f'{{"authorization": "bearer {MASK}"}}'),
        ("x-api-key: abc123def456", f"x-api-key: {MASK}"),
        ("'x-goog-api-key': 'abc123def456'", f"'x-goog-api-key': '{MASK}'"),
        ("GET /v1/models?key=abc123def456&alt=sse", f"GET /v1/models?key={MASK}&alt=sse"),
        ("https://user:hunter2@proxy.example:80/", f"https://{MASK}@proxy.example:80/"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", MASK),
        ("AKIAIOSFODNN7EXAMPLE", MASK),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest", f"{MASK}\nrest"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", MASK),
    ],
)
def test_text_hides_what_looks_like_a_key(text: str, expected: str) -> None:
    assert Redactor([]).text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Providers[0].api_key: the environment variable OPENROUTER_API_KEY is not set",
        "default,deepseek-chat took 1200 ms and 60000 tokens",
        "model anthropic/claude-sonnet-4-20250514 at https://openrouter.ai/api/v1/chat/completions",
        "send the header Authorization: Bearer followed by the key",
        "max_tokens: 123456789",
        "https://example.com:8080/path",
        "request 0123456789abcdef0123456789abcdef",
    ],
)
def test_text_leaves_the_rest_alone(text: str) -> None:
    assert Redactor([]).text(text) == text


def test_short_secret_is_hidden_as_a_word_only() -> None:
    assert Redactor(["test"]).text("test testing latest a-test (test)") == f"{MASK} testing latest a-test ({MASK})"


def test_longer_secret_goes_first() -> None:
    assert Redactor(["abcdefgh", "abcdefghij"]).text("abcdefghij") == MASK


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("api_key", True),
        ("apiKey", True),
        ("X-Api-Key", True),
        ("OPENAI_API_KEY", True),
        ("key", True),
        ("auth_token", True),
        ("Proxy-Authorization", True),
        ("privateKey", True),
        ("password", True),
        ("name", False),
        ("models", False),
        ("keyword", False),
    ],
)
def test_is_secret(key: str, expected: bool) -> None:
    assert is_secret(key) is expected


@pytest.mark.parametrize(("secret", "expected"), [("sk-or-v1-0123456789abcdef", "sk-o...cdef"), ("short-key", MASK)])
def test_label_tells_keys_apart_without_telling_them(secret: str, expected: str) -> None:
    assert label(secret) == expected


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def in_url(text: str) -> str:
    return quote(text, safe="")


@given(
    secret=st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="[]$"), min_size=8, max_size=40
    ),
    before=st.text("abc [\"'", max_size=10),
    after=st.text("abc ]\"'", max_size=10),
    written=st.sampled_from([str, in_json, in_url]),
)
def test_no_configured_secret_gets_through(secret: str, before: str, after: str, written: Any) -> None:
    hide = redactor(parse(json.dumps({"APIKEY": secret}), {}).require())
    assert written(secret) not in hide.text(before + written(secret) + after)


@given(secret=st.text(min_size=8, max_size=40).map(str.strip))
def test_no_configured_secret_gets_through_in_any_script(secret: str) -> None:
    if len(secret) >= 8 and secret not in MASK and "$" not in secret:
        assert secret not in Redactor([secret]).text(f"a{secret}b")
