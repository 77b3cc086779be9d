"""Who may talk to the server: the right Host, no foreign web page, and the right key."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from ccr.errors import Forbidden, Unauthorized
from ccr.net.proxy import is_loopback


def check_host(headers: Mapping[str, str], *, host: str) -> None:
    """Raise Forbidden for a Host header that a loopback server can't have been called by.

    A web page that had its own name resolve to 127.0.0.1 (DNS rebinding) shows itself here. A server that listens on
    another address has names that only its user knows, and a key.
    """
    name = _host_name(headers.get("host", ""))
    if is_loopback(host) and not is_loopback(name) and name != host:
        raise Forbidden(f"the Host header {name!r} does not name this machine")


def check_origin(headers: Mapping[str, str]) -> None:
    """Raise Forbidden for a request that a web page of another origin makes in somebody's browser."""
    origin = headers.get("origin")
    if origin and not is_loopback(urlsplit(origin).hostname or ""):
        raise Forbidden("requests from web pages are not answered")
    if headers.get("sec-fetch-site") == "cross-site":
        raise Forbidden("requests from web pages are not answered")


def check_key(headers: Mapping[str, str], *, apikey: str | None) -> None:
    """Raise Unauthorized unless the client sent the configured `APIKEY`, as a bearer token or as `x-api-key`."""
    if not apikey:
        return
    bearer = headers.get("authorization", "")
    if bearer[:7].lower() == "bearer ":
        bearer = bearer[7:]
    given = [key for key in (bearer, headers.get("x-api-key", "")) if key]
    if not given:
        raise Unauthorized("ccr: the APIKEY of the router is missing; send it as x-api-key or as a bearer token")
    # Compared in constant time, so that answers do not tell how much of a guess was right.
    matches = [hmac.compare_digest(key.encode(), apikey.encode()) for key in given]
    if not any(matches):
        raise Unauthorized("ccr: APIKEY mismatch; the key must be the APIKEY of the router's configuration")


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
