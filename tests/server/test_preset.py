import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import trio

from ccr.config.parse import parse
from ccr.run import port
from ccr.run.serve import serve
from ccr.server.app import App
from ccr.server.state import State
from ccr.store.logfile import Echo, LogFile
from tests.aio import trio_test
from tests.vendor import Vendor, chat_reply, refusal, vendor

REQUEST = {"model": "claude-x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
KEY = "sk-of-the-preset-0123456789"


def write(folder: Path, url: str, **changes: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    provider = {"name": "up", "api_base_url": f"{url}/v1", "api_key": KEY, "models": ["theirs"]}
    manifest = {"name": folder.name, "Providers": [provider], "Router": {"default": "up,theirs"}, **changes}
    (folder / "manifest.json").write_text(json.dumps(manifest))


@asynccontextmanager
async def served(made: Vendor, folder: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run a router whose home is `folder`; its own provider has the same name as the preset's."""
    provider = {"name": "up", "api_base_url": f"{made.url}/v1", "api_key": "sk-own", "models": ["own"]}
    config = {"Providers": [provider], "Router": {"default": "up,own"}, "LOG": False, **settings}
    log, stop = LogFile([Echo(sys.stderr)], redact=str, level="warn"), trio.Event()
    env = {"CCR_HOME": str(folder), "HOME": str(folder)}
    state = State(parse(json.dumps(config), {}), env=env, instance="i", role="service", log=log)
    listener = port.bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with state.running(), trio.open_nursery() as nursery:
        await nursery.start(partial(serve, App(state), listener, log=log, stop=stop, grace=0))
        async with httpx.AsyncClient(trust_env=False, timeout=20, base_url=url) as http:
            yield http
        stop.set()
        nursery.cancel_scope.cancel()


def script(request: Any) -> tuple[int, Any]:
    return chat_reply(request.body, f"{request.body['model']} {request.key}")


@trio_test()
async def test_preset_has_its_own_models_and_keys(tmp_path: Path) -> None:
    with vendor(script) as made:
        write(tmp_path / "presets" / "team", made.url)
        async with served(made, tmp_path) as http:
            theirs = await http.post("/preset/team/v1/messages", json=REQUEST)
            own = await http.post("/v1/messages", json=REQUEST)
            models = (await http.get("/preset/team/v1/models")).json()
            counted = await http.post("/preset/team/v1/messages/count_tokens", json=REQUEST)
    assert theirs.json()["content"][0]["text"] == f"theirs {KEY}"
    assert own.json()["content"][0]["text"] == "own sk-own"
    assert [entry["display_name"] for entry in models["data"]] == ["up,theirs"]
    assert counted.json()["input_tokens"] > 0


@trio_test()
async def test_changed_preset_is_in_force_with_the_next_request(tmp_path: Path) -> None:
    with vendor(script) as made:
        write(tmp_path / "presets" / "team", made.url)
        async with served(made, tmp_path) as http:
            await http.post("/preset/team/v1/messages", json=REQUEST)
            write(tmp_path / "presets" / "team", made.url, Router={"default": "up,new"})
            answer = await http.post("/preset/team/v1/messages", json=REQUEST)
    assert answer.json()["content"][0]["text"].startswith("new ")


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/preset/other/v1/messages", 404, "there is no preset 'other'"),
        ("/preset/..%2F..%2Fx/v1/messages", 404, ""),
        ("/preset/code/v1/messages", 500, "code that you have not agreed to"),
        ("/preset/team/api/status", 404, "there is nothing here"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, path: str, status: int, expected: str) -> None:
    @trio_test()
    async def run() -> None:
        with vendor(script) as made:
            write(tmp_path / "presets" / "team", made.url)
            write(tmp_path / "presets" / "code", made.url, CUSTOM_ROUTER_PATH="r.py")
            async with served(made, tmp_path) as http:
                answer = await http.post(path, json=REQUEST)
        assert (answer.status_code, expected in answer.text) == (status, True)

    run()


@trio_test()
async def test_key_of_the_router_is_asked_for_and_that_of_the_preset_is_not_told(tmp_path: Path) -> None:
    with vendor(lambda request: refusal(401, f"wrong key {request.key}")) as made:
        write(tmp_path / "presets" / "team", made.url)
        async with served(made, tmp_path, APIKEY="router-key") as http:
            closed = await http.post("/preset/team/v1/messages", json=REQUEST)
            answer = await http.post("/preset/team/v1/messages", json=REQUEST, headers={"x-api-key": "router-key"})
            status = await http.get("/api/status", headers={"x-api-key": "router-key"})
    assert closed.status_code == 401
    assert "wrong key" in answer.text
    assert KEY not in answer.text + status.text
    assert status.json()["recent"][0]["model"] == "theirs"
