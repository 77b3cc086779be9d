"""Reaching a server directly and through proxies that really are there."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
import trio
import trustme

from ccr.errors import ConfigError
from ccr.net.dial import Unusable, dial, forwards
from ccr.net.proxy import read_proxy
from tests.aio import trio_test
from tests.proxies import Handle, Proxy, proxying

NAME = "upstream.test"
"""A name that only the proxies can resolve."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def server_tls(authority: trustme.CA, name: str = NAME) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@asynccontextmanager
async def echo(proxy: Proxy, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
    """Run a server behind the proxy that says `hello` to whoever comes."""

    async def hello(stream: trio.abc.Stream) -> None:
        await stream.receive_some(2)
        await stream.send_all(b"hello")

    async with proxying(hello, tls=tls) as port:
        proxy.port = port
        yield


async def greeting(url: str, proxy: str, context: ssl.SSLContext) -> bytes:
    stream = await dial(httpx.URL(url), lambda: context, proxy=read_proxy(proxy), seconds=5)
    await stream.send_all(b"hi")
    found = bytes(await stream.receive_some(100))
    await trio.aclose_forcefully(stream)
    return found


@pytest.mark.parametrize("login", ["", "jo:s%3Acret@"], ids=["open", "password"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h", "socks"])
def test_tls_goes_through_a_proxy_to_a_name_that_only_it_knows(authority: trustme.CA, scheme: str, login: str) -> None:
    @trio_test()
    async def run() -> None:
        proxy = Proxy(wants_password=bool(login))
        handle: Handle = proxy.socks if scheme.startswith("socks") else proxy.http
        own = server_tls(authority, "127.0.0.1") if scheme == "https" else None
        async with echo(proxy, server_tls(authority)), proxying(handle, tls=own) as port:
            found = await greeting(f"https://{NAME}", f"{scheme}://{login}127.0.0.1:{port}", trusting(authority))
        assert (found, proxy.asked) == (b"hello", [f"{NAME}:443"])

    run()


@trio_test()
async def test_plain_http_goes_through_socks_too() -> None:
    proxy = Proxy()
    async with echo(proxy), proxying(proxy.socks) as port:
        url = f"socks5://127.0.0.1:{port}"
        assert await greeting(f"http://{NAME}:8080", url, ssl.create_default_context()) == b"hello"
    assert proxy.asked == [f"{NAME}:8080"]


def test_an_http_proxy_gets_plain_requests_itself() -> None:
    plain, secure = httpx.URL("http://x/"), httpx.URL("https://x/")
    assert forwards(plain, read_proxy("http://p:1"))
    assert forwards(plain, read_proxy("https://p:1"))
    assert not forwards(secure, read_proxy("http://p:1"))
    assert not forwards(plain, read_proxy("socks5://p:1"))
    assert not forwards(plain, None)


@pytest.mark.parametrize(
    ("scheme", "wants_password", "words"),
    [
        ("http", True, "407 Proxy Authentication Required; put a user name"),
        ("http", False, "403 Not Here"),
        ("socks5", True, "wants a user name and a password"),
        ("socks5", False, "its rules don't allow it"),
    ],
)
def test_a_refusal_of_the_proxy_is_told(scheme: str, wants_password: bool, words: str) -> None:
    @trio_test()
    async def run() -> None:
        proxy = Proxy(wants_password=wants_password, refuses=True)
        async with proxying(proxy.socks if scheme == "socks5" else proxy.http) as port:
            with pytest.raises(httpx.ConnectError, match=rf"443 through the proxy {scheme}://127.*: .*{words}"):
                await greeting(f"https://{NAME}", f"{scheme}://127.0.0.1:{port}", ssl.create_default_context())

    run()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("answer", [b"", b"\0nonsense\r\n\r\n"], ids=["nothing", "nonsense"])
def test_what_is_no_proxy_is_told(scheme: str, answer: bytes) -> None:
    @trio_test()
    async def run() -> None:
        async def handle(stream: trio.abc.Stream) -> None:
            await stream.receive_some(1000)
            await stream.send_all(answer)

        async with proxying(handle) as port:
            with pytest.raises(httpx.ConnectError, match=r"it closed|does not speak"):
                await greeting(f"https://{NAME}", f"{scheme}://127.0.0.1:{port}", ssl.create_default_context())

    run()


@trio_test()
async def test_a_proxy_that_says_nothing_costs_the_connect_limit() -> None:
    async def handle(stream: trio.abc.Stream) -> None:
        await trio.sleep_forever()

    url = httpx.URL(f"https://{NAME}")
    async with proxying(handle) as port:
        proxy = read_proxy(f"http://127.0.0.1:{port}")
        with pytest.raises(httpx.ConnectTimeout, match=r"within 0\.1 s"):
            await dial(url, ssl.create_default_context, proxy=proxy, seconds=0.1)


@pytest.mark.parametrize("name", [NAME, "other.test"], ids=["unknown authority", "wrong name"])
def test_a_certificate_that_is_not_trusted_is_no_matter_of_trying_again(authority: trustme.CA, name: str) -> None:
    @trio_test()
    async def run() -> None:
        proxy = Proxy()
        context = ssl.create_default_context() if name == NAME else trusting(authority)
        async with echo(proxy, server_tls(authority, name)), proxying(proxy.http) as port:
            with pytest.raises(Unusable, match=r"443 through .*: its certificate is not trusted .*`ca_file`"):
                await greeting(f"https://{NAME}", f"http://127.0.0.1:{port}", context)

    run()


@trio_test()
async def test_certificates_that_cannot_be_read_are_no_matter_of_trying_again() -> None:
    def context() -> ssl.SSLContext:
        raise ConfigError("ca_file: nonsense")

    with pytest.raises(Unusable, match="ca_file: nonsense"):
        await dial(httpx.URL(f"https://{NAME}"), context, proxy=None, seconds=5)


@trio_test()
async def test_a_server_without_tls_is_a_connect_error() -> None:
    async def handle(stream: trio.abc.Stream) -> None:
        await stream.receive_some(1000)
        await stream.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    dialled = partial(dial, context=ssl.create_default_context, proxy=None, seconds=5)
    async with proxying(handle) as port:
        with pytest.raises(httpx.ConnectError, match="no connection to 127"):
            await dialled(httpx.URL(f"https://127.0.0.1:{port}"))
