"""Which proxy, if any, stands between the router and an upstream. Pure: the environment comes in as a mapping."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

DIRECT = "direct"


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
