import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import trio

from ccr.core.login import Grant, Login
from ccr.errors import RequestError, UpstreamError
from ccr.net.ask import Answer, Question
from ccr.net.login import LOCK_SECONDS, Logins
from ccr.transform.login import GEMINI
from tests.aio import trio_test

URL = "https://portal.example/v1/chat/completions"
LOGIN = Login(
    program="tool",
    path=(".tool", "creds.json"),
    token_url="https://example.org/token",
    client_id="abc",
    lock="creds.lock",
)
NOW = 1_000_000.0


class Server:
    """Renews tokens, tells projects, and remembers what it was asked."""

    def __init__(self, status: int = 200, **answer: Any) -> None:
        self.asked: list[Question] = []
        self.status = status
        self.answer = answer or {"access_token": "new", "refresh_token": "r2", "expires_in": 3600}

    async def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        await trio.sleep(1)
        return Answer(self.status, json.dumps(self.answer).encode())


class Home:
    """A home folder with a login of the tool, and the router's logins in it."""

    def __init__(self, root: Path, login: Login = LOGIN, **env: str) -> None:
        self.file = root.joinpath(*login.path)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.saves = 0
        self.logins = Logins({"HOME": str(root), "PATH": "", **env}, save=self.save, clock=lambda: NOW)

    def save(self, path: Path, content: bytes) -> None:
        self.saves += 1
        path.write_bytes(content)

    def leave(self, *, lasts: float, **fields: Any) -> None:
        """The tool writes its login."""
        expiry = int((NOW + lasts) * 1000)
        content = {
            "access_token": "old",
            "refresh_token": "r1",
            "expiry_date": expiry,
            "resource_url": "portal.example",
        }
        self.file.write_text(json.dumps({**content, "token_type": "Bearer", **fields}))
        stamp = time.time_ns() + self.saves
        os.utime(self.file, ns=(stamp, stamp))

    async def grant(self, server: Server, login: Login = LOGIN, **options: Any) -> Grant:
        return await self.logins.grant(login, options, server, base_url="https://up.example")

    async def failure(self, server: Server, login: Login = LOGIN, **options: Any) -> RequestError:
        with pytest.raises(UpstreamError) as caught:
            await self.grant(server, login, **options)
        return caught.value


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@trio_test(autojump=True)
async def test_token_that_lasts_is_used_as_it_is(home: Home) -> None:
    home.leave(lasts=3600)
    server = Server()
    assert await home.grant(server) == Grant("old", URL)
    assert not server.asked


@trio_test(autojump=True)
async def test_expired_token_is_renewed_and_written_back(home: Home) -> None:
    home.leave(lasts=-10, scope="kept")
    server = Server()
    assert await home.grant(server) == Grant("new", URL)
    assert await home.grant(server) == Grant("new", URL)
    assert [parse_qs(q.body or b"") for q in server.asked] == [
        {b"grant_type": [b"refresh_token"], b"refresh_token": [b"r1"], b"client_id": [b"abc"]}
    ]
    written = json.loads(home.file.read_text())
    assert (written["access_token"], written["refresh_token"]) == ("new", "r2")
    assert written["expiry_date"] == int((NOW + 3600) * 1000)
    assert (written["scope"], written["token_type"]) == ("kept", "Bearer")
    assert not home.file.with_name("creds.lock").exists()


@trio_test(autojump=True)
async def test_login_that_the_program_renewed_is_read_again(home: Home) -> None:
    home.leave(lasts=3600)
    server = Server()
    await home.grant(server)
    home.leave(lasts=7200, access_token="newer")
    assert (await home.grant(server)).token == "newer"


@trio_test(autojump=True)
async def test_requests_at_once_renew_once(home: Home) -> None:
    home.leave(lasts=-10)
    server = Server()
    found: list[str] = []

    async def ask() -> None:
        found.append((await home.grant(server)).token)

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask)
    assert found == ["new"] * 5
    assert len(server.asked) == 1


@trio_test(autojump=True)
async def test_refused_token_is_renewed_whatever_the_file_says(home: Home) -> None:
    home.leave(lasts=3600)
    server = Server()
    await home.grant(server)
    home.logins.forget("old")
    assert (await home.grant(server)).token == "new"


@trio_test(autojump=True)
async def test_file_that_can_not_be_written_is_no_failure(home: Home) -> None:
    def save(path: Path, content: bytes) -> None:
        raise OSError("read-only")

    home.leave(lasts=-10)
    logins = Logins({"HOME": str(home.file.parents[1])}, save=save, clock=lambda: NOW)
    server = Server()
    for _ in range(2):
        assert (await logins.grant(LOGIN, {}, server, base_url="")).token == "new"
    assert len(server.asked) == 1


@trio_test(autojump=True)
async def test_whoever_renews_already_is_waited_for(home: Home) -> None:
    home.leave(lasts=-10)
    lock = home.file.with_name("creds.lock")
    lock.touch()
    server = Server()

    async def program() -> None:
        await trio.sleep(2)
        home.leave(lasts=3600, access_token="theirs")
        lock.unlink()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(program)
        assert (await home.grant(server)).token == "theirs"
    assert not server.asked
    assert not lock.exists()


@trio_test(autojump=True)
async def test_lock_of_a_dead_program_does_not_hold(home: Home) -> None:
    home.leave(lasts=-10)
    lock = home.file.with_name("creds.lock")
    lock.touch()
    old = time.time() - LOCK_SECONDS - 1
    os.utime(lock, (old, old))
    began = trio.current_time()
    assert (await home.grant(Server())).token == "new"
    assert trio.current_time() - began < 3
    assert not lock.exists()


@trio_test(autojump=True)
async def test_nobody_logged_in_says_what_to_run(home: Home) -> None:
    error = await home.failure(Server())
    assert (error.status, error.message) == (
        401,
        "there is no login in ~/.tool/creds.json: run `tool` once and sign in",
    )
    home.file.write_text("{}")
    assert (await home.failure(Server())).message == "~/.tool/creds.json holds no login: run `tool` and log in"
    home.file.write_bytes(b"\xff")
    assert "can't be read" in (await home.failure(Server())).message


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, (401, "has expired: run `tool` once")), (503, (503, "can't be renewed at the moment"))],
)
@trio_test(autojump=True)
async def test_renewal_that_fails_says_what_to_do(home: Home, status: int, expected: tuple[int, str]) -> None:
    home.leave(lasts=-10)
    error = await home.failure(Server(status, error="invalid_grant"))
    assert error.status == expected[0]
    assert expected[1] in error.message
    assert not home.file.with_name("creds.lock").exists()


@trio_test(autojump=True)
async def test_gemini_without_its_program_can_not_be_renewed(tmp_path: Path) -> None:
    home = Home(tmp_path, GEMINI)
    home.leave(lasts=-10)
    server = Server()
    error = await home.failure(server, GEMINI, code_assist=True)
    assert "the login in ~/.gemini/oauth_creds.json has expired: run `gemini` once to renew it" in error.message
    assert not server.asked


@trio_test(autojump=True)
async def test_project_is_asked_for_once(tmp_path: Path) -> None:
    home = Home(tmp_path, GEMINI)
    home.leave(lasts=3600, resource_url="")
    server = Server(cloudaicompanionProject="kept-for-me")
    for _ in range(2):
        assert await home.grant(server, GEMINI, code_assist=True) == Grant("old", defaults={"project": "kept-for-me"})
    (question,) = server.asked
    assert question.url == "https://up.example/v1internal:loadCodeAssist"
    assert question.headers["authorization"] == "Bearer old"


@pytest.mark.parametrize("env", [{}, {"GOOGLE_CLOUD_PROJECT": "mine"}], ids=["option", "environment"])
@trio_test(autojump=True)
async def test_known_project_is_not_asked_for(tmp_path: Path, env: dict[str, str]) -> None:
    home = Home(tmp_path, GEMINI, **env)
    home.leave(lasts=3600)
    server = Server()
    options = {} if env else {"project": "mine"}
    assert (await home.grant(server, GEMINI, code_assist=True, **options)).defaults == {"project": "mine"}
    assert not server.asked


@trio_test(autojump=True)
async def test_login_without_a_project_says_what_to_set(tmp_path: Path) -> None:
    home = Home(tmp_path, GEMINI)
    home.leave(lasts=3600)
    error = await home.failure(Server(currentTier={"id": "standard-tier"}), GEMINI, code_assist=True)
    assert "set the option 'project'" in error.message
