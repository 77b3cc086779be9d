"""One account's access token: kept until shortly before it expires, and renewed by one request at a time."""

import time
from collections.abc import Awaitable, Callable

import trio

from ccr.core.login import Token
from ccr.errors import RequestError

EARLY_SECONDS = 240.0
"""A token is renewed so long before it expires, so that none runs out on its way."""

Clock = Callable[[], float]
"""Seconds since the epoch. Wall clock time, since others say when a token expires, and computers sleep."""
Renew = Callable[[], Awaitable[Token]]


class Keeper:
    """Keeps the token of one account."""

    def __init__(self, *, clock: Clock = time.time) -> None:
        self._clock = clock
        self._lock = trio.Lock()
        self._token: Token | None = None
        self._failure: RequestError | None = None
        self._renewals = 0

    async def get(self, renew: Renew) -> Token:
        """Return a token that is good for now, from `renew` if need be. Raises what `renew` raises.

        Requests that come meanwhile wait for its outcome and share it, a failure too.
        """
        if self._token is not None and self._lasts(self._token, EARLY_SECONDS):
            return self._token
        seen = self._renewals
        async with self._lock:
            # Not if somebody did it while we waited. Whoever is cancelled half-way leaves it to the next.
            if self._renewals == seen or (self._token is None and self._failure is None):
                await self._renew(renew)
            if self._token is not None and (self._failure is None or self._lasts(self._token)):
                return self._token
            assert self._failure is not None
            raise self._failure.with_traceback(None)

    def forget(self, access: str) -> None:
        """A token has been refused before its time; a newer one stays."""
        if self._token is not None and self._token.access == access:
            self._token = None

    async def _renew(self, renew: Renew) -> None:
        try:
            self._token, self._failure = await renew(), None
        except RequestError as error:
            self._failure = error
        self._renewals += 1

    def _lasts(self, token: Token, seconds: float = 0.0) -> bool:
        return not token.expires or self._clock() + seconds < token.expires
