"""What may be sent to whom."""

import pytest

from ccr.dialect.openai_responses.vendor import (
    gives_encrypted_reasoning,
    is_openai,
    may_be_openai,
    takes_cache_key,
    takes_files,
)
from ccr.dialect.vendor_table import find, for_model

URLS = {
    "openai": "https://api.openai.com/v1/responses",
    "local": "http://127.0.0.1:8000/v1/responses",
    "unknown": "https://gateway.example/v1/responses",
    "xai": "https://api.x.ai/v1/responses",
    "groq": "https://api.groq.com/openai/v1/responses",
}


@pytest.mark.parametrize(
    ("name", "openai", "maybe", "files", "cache_key"),
    [
        ("openai", True, True, True, True),
        ("local", False, True, True, True),
        ("unknown", False, True, True, True),
        ("xai", False, False, False, True),
        ("groq", False, False, False, False),
    ],
)
def test_vendor_takes_what_it_documents(name: str, openai: bool, maybe: bool, files: bool, cache_key: bool) -> None:
    vendor = find(URLS[name])
    assert (is_openai(vendor), may_be_openai(vendor)) == (openai, maybe)
    assert (takes_files(vendor), takes_cache_key(vendor)) == (files, cache_key)


@pytest.mark.parametrize(
    ("name", "model", "taken"),
    [
        ("openai", "gpt-5.4", True),
        ("openai", "gpt-4.1", False),
        ("local", "m", True),
        ("groq", "openai/gpt-oss-20b", False),
    ],
)
def test_encrypted_reasoning_is_asked_for_where_there_is_some(name: str, model: str, taken: bool) -> None:
    assert gives_encrypted_reasoning(for_model(find(URLS[name]), model)) is taken
