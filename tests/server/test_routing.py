"""Routing over HTTP: the rules' outcome is told, and tokens are counted only when a rule needs them."""

from typing import Any

import pytest

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import config, live, streaming

HELLO = sse([delta(content="Hello"), delta(finish="stop"), usage(90_000, 5)])
SESSION = {"metadata": {"user_id": "user_x_account__session_12345678-1234-1234-1234-123456789012"}}


def make(upstream: str) -> dict[str, Any]:
    router = {"default": "up,m", "background": "up,small", "think": "up,deep", "longContext": "up,long"}
    return config(upstream, provider={"models": ["m", "small", "deep", "long"]}, Router=router)


ROWS: dict[str, tuple[dict[str, Any], str, str]] = {
    "default": ({}, "up,m", "default"),
    "explicit": ({"model": "UP,Deep"}, "up,deep", "explicit"),
    "background": ({"model": "claude-haiku-4-5"}, "up,small", "background"),
    "think": ({"thinking": {"type": "enabled", "budget_tokens": 5000}}, "up,deep", "think"),
    "adaptive is ordinary": ({"thinking": {"type": "adaptive"}}, "up,m", "default"),
    "long": ({"system": "word " * 70_000}, "up,long", "longContext"),
    "tag": (
        {"system": [{"type": "text", "text": "<CCR-SUBAGENT-MODEL>up,small</CCR-SUBAGENT-MODEL>Work."}]},
        "up,small",
        "subagent",
    ),
}


@pytest.mark.parametrize(("changes", "route", "scenario"), ROWS.values(), ids=ROWS.keys())
def test_the_route_is_told_in_headers(changes: dict[str, Any], route: str, scenario: str) -> None:
    @trio_test(limit=30)
    async def run() -> None:
        async with live(streaming(HELLO), make=make) as router:
            answer = await router.post(request(**changes))
        assert answer.headers["x-ccr-route"] == route
        assert answer.headers["x-ccr-scenario"] == scenario
        assert answer.headers["x-ccr-reason"]
        assert "CCR-SUBAGENT" not in str(router.seen[0].body)

    run()


@trio_test(limit=30)
async def test_own_rules_look_at_headers_and_tokens() -> None:
    def ruled(upstream: str) -> dict[str, Any]:
        rules = [
            {"when": {"header": {"x-team": "blue*"}}, "model": "up,small"},
            {"when": {"tokens": "> 2000"}, "model": "up,long", "name": "many"},
        ]
        found = make(upstream)
        return {**found, "Router": {**found["Router"], "rules": rules}}

    async with live(streaming(HELLO), make=ruled) as router:
        plain = await router.post(request())
        large = await router.post(request(system="word " * 3000))
        blue = await router.post(request(), headers={"X-Team": "Blue-1"})
    routes = [answer.headers["x-ccr-route"] for answer in (plain, large, blue)]
    assert routes == ["up,m", "up,long", "up,small"]
    assert large.headers["x-ccr-reason"] == "many of Router.rules holds"


@trio_test(limit=30)
async def test_a_session_that_was_long_stays_long() -> None:
    body = request(system="word " * 25_000, **SESSION)
    async with live(streaming(HELLO), make=make) as router:
        first = await router.post(body)
        second = await router.post({**body, "max_tokens": 101})
    assert first.headers["x-ccr-scenario"] == "default"
    assert second.headers["x-ccr-scenario"] == "longContext"
    assert "90,000" in second.headers["x-ccr-reason"]


@trio_test()
async def test_a_small_request_is_not_counted() -> None:
    async with live(streaming(HELLO), make=make) as router:
        router.state.counter = None  # type: ignore[assignment]
        assert (await router.post(request())).status_code == 200
