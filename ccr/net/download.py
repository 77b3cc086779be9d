"""Fetches one file that the user asked for: bounded in size and time, and never from anything but https."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import httpx
import trio

from ccr.config.schema import Provider
from ccr.errors import CommandError
from ccr.net.client import Clients, request
from ccr.net.proxy import is_loopback

BYTES = 20 * 1024 * 1024
SECONDS = 60.0
REDIRECTS = 5


async def download(
    url: str, *, proxy_url: str | None, env: Mapping[str, str], limit: int = BYTES, token: str = ""
) -> bytes:
    """Return what is at an address. Raises CommandError that says what went wrong.

    `token` goes to the address itself as a bearer token, and to no other host that it redirects to.
    """
    clients = Clients(env)
    try:
        with trio.fail_after(SECONDS):
            return await _follow(clients, url, proxy_url=proxy_url, limit=limit, token=token)
    except trio.TooSlowError:
        raise CommandError(f"{_shown(url)} took longer than {SECONDS:g} s; try again") from None
    except httpx.HTTPError as error:
        words = str(error)[:200] or type(error).__name__
        raise CommandError(f"{_shown(url)} can't be reached: {words}; check the network and PROXY_URL") from error
    finally:
        with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
            await clients.aclose()


async def _follow(clients: Clients, url: str, *, proxy_url: str | None, limit: int, token: str) -> bytes:
    home = urlsplit(url).netloc
    for _ in range(REDIRECTS + 1):
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise CommandError(f"{_shown(url)} is not an https address, so anybody on the way could change the file")
        client = clients.client(Provider(name="download", url=url), proxy_url=proxy_url)
        key = {"authorization": f"Bearer {token}"} if token and parts.netloc == home else {}
        sent = request("GET", url, headers={"accept-encoding": "identity", "user-agent": "ccr", **key}, body=b"")
        response = await client.handle_async_request(sent)
        try:
            if response.status_code in (301, 302, 303, 307, 308) and "location" in response.headers:
                url = urljoin(url, response.headers["location"])
                continue
            if response.status_code != 200:
                raise CommandError(f"{_shown(url)} answered {response.status_code}; is the address right?")
            return await _content(response, url, limit)
        finally:
            with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
                await response.aclose()
    raise CommandError(f"{_shown(url)} redirects too often")


async def _content(response: httpx.Response, url: str, limit: int) -> bytes:
    stream = response.stream
    # Iterated itself, since the generators of httpx are left half-way when the limit is reached.
    assert isinstance(stream, httpx.AsyncByteStream)
    found = bytearray()
    async for data in stream:
        found += data
        if len(found) > limit:
            raise CommandError(f"{_shown(url)} is larger than {limit // 1024 // 1024} MB; it isn't read")
    return bytes(found)


def _shown(url: str) -> str:
    """Return the address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
