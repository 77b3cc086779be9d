"""Which proxy stands between the router and an upstream."""

import pytest

from ccr.errors import ConfigError
from ccr.net.proxy import Proxy, bypassed, is_loopback, proxy_for, read_proxy

CLOUD = "https://api.example.com/v1"
LOCAL = "http://localhost:11434/v1"
ENV = {"HTTPS_PROXY": "http://env:1", "NO_PROXY": "internal.example.com,10.0.0.0/8"}


@pytest.mark.parametrize(
    ("url", "provider", "configured", "env", "expected"),
    [
        (CLOUD, None, None, {}, None),
        (CLOUD, None, None, ENV, "http://env:1"),
        (CLOUD, None, None, {"https_proxy": "http://lower:1"}, "http://lower:1"),
        (CLOUD, None, None, {"ALL_PROXY": "socks5://all:1"}, "socks5://all:1"),
        (CLOUD, None, "http://conf:1", ENV, "http://conf:1"),
        (CLOUD, "http://own:1", "http://conf:1", ENV, "http://own:1"),
        (CLOUD, "direct", "http://conf:1", ENV, None),
        (LOCAL, None, "http://conf:1", ENV, None),
        (LOCAL, "http://own:1", None, {}, "http://own:1"),
        ("https://a.internal.example.com", None, "http://conf:1", ENV, None),
        ("http://10.1.2.3:8000", None, "http://conf:1", ENV, None),
        ("http://api.example.com", None, None, {"HTTP_PROXY": "http://plain:1"}, "http://plain:1"),
    ],
)
def test_proxy_is_the_nearest_setting(
    url: str, provider: str | None, configured: str | None, env: dict[str, str], expected: str | None
) -> None:
    assert proxy_for(url, provider=provider, configured=configured, env=env) == expected


@pytest.mark.parametrize(
    ("host", "port", "entry", "expected"),
    [
        ("a.example.com", None, "*", True),
        ("a.example.com", None, "example.com", True),
        ("a.example.com", None, ".example.com", True),
        ("a.example.com", None, "*.example.com", True),
        ("notexample.com", None, "example.com", False),
        ("example.com", 8080, "example.com:8080", True),
        ("example.com", 80, "example.com:8080", False),
        ("192.168.1.5", None, "192.168.0.0/16", True),
        ("example.com", None, "", False),
        ("example.com", None, " other.com, example.com", True),
    ],
)
def test_no_proxy_names_hosts_domains_ports_and_networks(
    host: str, port: int | None, entry: str, expected: bool
) -> None:
    assert bypassed(host, port, entry) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://proxy", Proxy("http", "proxy", 80)),
        ("HTTPS://proxy/", Proxy("https", "proxy", 443)),
        ("proxy:3128", Proxy("http", "proxy", 3128)),
        ("jo:pw@proxy:3128", Proxy("http", "proxy", 3128, "jo", "pw")),
        ("socks5h://jo:a%40b@10.0.0.1:9", Proxy("socks5", "10.0.0.1", 9, "jo", "a@b")),
        ("socks://[::1]/", Proxy("socks5", "::1", 1080)),
    ],
)
def test_proxies_are_read_in_every_spelling(url: str, expected: Proxy) -> None:
    assert read_proxy(url) == expected


@pytest.mark.parametrize("url", ["ftp://jo:hunter22@p:1", "jo:hunter22@p", "http://", "http://jo:hunter22@p:nan", "p"])
def test_an_address_that_is_no_proxy_is_reported_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match="can't be used") as caught:
        read_proxy(url)
    assert "hunter22" not in str(caught.value)


def test_a_proxy_shows_no_password_but_gives_it() -> None:
    proxy = read_proxy("https://jo:pw@[::1]:8443")
    assert str(proxy) == "https://[::1]:8443"
    assert proxy.headers == [(b"proxy-authorization", b"Basic am86cHc=")]
    assert read_proxy("http://p:1").headers == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "app.localhost"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "example.com", "0.0.0.0", "10.0.0.1", "localhost.example.com"])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)
