"""Upstreams that are reached in the same way share a transport."""

import pytest

from ccr.config.schema import Provider
from ccr.errors import ConfigError
from ccr.net.client import Clients, request
from ccr.net.transport import TrioTransport
from tests.aio import trio_test


def provider(url: str = "https://api.example.com", **settings: str | bool) -> Provider:
    return Provider(name="p", url=url, **settings)  # type: ignore[arg-type]


@trio_test()
async def test_direct_upstreams_share_one_transport() -> None:
    clients = Clients({})
    first = clients.client(provider(), proxy_url=None)
    assert isinstance(first, TrioTransport)
    assert clients.client(provider("http://localhost:1234"), proxy_url=None) is first
    assert clients.client(provider(insecure=True), proxy_url=None) is not first
    await clients.aclose()


@trio_test()
async def test_a_proxy_has_a_transport_of_its_own() -> None:
    clients = Clients({"HTTPS_PROXY": "http://proxy:1"})
    found = clients.client(provider(), proxy_url=None)
    assert clients.client(provider("https://other.example.com"), proxy_url=None) is found
    assert clients.client(provider(proxy="direct"), proxy_url=None) is not found
    await clients.aclose()


def test_a_request_has_its_length_and_host() -> None:
    sent = request("POST", "https://api.example.com/v1?x=1", headers={"x-key": "k"}, body=b"{}")
    assert (sent.headers["host"], sent.headers["content-length"], sent.headers["x-key"]) == (
        "api.example.com",
        "2",
        "k",
    )
    assert sent.extensions["timeout"] == {"connect": 15}


@pytest.mark.parametrize("proxy", ["gopher://proxy:1", "nonsense"])
@trio_test()
async def test_a_proxy_that_cannot_be_used_is_named(proxy: str) -> None:
    with pytest.raises(ConfigError, match=proxy):
        Clients({}).client(provider(proxy=proxy), proxy_url=None)
