"""Routes of a project, a profile and a run go over the configured ones, request by request."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import Live, config, live, streaming

OK = sse([delta(content="hi"), delta(finish="stop"), usage(10, 5)])


def make(upstream: str) -> dict[str, Any]:
    return config(upstream, provider={"models": ["m", "n", "o"]}, profiles={"cheap": {"Router": {"default": "up,n"}}})


async def route(router: Live, folder: Path | None = None, **headers: str) -> str:
    system = f"<env>\nWorking directory: {folder}\n</env>" if folder else "none"
    answer = await router.post(request(system=system), headers=headers)
    return answer.headers["x-ccr-route"]


@trio_test()
async def test_repository_has_routes_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / ".claude-code-router" / "config.json"
    own.parent.mkdir()
    own.write_text(json.dumps({"Router": {"default": "up,n"}}))
    async with live(streaming(OK), make=make) as router:
        assert await route(router, tmp_path) == "up,n"
        assert await route(router, tmp_path / "elsewhere") == "up,m"


@trio_test()
async def test_slip_in_an_override_is_passed_over(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / ".claude-code-router" / "config.json"
    own.parent.mkdir()
    own.write_text(json.dumps({"Router": {"default": "nowhere,n"}}))
    async with live(streaming(OK), make=make) as router:
        assert await route(router, tmp_path) == "up,m"
        assert await route(router, tmp_path) == "up,m"
    assert capfd.readouterr().err.count(str(own)) == 1


@trio_test()
async def test_profile_and_routes_of_a_run() -> None:
    async with live(streaming(OK), make=make) as router:
        assert await route(router, **{"x-ccr-profile": "cheap"}) == "up,n"
        both = {"x-ccr-profile": "cheap", "x-ccr-routes": "default=up,o"}
        assert await route(router, **both) == "up,o"
        assert await route(router, **{"x-ccr-profile": "missing"}) == "up,m"
        assert await route(router) == "up,m"
    assert not any(name.startswith("x-ccr") for seen in router.seen for name in seen.headers)
