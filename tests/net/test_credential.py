import json
from pathlib import Path

import pytest

from ccr.config.schema import Chains, Entry, Key, Provider
from ccr.core.login import NO_GRANT, Grant
from ccr.dialect.base import Auth
from ccr.errors import UpstreamError
from ccr.net.client import Clients
from ccr.net.credential import Credentials, auth_headers
from ccr.transform.chain import Chain
from ccr.upstream import Upstream
from tests.aio import trio_test

VERTEX = "https://europe-west1-aiplatform.googleapis.com"


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ("bearer", {"authorization": "Bearer k"}),
        ("google", {"authorization": "Bearer k"}),
        ("x-api-key", {"x-api-key": "k"}),
        ("x-goog-api-key", {"x-goog-api-key": "k"}),
        ("api-key", {"api-key": "k"}),
        ("none", {}),
    ],
)
def test_key_travels_in_one_header(auth: Auth, expected: dict[str, str]) -> None:
    assert auth_headers(auth, "k") == expected
    assert auth_headers(auth, "") == {}


def test_basic_takes_name_and_password() -> None:
    assert auth_headers("basic", "me@example.org:t") == {"authorization": "Basic bWVAZXhhbXBsZS5vcmc6dA=="}


def upstream(url: str, *entries: Entry, keys: tuple[str, ...] = ()) -> Upstream:
    provider = Provider(name="p", url=url, keys=tuple(Key(key) for key in keys), chain=Chains(provider=entries))
    return Upstream(provider, "gemini-2.5-pro", Chain.build(entries))


def credentials(env: dict[str, str]) -> Credentials:
    def save(path: Path, content: bytes) -> None:
        raise AssertionError("nothing is renewed here")

    return Credentials(env, Clients(env), save=save)


@pytest.mark.parametrize("url", ["https://api.openai.com/v1", "https://generativelanguage.googleapis.com"])
@trio_test()
async def test_most_providers_need_no_account(url: str) -> None:
    assert await credentials({}).grant(upstream(url, keys=("k",)), proxy_url=None) is NO_GRANT


@pytest.mark.parametrize(
    ("url", "key"), [(VERTEX, "ya29.mine"), ("https://gateway.example/vertex", "sk-gateway")], ids=["token", "gateway"]
)
@trio_test()
async def test_token_of_the_user_s_own_is_left_alone(url: str, key: str) -> None:
    env = {"GOOGLE_CLOUD_PROJECT": "mine"}
    found = await credentials(env).grant(upstream(url, Entry("vertex-gemini"), keys=(key,)), proxy_url=None)
    assert found == Grant(defaults={"project": "mine"})


@pytest.mark.parametrize("key", ["", "sk-xxx"])
@trio_test()
async def test_filler_for_a_key_means_google_s_credentials(key: str, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "NO_GCE_CHECK": "true"}
    with pytest.raises(UpstreamError, match="there are no Google credentials"):
        await credentials(env).grant(upstream(VERTEX, keys=(key,)), proxy_url=None)


@trio_test()
async def test_login_of_another_program_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".qwen"
    folder.mkdir()
    (folder / "oauth_creds.json").write_text(json.dumps({"access_token": "q", "resource_url": "portal.qwen.ai"}))
    found = await credentials({"HOME": str(tmp_path)}).grant(upstream("https://x", Entry("qwen-cli")), proxy_url=None)
    assert found == Grant("q", "https://portal.qwen.ai/v1/chat/completions")


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        (Entry("rovo-cli"), "me@example.org:t"),
        (Entry("rovo-cli", {"email": "me@example.org", "api_token": "t"}), "sk-xxx"),
    ],
    ids=["key", "options"],
)
@trio_test()
async def test_login_may_stand_in_the_configuration(entry: Entry, key: str, tmp_path: Path) -> None:
    found = await credentials({"HOME": str(tmp_path)}).grant(upstream("https://x", entry, keys=(key,)), proxy_url=None)
    assert found == Grant("me@example.org:t")
