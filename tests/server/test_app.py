"""What every request meets before and after its handler."""

import pytest

from ccr.errors import ConfigError
from tests.aio import trio_test
from tests.chat import DONE, request
from tests.live import config, live, streaming


@pytest.mark.parametrize("path", ["/v1/unknown", "/v1/messages/other", "/etc/passwd"])
def test_unknown_paths_are_not_found(path: str) -> None:
    @trio_test()
    async def run() -> None:
        async with live(streaming(DONE)) as router:
            answer = await router.http.get(f"{router.url}{path}")
        assert answer.status_code == 404
        assert answer.json()["error"]["type"] == "not_found_error"

    run()


@pytest.mark.parametrize("path", ["/api/event_logging/batch", "/api/hello"])
def test_side_calls_of_the_client_get_a_harmless_answer(path: str) -> None:
    @trio_test()
    async def run() -> None:
        async with live(streaming(DONE)) as router:
            answer = await router.http.post(f"{router.url}{path}", json={"events": []})
        assert (answer.status_code, answer.json()) == (200, {})

    run()


@trio_test()
async def test_a_server_that_shuts_down_refuses_and_says_when_to_come_back() -> None:
    async with live(streaming(DONE)) as router:
        router.state.drain()
        answer = await router.post(request())
        health = await router.http.get(f"{router.url}/health")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert health.json()["status"] == "draining"


@trio_test()
async def test_a_transformer_that_does_not_exist_fails_its_providers_requests() -> None:
    def make(upstream: str) -> dict[str, object]:
        return config(upstream, provider={"transformer": {"use": ["deepsek"]}})

    async with live(streaming(DONE), make=make) as router:
        answer = await router.post(request())
    assert answer.status_code == 500
    assert "'deepseek'" in answer.json()["error"]["message"]
    assert answer.headers["x-should-retry"] == "false"


@trio_test()
async def test_a_defect_costs_only_its_own_request(capsys: pytest.CaptureFixture[str]) -> None:
    async with live(streaming(DONE)) as router:
        counter, router.state.counter = router.state.counter, None  # type: ignore[assignment]
        broken = await router.http.post(
            f"{router.url}/v1/messages/count_tokens", json={"messages": [{"role": "user", "content": "a"}]}
        )
        router.state.counter = counter
        health = await router.http.get(f"{router.url}/health")
    assert broken.status_code == 500
    assert "Traceback" not in broken.text
    assert "File" not in broken.text
    assert health.status_code == 200


@trio_test()
async def test_a_configuration_that_cannot_be_used_is_not_swapped_in() -> None:
    from ccr.config.parse import parse

    async with live(streaming(DONE)) as router:
        before = router.state.snapshot
        with pytest.raises(ConfigError):
            router.state.swap(parse("{", {}), router.state.plugins)
        assert router.state.snapshot is before
