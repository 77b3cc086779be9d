import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import trio
import trio.testing

from ccr.core.login import Grant
from ccr.errors import RequestError, UpstreamError
from ccr.net.ask import Answer, Question
from ccr.net.google.access import GoogleAccess
from tests.aio import trio_test
from tests.net.google.keys import pem
from tests.net.google.test_account import SERVICE, USER

NOBODY = Path("/nonexistent")


class Google:
    """Google's token servers: answers every question, and counts."""

    def __init__(self, status: int = 200, *, lifetime: int = 3600, body: dict[str, Any] | None = None) -> None:
        self.asked: list[Question] = []
        self.status = status
        self.lifetime = lifetime
        self.body = body
        self.now = 1000.0

    async def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        await trio.sleep(1)
        if question.url.endswith("project-id"):
            return Answer(200, b"machine-project\n")
        token = {"access_token": f"ya29.{len(self.asked)}", "expires_in": self.lifetime}
        return Answer(self.status, json.dumps(self.body or token).encode())

    def clock(self) -> float:
        return self.now


def access(google: Google, env: dict[str, str]) -> GoogleAccess:
    return GoogleAccess(env, clock=google.clock, product=NOBODY)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(SERVICE))
    return file


def replace(file: Path, content: dict[str, str]) -> None:
    file.write_text(json.dumps(content))
    os.utime(file, ns=(1, 1))


@trio_test(autojump=True)
async def test_token_is_kept_until_shortly_before_its_end(key: Path) -> None:
    google = Google()
    found = access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)})
    assert await found.grant({}, google) == Grant("ya29.1", defaults={"project": "proj"})
    google.now += 3600 - 241
    assert (await found.grant({}, google)).token == "ya29.1"
    google.now += 2
    assert (await found.grant({}, google)).token == "ya29.2"


@trio_test(autojump=True)
async def test_requests_at_once_share_one_token(key: Path) -> None:
    google = Google()
    found = access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)})
    tokens: list[str] = []

    async def ask() -> None:
        tokens.append((await found.grant({}, google)).token)

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(ask)
    assert tokens == ["ya29.1"] * 20
    assert len(google.asked) == 1


@trio_test(autojump=True)
async def test_file_is_read_again_when_it_changes(key: Path) -> None:
    google = Google()
    found = access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)})
    await found.grant({}, google)
    replace(key, USER)
    assert await found.grant({}, google) == Grant(
        "ya29.2", headers={"x-goog-user-project": "payer"}, defaults={"project": "payer"}
    )


@trio_test(autojump=True)
async def test_environment_tells_project_and_location(key: Path) -> None:
    env = {
        "GOOGLE_APPLICATION_CREDENTIALS": str(key),
        "GOOGLE_CLOUD_PROJECT": "mine",
        "GOOGLE_CLOUD_LOCATION": "europe-west4",
    }
    google = Google()
    found = await access(google, env).grant({}, google)
    assert found.defaults == {"project": "mine", "location": "europe-west4"}


@trio_test(autojump=True)
async def test_options_may_hold_the_service_account() -> None:
    google = Google()
    options = {"client_email": "robot@x", "private_key": pem().replace("\n", "\\n"), "project": "p"}
    assert (await access(google, {}).grant(options, google)).token == "ya29.1"
    body = google.asked[0].body
    assert body is not None
    assert parse_qs(body.decode())["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


@trio_test(autojump=True)
async def test_machine_gives_token_and_project() -> None:
    google = Google()
    found = access(google, {"GCE_METADATA_HOST": "127.0.0.1:1"})
    assert await found.grant({}, google) == Grant("ya29.1", defaults={"project": "machine-project"})
    await found.grant({}, google)
    assert [q.url.rpartition("/")[2] for q in google.asked] == ["token", "project-id"]


@trio_test(autojump=True)
async def test_refused_token_is_replaced(key: Path) -> None:
    google = Google()
    found = access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)})
    await found.grant({}, google)
    found.forget("ya29.0")
    assert (await found.grant({}, google)).token == "ya29.1"
    found.forget("ya29.1")
    assert (await found.grant({}, google)).token == "ya29.2"


async def failure(found: GoogleAccess, google: Google, options: dict[str, Any] | None = None) -> RequestError:
    with pytest.raises(UpstreamError) as caught:
        await found.grant(options or {}, google)
    return caught.value


@trio_test(autojump=True)
async def test_nobody_is_told_how_to_log_in(tmp_path: Path) -> None:
    google = Google()
    error = await failure(access(google, {"HOME": str(tmp_path)}), google)
    assert (error.status, error.kind) == (401, "authentication_error")
    assert "run `gcloud auth application-default login`" in error.message
    assert not google.asked


@trio_test(autojump=True)
async def test_missing_file_is_named_with_its_variable(tmp_path: Path) -> None:
    google = Google()
    file = tmp_path / "gone.json"
    error = await failure(access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}), google)
    assert error.status == 401
    assert f"{str(file)!r} (from GOOGLE_APPLICATION_CREDENTIALS) can't be read: No such file" in error.message


@trio_test(autojump=True)
async def test_unusable_file_and_key_are_errors_of_the_user(tmp_path: Path) -> None:
    google = Google()
    file = tmp_path / "adc.json"
    file.write_text('{"type": "external_account"}')
    error = await failure(access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}), google)
    assert "of the type 'external_account'" in error.message
    error = await failure(access(google, {}), google, {"client_email": "robot@x", "private_key": "abc"})
    assert "the private key of the service account 'robot@x' can't be used" in error.message
    assert not google.asked


@pytest.mark.parametrize(
    ("status", "expected"), [(400, (401, "authentication_error")), (503, (503, "overloaded_error"))]
)
@trio_test(autojump=True)
async def test_refusal_says_why_and_what_to_do(key: Path, status: int, expected: tuple[int, str]) -> None:
    google = Google(status, body={"error": "invalid_grant", "error_description": "Token has been revoked."})
    error = await failure(access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)}), google)
    assert (error.status, error.kind) == expected
    assert "service account 'robot@proj.iam.gserviceaccount.com'" in error.message
    assert "(invalid_grant: Token has been revoked.)" in error.message


@trio_test(autojump=True)
async def test_answer_without_a_token_is_a_refusal(key: Path) -> None:
    google = Google(body={"id_token": "x"})
    error = await failure(access(google, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)}), google)
    assert error.status == 401
    assert "check that its key" in error.message
