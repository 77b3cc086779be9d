"""Which proxy stands between the router and an upstream."""

import pytest

from ccr.net.proxy import bypassed, is_loopback, proxy_for

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


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "app.localhost"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "example.com", "0.0.0.0", "10.0.0.1", "localhost.example.com"])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)
