"""Counting here, and by the provider where the configuration asks for it."""

from functools import partial
from typing import Any

import pytest

from tests.aio import trio_test
from tests.chat import request
from tests.live import Script, Seen, Wire, live


def make(upstream: str, **provider: Any) -> dict[str, Any]:
    own = {"name": "up", "api_base_url": f"{upstream}/v1/messages", "api_key": "k", "models": ["m"]}
    entry = {**own, "transformer": {"use": ["Anthropic"]}, "tokenizer": {"default": {"type": "api"}}, **provider}
    return {"Providers": [entry], "Router": {"default": "up,m"}, "LOG": False}


def answering(status: int, body: Any) -> Script:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, body)

    return script


@trio_test()
async def test_provider_counts_when_asked_to() -> None:
    async with live(answering(200, {"input_tokens": 4321}), make=make) as router:
        answer = await router.http.post(f"{router.url}/v1/messages/count_tokens", json=request())
    assert answer.json() == {"input_tokens": 4321}
    assert router.seen[0].path == "/v1/messages/count_tokens"
    assert router.seen[0].body["model"] == "m"
    assert "max_tokens" not in router.seen[0].body


@pytest.mark.parametrize(
    ("status", "body"), [(404, {}), (200, b"no JSON"), (200, {"input_tokens": "many"}), (200, b"x" * 100_000)]
)
def test_provider_that_can_not_count_costs_nothing(status: int, body: Any) -> None:
    @trio_test()
    async def run() -> None:
        async with live(answering(status, body), make=make) as router:
            answer = await router.http.post(f"{router.url}/v1/messages/count_tokens", json=request())
        assert answer.status_code == 200
        assert 0 < answer.json()["input_tokens"] < 100

    run()


@trio_test()
async def test_somebody_else_counts_and_estimates_learn_from_it() -> None:
    def foreign(upstream: str) -> dict[str, Any]:
        choice = {"type": "api", "url": f"{upstream}/count", "requestFormat": "openai", "responseField": "n.tokens"}
        return make(upstream, tokenizer={"models": {"m": choice}})

    words = request(messages=[{"role": "user", "content": "some words " * 500}])
    async with live(answering(200, {"n": {"tokens": 1500}}), make=foreign) as router:
        answer = await router.http.post(f"{router.url}/v1/messages/count_tokens", json=words)
        ratio = router.state.calibration.ratio("up", "m")
    assert answer.json() == {"input_tokens": 1500}
    assert router.seen[0].path == "/count"
    assert router.seen[0].body["messages"][-1]["role"] == "user"
    assert 1.3 < ratio < 1.6


@trio_test()
async def test_provider_is_not_asked_unless_told_to() -> None:
    async with live(answering(200, {}), make=lambda upstream: make(upstream, tokenizer=None)) as router:
        await router.http.post(f"{router.url}/v1/messages/count_tokens", json=request())
    assert router.seen == []


@trio_test()
async def test_encoding_of_the_provider_counts() -> None:
    words = request(messages=[{"role": "user", "content": "Größenverhältnisse überprüfen, 世界和平" * 50}])
    counts = []
    for name in ("cl100k_base", "o200k_base", "unknown"):
        tokenizer = {"type": "tiktoken", "encoding": name}
        async with live(answering(200, {}), make=partial(make, tokenizer=tokenizer)) as router:
            answer = await router.http.post(f"{router.url}/v1/messages/count_tokens", json=words)
            counts.append(answer.json()["input_tokens"])
    usual, other, fallen_back = counts
    assert other < usual == fallen_back
