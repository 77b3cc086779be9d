"""The HTTP transports that talk to upstreams: one for each way of connecting, shared by all requests."""

import ssl
from collections.abc import Mapping
from functools import cache, lru_cache, partial
from typing import NamedTuple

import httpx

from ccr.config.schema import Provider
from ccr.net.proxy import proxy_for, read_proxy
from ccr.net.transport import CONNECT_SECONDS, TrioTransport
from ccr.net.trust import tls_context


class Way(NamedTuple):
    """How an upstream is reached; upstreams with the same way share connections."""

    proxy: str | None
    ca_file: str | None
    insecure: bool


class Clients:
    """Opens transports when they are first needed; `aclose` closes them all."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._transports: dict[Way, httpx.AsyncBaseTransport] = {}
        self._proxy = lru_cache(256)(partial(proxy_for, env=env))

    def client(self, provider: Provider, *, proxy_url: str | None) -> httpx.AsyncBaseTransport:
        """Return the transport for a provider. Raises ConfigError for a proxy that can't be one.

        Certificates are read with the first connection that needs them, which fails if they can't be.
        """
        proxy = self._proxy(provider.url, provider=provider.proxy, configured=proxy_url)
        way = Way(proxy, provider.ca_file, provider.insecure)
        found = self._transports.get(way)
        if found is None:
            found = self._transports[way] = self._open(way)
        return found

    def _open(self, way: Way) -> httpx.AsyncBaseTransport:
        # Reading the system's certificates takes some 30 ms, which a local server's user needn't wait for.
        @cache
        def context() -> ssl.SSLContext:
            return tls_context(ca_file=way.ca_file, insecure=way.insecure, env=self._env)

        return TrioTransport(context, proxy=read_proxy(way.proxy) if way.proxy else None)

    async def aclose(self) -> None:
        """Close every connection."""
        transports, self._transports = list(self._transports.values()), {}
        for transport in transports:
            await transport.aclose()


def request(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes, connect_seconds: float = CONNECT_SECONDS
) -> httpx.Request:
    """Return a request to send. Reads have no limit here: the request's own watch knows what it waits for."""
    extensions = {"timeout": {"connect": connect_seconds}}
    return httpx.Request(method, _parsed(url), headers=headers, content=body, extensions=extensions)


@lru_cache(256)
def _parsed(url: str) -> httpx.URL:
    """httpx takes a URL apart character by character; the same few are asked for all the time."""
    return httpx.URL(url)
