"""Accounts of this machine in the place of keys, from the file on disk to the header at the upstream."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, live
from tests.net.google.keys import pem

CHUNK = {"candidates": [{"content": {"parts": [{"text": "Hello"}]}, "finishReason": "STOP"}], "responseId": "r"}
HELLO = f"data: {json.dumps(CHUNK)}\r\n\r\n".encode()
WRAPPED = f"data: {json.dumps({'response': CHUNK})}\r\n\r\n".encode()


class Cloud:
    """Token servers and models on one address. The first `refusals` calls of a model are answered with 401."""

    def __init__(self, *, refusals: int = 0, reply: bytes = HELLO) -> None:
        self.refusals = refusals
        self.reply = reply
        self.tokens = 0

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        if seen.path.endswith("token"):
            self.tokens += 1
            await wire.answer(200, {"access_token": f"ya29.{self.tokens}", "expires_in": 3600})
        elif seen.path.endswith(":loadCodeAssist"):
            await wire.answer(200, {"currentTier": {"id": "free-tier"}, "cloudaicompanionProject": "kept"})
        elif self.refusals:
            self.refusals -= 1
            await wire.answer(401, {"error": {"code": 401, "message": "expired", "status": "UNAUTHENTICATED"}})
        else:
            await wire.begin()
            await wire.send(self.reply)
            await wire.end()


def configuration(model: str, transformer: Any, **provider: Any) -> Callable[[str], dict[str, Any]]:
    def make(upstream: str) -> dict[str, Any]:
        found = {"name": "up", "api_base_url": upstream, "models": [model], "transformer": {"use": [transformer]}}
        return {"Providers": [found | provider], "Router": {"default": f"up,{model}"}, "LOG": False}

    return make


def calls(router: Live) -> list[Seen]:
    """Return what reached the models."""
    return [seen for seen in router.seen if "token" not in seen.path and "loadCodeAssist" not in seen.path]


async def text_of(router: Live) -> str:
    message = read_stream((await router.post(request())).content)
    found: str = message["content"][0]["text"]
    return found


@pytest.fixture
def service_account(tmp_path: Path) -> Callable[[Live], None]:
    """Writes the key file of a service account whose tokens the live cloud gives out."""

    def write(router: Live) -> None:
        upstream = router.state.snapshot.config.providers[0].url
        account = {"client_email": "robot@proj", "private_key": pem(), "project_id": "proj"}
        content = {"type": "service_account", **account, "token_uri": f"{upstream}/token"}
        (tmp_path / "key.json").write_text(json.dumps(content))

    return write


@trio_test()
async def test_service_account_reaches_vertex(service_account: Callable[[Live], None], tmp_path: Path) -> None:
    cloud = Cloud(refusals=1)
    env = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json"), "GOOGLE_CLOUD_LOCATION": "europe-west4"}
    async with live(cloud, make=configuration("gemini-2.5-pro", "vertex-gemini"), env=env) as router:
        service_account(router)
        assert await text_of(router) == "Hello"
        assert await text_of(router) == "Hello"
    token = router.seen[0]
    assert parse_qs(token.raw.decode())["assertion"][0].count(".") == 2
    path = "/v1beta1/projects/proj/locations/europe-west4/publishers/google/models/gemini-2.5-pro"
    assert {seen.path for seen in calls(router)} == {f"{path}:streamGenerateContent?alt=sse"}
    # The refused token is replaced at once, and the new one kept.
    shown = [seen.headers["authorization"] for seen in calls(router)]
    assert shown == ["Bearer ya29.1", "Bearer ya29.2", "Bearer ya29.2"]


@trio_test()
async def test_options_hold_a_service_account_whose_key_is_broken(tmp_path: Path) -> None:
    entry = ["vertex-openai", {"project": "p", "client_email": "robot@proj", "private_key": "-----BEGIN\\nhush"}]
    async with live(Cloud(), make=configuration("meta/llama", entry), env={"HOME": str(tmp_path)}) as router:
        answer = await router.post(request())
    assert answer.status_code == 401
    assert answer.headers["x-should-retry"] == "false"
    message = answer.json()["error"]["message"]
    assert "the private key of the service account 'robot@proj' can't be used" in message
    assert "hush" not in message
    assert not router.seen


@trio_test()
async def test_no_credentials_say_how_to_get_some(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "NO_GCE_CHECK": "true"}
    async with live(Cloud(), make=configuration("gemini-2.5-pro", "vertex-gemini"), env=env) as router:
        answer = await router.post(request())
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "authentication_error"
    assert "run `gcloud auth application-default login`" in answer.json()["error"]["message"]


def leave(home: Path, file: str, content: dict[str, Any]) -> dict[str, str]:
    """Leave a login in a home folder; returns the environment that points to it."""
    path = home / file
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(content))
    return {"HOME": str(home), "PATH": ""}


@trio_test()
async def test_gemini_s_login_reaches_code_assist(tmp_path: Path) -> None:
    env = leave(tmp_path, ".gemini/oauth_creds.json", {"access_token": "ya29.mine", "refresh_token": "r"})
    cloud = Cloud(reply=WRAPPED)
    async with live(cloud, make=configuration("gemini-2.5-pro", "gemini-cli", api_key="sk-xxx"), env=env) as router:
        assert await text_of(router) == "Hello"
    (seen,) = calls(router)
    assert seen.path == "/v1internal:streamGenerateContent?alt=sse"
    assert seen.headers["authorization"] == "Bearer ya29.mine"
    assert (seen.body["model"], seen.body["project"]) == ("gemini-2.5-pro", "kept")
    assert seen.body["request"]["contents"]


@trio_test()
async def test_qwen_s_login_names_its_own_endpoint(tmp_path: Path) -> None:
    cloud = Cloud(reply=sse([delta(content="Hello"), delta(finish="stop")]))
    env = {"HOME": str(tmp_path), "PATH": ""}
    async with live(cloud, make=configuration("qwen3-coder-plus", "qwen-cli", api_key="sk-xxx"), env=env) as router:
        upstream = router.state.snapshot.config.providers[0].url
        leave(tmp_path, ".qwen/oauth_creds.json", {"access_token": "q", "resource_url": f"{upstream}/portal"})
        assert await text_of(router) == "Hello"
    (seen,) = calls(router)
    assert (seen.path, seen.headers["authorization"]) == ("/portal/v1/chat/completions", "Bearer q")


@trio_test()
async def test_rovo_shows_name_and_password() -> None:
    cloud = Cloud(reply=sse([delta(content="Hello"), delta(finish="stop")]))
    async with live(cloud, make=configuration("gpt-5", "rovo-cli", api_key="me@example.org:t")) as router:
        assert await text_of(router) == "Hello"
    (seen,) = calls(router)
    assert base64.b64decode(seen.headers["authorization"].removeprefix("Basic ")) == b"me@example.org:t"
    assert "max_completion_tokens" in seen.body


@trio_test()
async def test_missing_login_says_what_to_run(tmp_path: Path) -> None:
    make = configuration("gemini-2.5-pro", "gemini-cli")
    async with live(Cloud(), make=make, env={"HOME": str(tmp_path)}) as router:
        answer = await router.post(request())
    assert answer.status_code == 401
    assert "no login in ~/.gemini/oauth_creds.json: run `gemini` once and sign in" in answer.json()["error"]["message"]
