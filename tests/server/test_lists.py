"""Limits that providers tell in their lists are gone by."""

from pathlib import Path
from typing import Any

import pytest
import trio

from ccr.run.window import variables
from ccr.store import learnt
from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import Live, Script, Seen, Wire, config, live

OK = sse([delta(content="hi"), delta(finish="stop"), usage(10, 5)])
LARGE = request(messages=[{"role": "user", "content": "some words of a long prompt " * 8000}], max_tokens=9000)
LIST = {"data": [{"id": "M", "max_model_len": 100_000, "limits": {"max_completion_tokens": 500}}, {"id": "embed-x"}]}


def telling(answer: Any, status: int = 200) -> Script:
    async def script(seen: Seen, wire: Wire) -> None:
        if seen.method == "GET":
            await wire.answer(status, answer)
        else:
            await wire.begin()
            await wire.send(OK)
            await wire.end()

    return script


def make(upstream: str, **changes: Any) -> dict[str, Any]:
    return config(upstream, **{"provider": {"models": ["m", "n"]}, **changes})


def env(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def lists(router: Live) -> list[str]:
    return [seen.path for seen in router.seen if seen.method == "GET"]


async def told(router: Live) -> None:
    with trio.fail_after(5):
        while not router.state.lists.told:  # noqa: ASYNC110 - the server has no event for it
            await trio.sleep(0.01)


def test_large_prompt_makes_the_limits_known(tmp_path: Path) -> None:
    @trio_test()
    async def run() -> None:
        async with live(telling(LIST), make=make, env=env(tmp_path)) as router:
            await router.post(LARGE)
            await told(router)
            await router.post(LARGE)
            listing = (await router.http.get(f"{router.url}/v1/models")).json()["data"]
        assert lists(router) == ["/v1/models"]
        first, second = (seen.body for seen in router.seen if seen.method == "POST")
        assert (first["max_tokens"], second["max_tokens"]) == (9000, 500)
        assert [(entry.get("max_input_tokens"), entry.get("max_tokens")) for entry in listing] == [
            (100_000, 500),
            (None, None),
        ]

    run()
    assert next(iter(learnt.read(tmp_path / ".claude-code-router" / "learnt.json").values())).models.keys() == {"M"}


def test_what_was_learnt_is_known_after_a_restart(tmp_path: Path) -> None:
    @trio_test()
    async def run() -> None:
        router_config: dict[str, Any] = {}

        def kept(upstream: str) -> dict[str, Any]:
            return router_config or make(upstream)

        async with live(telling(LIST), make=kept, env=env(tmp_path)) as router:
            router_config |= make(router.state.snapshot.config.providers[0].url.removesuffix("/v1/chat/completions"))
            await router.post(LARGE)
            await told(router)
            with trio.fail_after(5):
                while not (tmp_path / ".claude-code-router" / "learnt.json").exists():  # noqa: ASYNC110
                    await trio.sleep(0.01)
        async with live(telling(LIST), make=kept, env=env(tmp_path)) as router:
            assert router.state.snapshot.facts("up", "m").window == 100_000
            known = router.state.lists.told
            assert variables(router.state.snapshot.config, known)["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] == "100000"

    run()


def test_prompt_that_does_not_fit_goes_elsewhere(tmp_path: Path) -> None:
    found = {"data": [{"id": "m", "context_length": 10_000}, {"id": "n", "context_length": 200_000}]}

    def made(upstream: str) -> dict[str, Any]:
        return make(upstream, Router={"default": "up,m", "think": "up,n"})

    @trio_test()
    async def run() -> None:
        async with live(telling(found), make=made, env=env(tmp_path)) as router:
            await router.post(LARGE)
            await told(router)
            await router.post(LARGE)
        assert [seen.body["model"] for seen in router.seen if seen.method == "POST"] == ["m", "n"]

    run()


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        pytest.param(request(), {}, id="small prompt"),
        pytest.param(LARGE, {"model_settings": {"m": {"context_window": 100_000}}}, id="the user knows"),
    ],
)
def test_list_is_not_asked_for_without_need(tmp_path: Path, body: Any, changes: dict[str, Any]) -> None:
    @trio_test()
    async def run() -> None:
        async with live(telling(LIST), make=lambda url: make(url, provider=changes), env=env(tmp_path)) as router:
            await router.post(body)
            await router.post(body)
            await router.settled()
        assert lists(router) == []

    run()


@pytest.mark.parametrize("answer", [(404, {}), (200, b"<html>"), (200, {"data": [{"id": "m"}]})])
def test_provider_that_tells_nothing_is_asked_once(tmp_path: Path, answer: tuple[int, Any]) -> None:
    status, body = answer

    @trio_test()
    async def run() -> None:
        async with live(telling(body, status), make=make, env=env(tmp_path)) as router:
            for _ in range(3):
                assert (await router.post(LARGE)).status_code == 200
                await trio.sleep(0.05)
        assert len(lists(router)) == 1
        assert not router.state.lists.told

    run()
