"""Access tokens for Google Cloud, with the project and the location that go with them."""

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from ccr.core.login import Grant, Token
from ccr.errors import RequestError, UpstreamError
from ccr.net.ask import Answer, Question
from ccr.net.google import place
from ccr.net.google.account import LOGIN, Account, Machine, ServiceAccount, read_account, read_token, reason
from ccr.net.token import Clock, Keeper

Ask = Callable[[Question], Awaitable[Answer]]

NO_CREDENTIALS = (
    f"there are no Google credentials: run `{LOGIN}`, or let {place.VARIABLE} name the key file of a service account"
)


class GoogleAccess:
    """Finds the account for a request and keeps its token. Files are read again when they change."""

    def __init__(self, env: Mapping[str, str], *, clock: Clock = time.time, product: Path = place.PRODUCT) -> None:
        self._env = env
        self._clock = clock
        self._product = product
        self._keepers: dict[Account, Keeper] = {}
        self._read: tuple[tuple[Path, int, int], Account] | None = None
        self._project: str | None = None

    async def grant(self, options: Mapping[str, Any], ask: Ask) -> Grant:
        """Return a token for the options of a transformer entry (`client_email`, `private_key`, `project`, `location`).

        `ask` sends a question to Google. Raises RequestError with what to do.
        """
        account = self._account(options)
        keeper = self._keepers.setdefault(account, Keeper(clock=self._clock))

        async def renew() -> Token:
            return await self._fetch(account, ask)

        token = await keeper.get(renew)
        defaults = self.defaults
        if not defaults.get("project") and not options.get("project"):
            defaults["project"] = account.project or await self._own_project(account, ask)
        headers = {"x-goog-user-project": account.payer} if account.payer else {}
        return Grant(token.access, headers=headers, defaults=defaults)

    @property
    def defaults(self) -> dict[str, str]:
        """The project and the location that the environment tells."""
        found = {"project": place.first(self._env, place.PROJECTS), "location": place.first(self._env, place.LOCATIONS)}
        return {key: value for key, value in found.items() if value}

    def forget(self, token: str) -> None:
        """Google has refused a token before its time."""
        for keeper in self._keepers.values():
            keeper.forget(token)

    def _account(self, options: Mapping[str, Any]) -> Account:
        email, key = options.get("client_email"), options.get("private_key")
        if email and key:
            return ServiceAccount(str(email), str(key), project=str(options.get("project_id") or ""))
        file = place.credentials_file(self._env)
        if file is not None:
            return self._from_file(file)
        host = place.metadata_host(self._env, product=self._product)
        if not host:
            raise _refused(NO_CREDENTIALS)
        return Machine(host)

    def _from_file(self, file: Path) -> Account:
        """A small file of the user's own, so reading it takes no longer than handing it to a thread would."""
        try:
            found = file.stat()
            stamp = (file, found.st_mtime_ns, found.st_size)
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, read_account(file.read_bytes(), str(file))
        except OSError as error:
            source = f" (from {place.VARIABLE})" if self._env.get(place.VARIABLE) else ""
            words = error.strerror or "it can't be read"
            raise _refused(f"the Google credentials {str(file)!r}{source} can't be read: {words}") from None
        except ValueError as error:
            raise _refused(str(error)) from None
        return self._read[1]

    async def _fetch(self, account: Account, ask: Ask) -> Token:
        now = self._clock()
        try:
            question = account.question(now)
        except ValueError as error:
            raise _refused(f"{error}; download a new key") from None
        answer = await ask(question)
        token = read_token(answer.body, now) if answer.status == 200 else None
        if token is not None:
            return token
        why = reason(answer.body) or f"HTTP {answer.status}"
        if answer.status >= 500 or answer.status == 429:
            message = f"Google gives {account.name} no access token at the moment ({why})"
            raise UpstreamError(message, status=503, kind="overloaded_error")
        raise _refused(f"Google gives {account.name} no access token ({why}): {account.mend}")

    async def _own_project(self, account: Account, ask: Ask) -> str:
        """Return the project of the machine that this runs on."""
        if not isinstance(account, Machine):
            return ""
        if self._project is None:
            try:
                answer = await ask(account.project_question())
            except RequestError:
                return ""
            self._project = answer.body.decode("ascii", "replace").strip() if answer.status == 200 else ""
        return self._project


def _refused(message: str) -> UpstreamError:
    return UpstreamError(message, status=401, kind="authentication_error")
