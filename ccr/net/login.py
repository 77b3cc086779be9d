"""Logins of other programs: read from where they left them, renewed when they expire, and written back."""

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import trio

from ccr.core.login import Grant, Login, Token
from ccr.dialect.gemini import code_assist
from ccr.errors import UpstreamError
from ccr.net.ask import FORM, Question
from ccr.net.google import place
from ccr.net.google.access import Ask
from ccr.net.program import client_secret
from ccr.net.token import Clock, Keeper

SPARE_SECONDS = 30.0
"""A token that lasts no longer is renewed, which is also when Qwen's own program does it."""
LOCK_SECONDS = 10.0
"""A lock that is older was left by a program that died; nobody waits longer for one."""
LOCK_POLL_SECONDS = 0.1

Save = Callable[[Path, bytes], None]
"""Replaces a file as a whole, readable for its owner only."""


class Logins:
    """The logins in use. A file that has changed is read again: its program may have renewed it, or the user."""

    def __init__(self, env: Mapping[str, str], *, save: Save, clock: Clock = time.time) -> None:
        self._env = env
        self._save = save
        self._clock = clock
        self._keepers: dict[Login, tuple[int, Keeper]] = {}
        self._projects: dict[str, str] = {}
        self._bad = ""

    async def grant(self, login: Login, options: Mapping[str, Any], ask: Ask, *, base_url: str) -> Grant:
        """Return a token, and what goes with it, for a transformer entry's options. Raises RequestError."""
        file = self._file(login)
        keeper = self._keeper(login, file)

        async def renew() -> Token:
            return await self._renew(login, file, ask)

        token = await keeper.get(renew)
        if not options.get("code_assist"):
            return Grant(token.access, token.url)
        project = options.get("project") or place.first(self._env, place.PROJECTS)
        project = project or await self._code_assist_project(token, ask, base_url)
        return Grant(token.access, token.url, defaults={"project": str(project)})

    def forget(self, token: str) -> None:
        """A token has been refused before its time: ask for another one, whatever the file says of it."""
        self._bad = token
        for _, keeper in self._keepers.values():
            keeper.forget(token)

    def _file(self, login: Login) -> Path:
        home = self._env.get("USERPROFILE" if os.name == "nt" else "HOME")
        return (Path(home) if home else Path.home()).joinpath(*login.path)

    def _keeper(self, login: Login, file: Path) -> Keeper:
        stamp = _stamp(file)
        known = self._keepers.get(login)
        if known is None or known[0] != stamp:
            known = self._keepers[login] = stamp, Keeper(clock=self._clock)
        return known[1]

    async def _renew(self, login: Login, file: Path, ask: Ask) -> Token:
        text, token = _read(login, file)
        if self._lasts(token):
            return token
        async with _locked(file.with_name(login.lock) if login.lock else None):
            # Whoever had the lock may have done it.
            text, token = _read(login, file)
            if self._lasts(token):
                return token
            renewed = await self._ask(login, token, ask)
            with suppress(OSError):
                # A file that can't be written is no reason to fail: the token is good for this router.
                self._save(file, login.saved(text, renewed).encode())
                self._keepers[login] = _stamp(file), self._keepers[login][1]
            return renewed

    async def _ask(self, login: Login, token: Token, ask: Ask) -> Token:
        secret = await trio.to_thread.run_sync(client_secret, login, self._env) if login.package else ""
        request = login.renewal(token, secret=secret)
        if request is None:
            raise _refused(login.expired)
        answer = await ask(Question(request[0], request[1], FORM))
        if answer.status >= 500 or answer.status == 429:
            message = f"the login in {login.file} can't be renewed at the moment (HTTP {answer.status})"
            raise UpstreamError(message, status=503, kind="overloaded_error")
        try:
            return login.renewed(token, answer.body, now=self._clock())
        except ValueError as error:
            raise _refused(str(error)) from None

    async def _code_assist_project(self, token: Token, ask: Ask, base_url: str) -> str:
        """Return the project that Google keeps for the login; it stays the same while the login does."""
        known = self._projects.get(token.refresh)
        if known is None:
            url, body = code_assist.setup(base_url)
            headers = {"authorization": f"Bearer {token.access}", "content-type": "application/json"}
            answer = await ask(Question(url, body, headers))
            known = code_assist.project_in(answer.body) if answer.status == 200 else ""
            if not known:
                raise _refused(
                    "Google names no project for this login: set the option 'project' of the transformer 'gemini-cli', "
                    "or run `gemini` once and see what it says"
                )
            self._projects[token.refresh] = known
        return known

    def _lasts(self, token: Token) -> bool:
        fresh = not token.expires or self._clock() + SPARE_SECONDS < token.expires
        return fresh and token.access != self._bad


@asynccontextmanager
async def _locked(file: Path | None) -> AsyncIterator[None]:
    """Hold a lock file as the program itself does: made anew or not at all, and void after `LOCK_SECONDS`.

    https://github.com/QwenLM/qwen-code/blob/main/packages/core/src/qwen/sharedTokenManager.ts
    """
    if file is None:
        yield
        return
    for _ in range(round(LOCK_SECONDS / LOCK_POLL_SECONDS)):
        if _take(file):
            break
        await trio.sleep(LOCK_POLL_SECONDS)
    try:
        yield
    finally:
        _drop(file)


def _take(file: Path) -> bool:
    """Make the lock file and tell whether it was not there. One that is too old is removed, for the next try."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > LOCK_SECONDS:
                file.unlink()
        return False
    except OSError:
        # Where no file can be made, the login can't be written back either.
        return True
    return True


def _drop(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _read(login: Login, file: Path) -> tuple[str, Token]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _refused(f"there is no login in {login.file}: run `{login.program}` once and sign in") from None
    except (OSError, UnicodeDecodeError):
        raise _refused(f"the login in {login.file} can't be read: run `{login.program}` once and sign in") from None
    try:
        return text, login.read(text)
    except ValueError as error:
        raise _refused(str(error)) from None


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _refused(message: str) -> UpstreamError:
    return UpstreamError(message, status=401, kind="authentication_error")
