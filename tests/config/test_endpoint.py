"""Which URL a request goes to, for every way in which people write `api_base_url`."""

import pytest

from ccr.config.endpoint import absolute, endpoint, endpoints, spoken
from ccr.dialect.vendor import DialectName

AZURE = "https://mine.openai.azure.com/openai/deployments/gpt-4o"
GOOGLE = "https://generativelanguage.googleapis.com"

CASES: list[tuple[str, DialectName, str]] = [
    # Full endpoints stay as they are.
    ("https://api.deepseek.com/chat/completions", "openai_chat", "https://api.deepseek.com/chat/completions"),
    ("https://openrouter.ai/api/v1/chat/completions/", "openai_chat", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://a.example/V1/Chat/Completions", "openai_chat", "https://a.example/V1/Chat/Completions"),
    ("http://127.0.0.1:8080/chat/completions", "openai_chat", "http://127.0.0.1:8080/chat/completions"),
    ("https://api.anthropic.com/v1/messages", "anthropic", "https://api.anthropic.com/v1/messages"),
    ("https://a.example/anthropic/messages", "anthropic", "https://a.example/anthropic/messages"),
    ("https://api.openai.com/v1/responses", "openai_responses", "https://api.openai.com/v1/responses"),
    # Base URLs of an SDK, as in version 1.0.8.
    ("https://api.deepseek.com", "openai_chat", "https://api.deepseek.com/chat/completions"),
    ("https://api.deepseek.com/", "openai_chat", "https://api.deepseek.com/chat/completions"),
    ("https://api.deepseek.com/v1", "openai_chat", "https://api.deepseek.com/v1/chat/completions"),
    ("http://localhost:11434/v1", "openai_chat", "http://localhost:11434/v1/chat/completions"),
    ("http://localhost:11434/v1/", "openai_chat", "http://localhost:11434/v1/chat/completions"),
    ("http://localhost:11434", "openai_chat", "http://localhost:11434/v1/chat/completions"),
    ("https://openrouter.ai/api/v1", "openai_chat", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://open.bigmodel.cn/api/paas/v4/", "openai_chat", "https://open.bigmodel.cn/api/paas/v4/chat/completions"),
    (
        "https://ark.cn-beijing.volces.com/api/v3",
        "openai_chat",
        "https://ark.cn-beijing.volces.com/api/v3/chat/completions",
    ),
    ("https://models.github.ai/inference", "openai_chat", "https://models.github.ai/inference/chat/completions"),
    (f"{GOOGLE}/v1beta/openai/", "openai_chat", f"{GOOGLE}/v1beta/openai/chat/completions"),
    # Bare hosts whose API is not at /v1.
    ("https://openrouter.ai", "openai_chat", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://api.groq.com", "openai_chat", "https://api.groq.com/openai/v1/chat/completions"),
    ("https://api.perplexity.ai", "openai_chat", "https://api.perplexity.ai/chat/completions"),
    (GOOGLE, "openai_chat", f"{GOOGLE}/v1beta/openai/chat/completions"),
    # Another endpoint of the same API than the one that is wanted.
    ("https://openrouter.ai/api/v1/chat/completions", "openai_responses", "https://openrouter.ai/api/v1/responses"),
    ("https://api.openai.com/v1/models", "openai_chat", "https://api.openai.com/v1/chat/completions"),
    ("https://a.example/v1/chat/completions", "anthropic", "https://a.example/v1/messages"),
    ("https://a.example/v1/messages/count_tokens", "anthropic", "https://a.example/v1/messages"),
    # Anthropic and what is compatible with it.
    ("https://api.anthropic.com", "anthropic", "https://api.anthropic.com/v1/messages"),
    ("https://api.anthropic.com/v1/", "anthropic", "https://api.anthropic.com/v1/messages"),
    ("https://api.deepseek.com/anthropic", "anthropic", "https://api.deepseek.com/anthropic/v1/messages"),
    # The Responses API.
    ("https://api.openai.com", "openai_responses", "https://api.openai.com/v1/responses"),
    ("https://api.openai.com/v1", "openai_responses", "https://api.openai.com/v1/responses"),
    # Azure: the query is part of the address.
    (f"{AZURE}?api-version=2024-10-21", "openai_chat", f"{AZURE}/chat/completions?api-version=2024-10-21"),
    (
        f"{AZURE}/chat/completions?api-version=2024-10-21",
        "openai_chat",
        f"{AZURE}/chat/completions?api-version=2024-10-21",
    ),
    (
        f"{AZURE}/chat/completions?api-version=2025-04-01-preview",
        "openai_responses",
        "https://mine.openai.azure.com/openai/responses?api-version=2025-04-01-preview",
    ),
    ("https://mine.openai.azure.com", "openai_chat", "https://mine.openai.azure.com/openai/v1/chat/completions"),
    (
        "https://mine.openai.azure.com/openai/v1/",
        "openai_chat",
        "https://mine.openai.azure.com/openai/v1/chat/completions",
    ),
    # Gemini: what the model and the method are added to.
    (f"{GOOGLE}/v1beta/models/", "gemini", f"{GOOGLE}/v1beta/models/"),
    (f"{GOOGLE}/v1beta/models", "gemini", f"{GOOGLE}/v1beta/models/"),
    (f"{GOOGLE}/v1beta", "gemini", f"{GOOGLE}/v1beta/models/"),
    (GOOGLE, "gemini", f"{GOOGLE}/v1beta/models/"),
    (f"{GOOGLE}/v1beta/openai/chat/completions", "gemini", f"{GOOGLE}/v1beta/models/"),
    (f"{GOOGLE}/v1beta/models/gemini-2.5-pro:generateContent", "gemini", f"{GOOGLE}/v1beta/models/"),
    ("http://127.0.0.1:9000/v1beta/models/", "gemini", "http://127.0.0.1:9000/v1beta/models/"),
    # Vertex: the dialect adds the version.
    ("https://us-central1-aiplatform.googleapis.com/", "vertex", "https://us-central1-aiplatform.googleapis.com"),
    ("https://us-central1-aiplatform.googleapis.com/v1", "vertex", "https://us-central1-aiplatform.googleapis.com"),
    # Odd writing.
    ("  https://a.example//v1//  ", "openai_chat", "https://a.example/v1/chat/completions"),
    ("localhost:1234/v1", "openai_chat", "http://localhost:1234/v1/chat/completions"),
    ("api.openai.com/v1", "openai_chat", "https://api.openai.com/v1/chat/completions"),
    ("http://[::1]:8000/v1", "openai_chat", "http://[::1]:8000/v1/chat/completions"),
    ("https://user:pw@a.example/v1", "openai_chat", "https://user:pw@a.example/v1/chat/completions"),
    ("https://a.example/my/own/path#", "openai_chat", "https://a.example/my/own/path"),
]


@pytest.mark.parametrize(("url", "wire", "expected"), CASES)
def test_endpoint_of_address(url: str, wire: DialectName, expected: str) -> None:
    assert endpoint(url, wire) == expected


@pytest.mark.parametrize(("url", "wire", "expected"), CASES)
def test_endpoint_is_stable(url: str, wire: DialectName, expected: str) -> None:
    if not url.endswith("#"):
        assert endpoint(expected, wire) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", ["/v1/chat/completions", "/chat/completions"]),
        ("https://a.example/v1", ["/v1/chat/completions"]),
        ("https://a.example/llm", ["/llm/chat/completions", "/llm/v1/chat/completions", "/llm"]),
        ("https://a.example/chat/completions", ["/chat/completions"]),
    ],
)
def test_endpoints_lists_what_may_be_meant(url: str, expected: list[str]) -> None:
    assert endpoints(url, "openai_chat") == tuple(f"https://a.example{path}" for path in expected)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/v1/chat/completions", "openai_chat"),
        ("https://a.example/v1/responses/", "openai_responses"),
        ("https://a.example/v1/messages", "anthropic"),
        ("https://a.example/v1/messages#", "anthropic"),
        (f"{AZURE}/chat/completions?api-version=2024-10-21", "openai_chat"),
        (f"{GOOGLE}/v1beta/models/", "gemini"),
        ("https://a.example/v1/models/x:generateContent", "gemini"),
        ("https://us-east5-aiplatform.googleapis.com/v1/models/x:rawPredict", None),
        ("https://a.example/v1/models", None),
        ("https://a.example/v1", None),
        ("https://a.example", None),
    ],
)
def test_spoken_is_known_from_full_endpoints_only(url: str, expected: str | None) -> None:
    assert spoken(url) == expected


def test_absolute_keeps_a_scheme() -> None:
    assert absolute(" http://a.example/v1 ") == "http://a.example/v1"
