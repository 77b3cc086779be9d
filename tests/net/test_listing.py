from typing import Any

import pytest

from ccr.config.schema import Provider
from ccr.dialect.vendor import DialectName
from ccr.net.client import Clients
from ccr.net.listing import Listed, listed, read_listing
from tests.aio import trio_test
from tests.vendor import Answer, Request, vendor


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"data": [{"id": "m"}]}, [Listed("m")]),
        ({"data": [{"id": "m", "context_window": 131072, "max_completion_tokens": 8192}]}, [Listed("m", 131072, 8192)]),
        (
            {
                "data": [
                    {
                        "id": "o/m",
                        "context_length": 1000,
                        "architecture": {"input_modalities": ["text", "image"]},
                        "top_provider": {"max_completion_tokens": 50},
                    }
                ]
            },
            [Listed("o/m", 1000, 50, images=True)],
        ),
        (
            {
                "models": [
                    {
                        "name": "models/gemini-x",
                        "inputTokenLimit": 9,
                        "outputTokenLimit": 3,
                        "supportedGenerationMethods": ["generateContent"],
                    },
                    {"name": "models/embedding", "supportedGenerationMethods": ["embedContent"]},
                ]
            },
            [Listed("gemini-x", 9, 3)],
        ),
        (
            {"data": [{"id": "m", "capabilities": {"vision": True}, "max_context_length": 7}]},
            [Listed("m", 7, images=True)],
        ),
        (
            {
                "data": [
                    {
                        "id": "m",
                        "capabilities": {
                            "limits": {"max_context_window_tokens": 128_000, "max_output_tokens": 16_000},
                            "supports": {"vision": False},
                        },
                    }
                ]
            },
            [Listed("m", 128_000, 16_000, images=False)],
        ),
        ({"data": [{"id": "m", "metadata": {"context_length": 9, "max_tokens": 8}}]}, [Listed("m", 9, 8)]),
        ({"data": [{"id": "m", "meta": {"n_ctx": 32_768, "n_ctx_train": 262_144}}]}, [Listed("m", 32_768)]),
        ({"data": [{"id": "m", "context_length": True, "top_provider": {"context_length": 5}}]}, [Listed("m", 5)]),
        ([{"id": "together"}], [Listed("together")]),
        ({"models": [{"name": "qwen3:8b", "model": "qwen3:8b"}]}, [Listed("qwen3:8b")]),
        ({"data": None}, []),
        ({"data": ["x", {}]}, []),
        ("x", []),
        (None, []),
    ],
)
def test_lists_of_all_vendors_are_read(value: Any, expected: list[Listed]) -> None:
    assert read_listing(value) == expected


@pytest.mark.parametrize(("name", "expected"), [("gpt-5", True), ("text-embedding-3", False), ("whisper-1", False)])
def test_models_that_do_not_talk_are_known(name: str, expected: bool) -> None:
    assert Listed(name).talks is expected


@pytest.mark.parametrize(
    ("path", "wire", "header"),
    [
        ("/v1/chat/completions", "openai_chat", "authorization"),
        ("/v1/messages", "anthropic", "x-api-key"),
        ("/v1/models/", "gemini", "x-goog-api-key"),
    ],
)
def test_list_lies_beside_the_endpoint(path: str, wire: DialectName, header: str) -> None:
    seen: list[Request] = []

    def script(request: Request) -> Answer:
        seen.append(request)
        return 200, {"data": [{"id": "m"}]}

    @trio_test()
    async def run() -> None:
        clients = Clients({})
        with vendor(script) as made:
            provider = Provider(name="p", url=made.url + path)
            assert await listed(clients, provider, wire, key="secret", proxy_url=None) == [Listed("m")]
            await clients.aclose()

    run()
    assert seen[0].path == "/v1/models"
    assert "secret" in seen[0].headers[header]


@pytest.mark.parametrize("answer", [(404, {}), (200, b"<html>"), (200, b"[")])
def test_no_list_is_none(answer: Answer) -> None:
    @trio_test()
    async def run() -> None:
        clients = Clients({})
        with vendor(lambda _: answer) as made:
            provider = Provider(name="p", url=f"{made.url}/v1/chat/completions")
            assert await listed(clients, provider, "openai_chat", key="", proxy_url=None) == []
            await clients.aclose()

    run()
