"""The paths that tell about the server itself."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import config, live, streaming

HELLO = sse([delta(content="Hello"), delta(finish="stop"), usage()])


@trio_test()
async def test_health_tells_this_server_from_others() -> None:
    async with live(streaming(HELLO)) as router:
        found = (await router.http.get(f"{router.url}/health")).json()
    assert found["name"] == "ccr"
    assert found["status"] == "ok"
    assert found["instance"] == "test"
    assert found["pid"] == os.getpid()
    assert found["config_hash"] == router.state.snapshot.hash
    assert datetime.fromisoformat(found["timestamp"]) - datetime.now(UTC) < timedelta(minutes=1)


@trio_test()
async def test_the_root_answers_get_and_head() -> None:
    async with live(streaming(HELLO)) as router:
        assert (await router.http.get(f"{router.url}/")).json()["message"]
        assert (await router.http.head(f"{router.url}/")).content == b""


@trio_test()
async def test_status_tells_the_last_requests_without_secrets() -> None:
    async with live(streaming(HELLO)) as router:
        await router.post(request())
        await router.settled()
        found = await router.http.get(f"{router.url}/api/status")
    last = found.json()["recent"][0]
    assert (last["provider"], last["model"], last["result"]) == ("up", "m", "ok")
    assert last["usage"]["output"] == 5
    assert '"k"' not in found.text


def priced(upstream: str) -> dict[str, Any]:
    """Return a configuration in which the first provider always fails and the second has prices."""
    made = config(upstream, provider={"max_retries": 0}, fallback={"default": ["dear,m"]})
    made["Providers"][0]["api_base_url"] = "http://127.0.0.1:9/v1/chat/completions"
    prices = {"input": 1, "output": 10, "cached_input": 0.1}
    made["Providers"].append(
        {
            "name": "dear",
            "api_base_url": f"{upstream}/v1/chat/completions",
            "models": ["m"],
            "model_settings": {"m": {"prices": prices}},
        }
    )
    return made


@trio_test()
async def test_usage_tells_tokens_and_dollars_of_whoever_answered() -> None:
    reply = sse([delta(content="Hello"), delta(finish="stop"), usage(3_000_000, 200_000, 2_000_000)])
    async with live(streaming(reply), make=priced) as router:
        await router.post(request())
        await router.settled()
        found = (await router.http.get(f"{router.url}/api/usage")).json()
        last = (await router.http.get(f"{router.url}/api/status")).json()["recent"][0]
    assert (found["requests"], found["cost"], found["unpriced"]) == (1, 3.2, 0)
    assert [(one["provider"], one["model"], one["cost"]) for one in found["models"]] == [("dear", "m", 3.2)]
    assert last["cost"] == 3.2


@trio_test()
async def test_unknown_price_is_not_guessed() -> None:
    async with live(streaming(HELLO)) as router:
        await router.post(request())
        await router.settled()
        found = (await router.http.get(f"{router.url}/api/usage")).json()
        last = (await router.http.get(f"{router.url}/api/status")).json()["recent"][0]
    assert (found["cost"], found["unpriced"]) == (0, 1)
    assert "cost" not in last
