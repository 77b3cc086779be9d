"""The paths that tell about the server itself."""

import os

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import live, streaming

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
