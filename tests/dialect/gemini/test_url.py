"""Addresses from every form of base URL."""

import pytest

from ccr.dialect.gemini.url import method_url, with_method

HOST = "https://generativelanguage.googleapis.com"
MODEL = f"{HOST}/v1beta/models/gemini-2.5-pro"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (HOST, MODEL),
        (f"{HOST}/", MODEL),
        (f"{HOST}/v1beta", MODEL),
        (f"{HOST}/v1beta/", MODEL),
        (f"{HOST}/v1beta/models", MODEL),
        (f"{HOST}/v1beta/models/", MODEL),
        (f"{HOST}/v1beta/openai/", MODEL),
        (f"{HOST}/v1beta/openai/chat/completions", MODEL),
        (f"{HOST}/v1beta/models/gemini-1.5-pro:generateContent", MODEL),
        (f"{HOST}/v1/models/", f"{HOST}/v1/models/gemini-2.5-pro"),
        ("http://localhost:8080", "http://localhost:8080/v1beta/models/gemini-2.5-pro"),
        (
            "https://gateway.ai.cloudflare.com/v1/a/b/google-ai-studio",
            "https://gateway.ai.cloudflare.com/v1/a/b/google-ai-studio/v1beta/models/gemini-2.5-pro",
        ),
    ],
)
def test_method_url_takes_every_form_of_base(base: str, expected: str) -> None:
    assert method_url(base, "gemini-2.5-pro", stream=False) == f"{expected}:generateContent"
    assert method_url(base, "gemini-2.5-pro", stream=True) == f"{expected}:streamGenerateContent?alt=sse"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/gemini-2.5-pro", "models/gemini-2.5-pro"),
        ("tunedModels/my-model-1", "tunedModels/my-model-1"),
        ("odd name?x#y", "models/odd%20name%3Fx%23y"),
    ],
)
def test_method_url_takes_resource_names(model: str, path: str) -> None:
    assert method_url(HOST, model, stream=False) == f"{HOST}/v1beta/{path}:generateContent"


def test_with_method_drops_a_key_and_keeps_other_fields() -> None:
    found = with_method("https://h/v1beta/models/m?key=secret&trace=1&alt=json", stream=True)
    assert found == "https://h/v1beta/models/m:streamGenerateContent?trace=1&alt=sse"
