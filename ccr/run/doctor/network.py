"""The way to the providers: proxies, certificates, and with `--online` whether they answer."""

import ipaddress
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import time
from urllib.parse import urlsplit

import httpx
import trio

from ccr.config.schema import Provider
from ccr.errors import ConfigError
from ccr.net.client import Clients, request
from ccr.net.proxy import is_loopback, proxy_for, read_proxy
from ccr.net.trust import tls_context
from ccr.run.doctor.patient import Patient
from ccr.status.finding import Finding

ONLINE_SECONDS = 10.0
CLOCK_SECONDS = 300.0


def proxies(patient: Patient) -> Iterator[Finding]:
    """Tell which providers are reached through a proxy."""
    config = patient.config
    found: dict[str, list[str]] = {}
    for provider in config.providers:
        proxy = proxy_for(provider.url, provider=provider.proxy, configured=config.proxy_url, env=patient.env)
        if proxy:
            found.setdefault(proxy, []).append(provider.name)
    for proxy, names in found.items():
        try:
            yield Finding("note", "proxy", f"{read_proxy(proxy)} for {', '.join(names)}")
        except ConfigError as error:
            yield Finding("fail", "proxy", f"{error}; it is meant for {', '.join(names)}")
    if not found:
        yield Finding("ok", "proxy", "none; providers are reached directly")


def certificates(patient: Patient) -> Iterator[Finding]:
    """Tell whether the certificates to trust can be read."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"):
        path = patient.env.get(name)
        if path and not Path(path).exists():
            yield Finding("fail", "certificates", f"{name} names {path}, which is not there", mend=f"unset {name}")
            return
    files = {provider.ca_file for provider in patient.config.providers} or {None}
    try:
        for ca_file in files:
            tls_context(ca_file=ca_file, insecure=False, env=patient.env)
    except (ConfigError, OSError) as error:
        yield Finding("fail", "certificates", str(error))
        return
    yield Finding("ok", "certificates", "can be read")
    for provider in patient.config.providers:
        if provider.insecure:
            words = f"provider {provider.name!r} accepts any certificate: whoever is in between reads its key"
            yield Finding("warn", "certificates", words, mend="use ca_file in the place of insecure")


def exposure(patient: Patient) -> Iterator[Finding]:
    """Tell who can reach the router, and which keys go over the network in clear."""
    host = patient.config.host
    if not is_loopback(host):
        mend = "only with a firewall or a TLS proxy before it"
        yield Finding(
            "warn", "network", f"the router listens on {host}: other machines reach it with APIKEY", mend=mend
        )
    for provider in patient.config.providers:
        parts = urlsplit(provider.url)
        if parts.scheme == "http" and provider.keys and not _is_near(parts.hostname or ""):
            words = f"provider {provider.name!r} gets its key over http, which anybody on the way can read"
            yield Finding("warn", "network", words, mend="use https")


def online(patient: Patient) -> list[Finding]:
    """Ask each provider's server for anything at all; whatever it answers, it is there."""
    return trio.run(_ask_all, patient)


async def _ask_all(patient: Patient) -> list[Finding]:
    clients = Clients(patient.env)
    found: dict[str, list[Finding]] = {provider.name: [] for provider in patient.config.providers}

    async def ask(provider: Provider) -> None:
        with trio.move_on_after(ONLINE_SECONDS) as scope:
            found[provider.name] = await _ask(provider, clients, patient)
        if scope.cancelled_caught:
            words = f"{provider.name} did not answer within {ONLINE_SECONDS:.0f} s"
            found[provider.name] = [Finding("fail", "online", words, mend="check the address, proxy and firewall")]

    try:
        async with trio.open_nursery() as nursery:
            for provider in patient.config.providers:
                nursery.start_soon(ask, provider)
    finally:
        with trio.move_on_after(1, shield=True):
            await clients.aclose()
    return [finding for findings in found.values() for finding in findings]


async def _ask(provider: Provider, clients: Clients, patient: Patient) -> list[Finding]:
    parts = urlsplit(provider.url)
    began = trio.current_time()
    try:
        transport = clients.client(provider, proxy_url=patient.config.proxy_url)
        # Without a key and without a body: nothing is billed.
        sent = request("GET", f"{parts.scheme}://{parts.netloc}/", headers={"host": parts.netloc}, body=b"")
        answer = await transport.handle_async_request(sent)
        await answer.aclose()
    except (ConfigError, httpx.HTTPError, OSError) as error:
        words = f"{provider.name} can't be reached: {error or type(error).__name__}"
        return [Finding("fail", "online", words, mend="check the address, proxy, certificates and firewall")]
    words = f"{provider.name} answers ({answer.status_code}) in {(trio.current_time() - began) * 1000:.0f} ms"
    return [Finding("ok", "online", words), *_compare_clock(answer.headers.get("date", ""), provider.name)]


def _compare_clock(date: str, name: str) -> Iterator[Finding]:
    try:
        apart = time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return
    if abs(apart) > CLOCK_SECONDS:
        words = f"is {abs(apart) / 60:.0f} minutes {'ahead of' if apart > 0 else 'behind'} that of {name}"
        yield Finding("fail", "clock", words, mend="set the clock; logins and certificates depend on it")


def _is_near(host: str) -> bool:
    """Say whether a host is this machine or one of the local network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host) or "." not in host or host.endswith(".local")
