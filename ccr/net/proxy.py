"""Which proxy, if any, stands between the router and an upstream. Pure: the environment comes in as a mapping."""

import base64
import ipaddress
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from ccr.errors import ConfigError

DIRECT = "direct"

Scheme = Literal["http", "https", "socks5"]

SCHEMES: Mapping[str, Scheme] = {
    "http": "http",
    "https": "https",
    "socks": "socks5",  # what desktops put into ALL_PROXY
    "socks5": "socks5",
    "socks5h": "socks5",
}
PORTS: Mapping[Scheme, int] = {"http": 80, "https": 443, "socks5": 1080}


class Proxy(Struct, frozen=True):
    """A proxy as it is connected to."""

    scheme: Scheme
    host: str
    port: int
    user: str = ""
    password: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of HTTP that tell who we are: https://www.rfc-editor.org/rfc/rfc9110#section-11.7.2"""
        if not self.user:
            return []
        pair = base64.b64encode(f"{self.user}:{self.password}".encode())
        return [(b"proxy-authorization", b"Basic " + pair)]


def read_proxy(url: str) -> Proxy:
    """Return the proxy at a URL; one without a scheme, as in `HTTPS_PROXY=proxy:3128`, speaks HTTP.

    Raises ConfigError, which does not show what may be a password.
    """
    full = f"http://{url}" if re.fullmatch(r"[^/\s]+:\d+/?", url) else url
    try:
        parts = urlsplit(full)
        scheme, host, port = SCHEMES[parts.scheme.lower()], parts.hostname, parts.port
    except (KeyError, ValueError):
        host = None
    if not host:
        shown = url.rpartition("@")[2]
        raise ConfigError(f"the proxy {shown!r} can't be used; begin it with http, https or socks5, then ://") from None
    return Proxy(scheme, host, port or PORTS[scheme], unquote(parts.username or ""), unquote(parts.password or ""))


def proxy_for(url: str, *, provider: str | None, configured: str | None, env: Mapping[str, str]) -> str | None:
    """Return the proxy's URL for an upstream address, or None for a direct connection.

    The provider's own setting (a URL or `direct`) comes first, then `PROXY_URL`, then HTTPS_PROXY, HTTP_PROXY and
    ALL_PROXY of the environment. Loopback is never proxied, and NO_PROXY holds for everything but the provider's own.
    """
    if provider:
        return None if provider == DIRECT else provider
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if is_loopback(host) or bypassed(host, parts.port, _variable(env, "NO_PROXY")):
        return None
    if configured:
        return configured
    return _variable(env, f"{parts.scheme.upper()}_PROXY") or _variable(env, "ALL_PROXY") or None


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's loopback."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bypassed(host: str, port: int | None, no_proxy: str) -> bool:
    """Tell whether NO_PROXY names the host: `*`, names and their subdomains, addresses, CIDR blocks, `name:port`."""
    for entry in no_proxy.replace(",", " ").split():
        name, _, wanted = entry.lower().rpartition(":") if entry.count(":") == 1 else (entry.lower(), "", "")
        if wanted and wanted != str(port):
            continue
        if name == "*" or _matches(host, name.lstrip("*").lstrip(".")):
            return True
    return False


def _matches(host: str, name: str) -> bool:
    if not name:
        return False
    if host == name or host.endswith(f".{name}"):
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False


def _variable(env: Mapping[str, str], name: str) -> str:
    return env.get(name) or env.get(name.lower()) or ""
