from typing import Any

import pytest

from ccr.config.tokenizer import USUAL, Choice, choice, problems

O200K = {"type": "tiktoken", "encoding": "o200k_base"}


@pytest.mark.parametrize(
    ("tokenizer", "expected"),
    [
        (None, USUAL),
        ({}, USUAL),
        ({"default": O200K}, Choice("tiktoken", "o200k_base")),
        ({"default": O200K, "models": {"m": {"type": "API"}}}, Choice("api")),
        ({"type": "api"}, Choice("api")),
        ({"default": 7, "models": []}, USUAL),
    ],
)
def test_choice(tokenizer: Any, expected: Choice) -> None:
    assert choice(tokenizer, "m") == expected


def test_choice_of_an_own_file_says_where_it_is() -> None:
    found = choice({"models": {"m": {"type": "huggingface", "model": "Qwen/Qwen3"}}}, "m")
    assert found.source == "https://huggingface.co/Qwen/Qwen3/resolve/main/tokenizer.json"
    assert choice({"type": "huggingface", "path": "t.json", "model": "x"}, "m").source == "t.json"


def test_choice_of_an_address_has_its_ways() -> None:
    told = {"type": "api", "url": "https://c", "apiKey": "k", "requestFormat": "OpenAI", "responseField": "usage.n"}
    found = choice({**told, "headers": {"x-a": 1}}, "m")
    assert (found.url, found.api_key, found.request_format, found.response_field) == (
        "https://c",
        "k",
        "openai",
        "usage.n",
    )
    assert found.headers == {"x-a": "1"}


@pytest.mark.parametrize(
    ("tokenizer", "expected"),
    [
        (None, []),
        ({"default": O200K, "models": {"m": {"type": "huggingface", "model": "a/b"}}}, []),
        ({"default": {"type": "magic"}}, ["tokenizer.default.type"]),
        ({"type": "huggingface"}, ["tokenizer"]),
        ({"models": {"m": {"type": "api", "url": "u", "requestFormat": "xml"}}}, ["tokenizer.models.m.requestFormat"]),
        ({"default": 7}, ["tokenizer.default"]),
    ],
)
def test_problems(tokenizer: Any, expected: list[str]) -> None:
    assert [path for path, _ in problems(tokenizer)] == expected
