"""What a request shows to an upstream: the provider's key, or a token of an account that this machine has."""

import base64
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from ccr.core.login import NO_GRANT, Grant
from ccr.dialect.base import Auth
from ccr.net.ask import Asker
from ccr.net.client import Clients
from ccr.net.google.access import GoogleAccess
from ccr.net.login import Logins, Save
from ccr.net.token import Clock
from ccr.upstream import Upstream

ACCESS_TOKEN = "ya29."  # noqa: S105
"""How Google's access tokens begin; one may stand in the place of a key."""


def auth_headers(auth: Auth, key: str) -> dict[str, str]:
    """Return exactly one credential header, or none for an upstream without a key (a local server)."""
    if not key or auth == "none":
        return {}
    if auth == "basic":
        return {"authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
    if auth in ("bearer", "google"):
        return {"authorization": f"Bearer {key}"}
    return {auth: key}


class Credentials:
    """The accounts in use, for all providers; tokens are kept and shared."""

    def __init__(self, env: Mapping[str, str], clients: Clients, *, save: Save, clock: Clock = time.time) -> None:
        self._clients = clients
        self._google = GoogleAccess(env, clock=clock)
        self._logins = Logins(env, save=save, clock=clock)

    async def grant(self, upstream: Upstream, *, proxy_url: str | None) -> Grant:
        """Return what takes the place of the provider's keys; most upstreams need nothing.

        Raises RequestError that says how to log in.
        """
        login, options = upstream.chain.login, upstream.chain.options
        if login is None and upstream.dialect_name != "vertex":
            return NO_GRANT
        keys = [key.key for key in upstream.provider.keys if key.key]
        if login is not None and (own := login.given(options, keys)):
            return Grant(own)
        ask = Asker(self._clients, upstream.provider, proxy_url=proxy_url)
        if login is not None:
            return await self._logins.grant(login, options, ask, base_url=upstream.url)
        if _has_own_token(upstream):
            return Grant(defaults=self._google.defaults)
        return await self._google.grant(options, ask)

    def forget(self, token: str) -> None:
        """An upstream has refused a token before its time: the next request gets another one."""
        self._google.forget(token)
        self._logins.forget(token)


def _has_own_token(upstream: Upstream) -> bool:
    """Google's own addresses take no keys, so what stands there for one is a filler, unless it is an access token."""
    keys = [key.key for key in upstream.provider.keys if key.key]
    host = urlsplit(upstream.url).hostname or "googleapis.com"
    return any(key.startswith(ACCESS_TOKEN) for key in keys) or (bool(keys) and not host.endswith("googleapis.com"))
