"""The HTTP clients that talk to upstreams: one for each way of connecting, shared by all requests."""

import ssl
from collections.abc import Mapping
from typing import NamedTuple

import httpx

from ccr.config.schema import Provider
from ccr.net.proxy import proxy_for
from ccr.net.transport import TrioTransport
from ccr.net.trust import tls_context

CONNECT_SECONDS = 15.0
WRITE_SECONDS = 120.0


class Way(NamedTuple):
    """How an upstream is reached; upstreams with the same way share connections."""

    proxy: str | None
    ca_file: str | None
    insecure: bool


class Clients:
    """Opens clients when they are first needed and closes them all at the end. Use it as an async context manager."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._clients: dict[Way, httpx.AsyncClient] = {}

    def client(self, provider: Provider, *, proxy_url: str | None) -> httpx.AsyncClient:
        """Return the client for a provider. Raises ConfigError when its certificates can't be read."""
        proxy = proxy_for(provider.url, provider=provider.proxy, configured=proxy_url, env=self._env)
        way = Way(proxy, provider.ca_file, provider.insecure)
        found = self._clients.get(way)
        if found is None:
            found = self._clients[way] = _open(way, self._context(way))
        return found

    async def aclose(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    def _context(self, way: Way) -> ssl.SSLContext:
        return tls_context(ca_file=way.ca_file, insecure=way.insecure, env=self._env)


def _open(way: Way, context: ssl.SSLContext) -> httpx.AsyncClient:
    if way.proxy is None:
        return httpx.AsyncClient(transport=TrioTransport(context, connect_seconds=CONNECT_SECONDS), trust_env=False)
    # Reads have no limit here: the request's own watch knows what it waits for.
    timeout = httpx.Timeout(connect=CONNECT_SECONDS, read=None, write=WRITE_SECONDS, pool=None)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=30)
    return httpx.AsyncClient(verify=context, proxy=way.proxy, timeout=timeout, limits=limits, trust_env=False)
