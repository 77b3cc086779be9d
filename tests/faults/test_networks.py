"""The router behind proxies and before servers with certificates of a private authority, all of them really there."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
import trustme

from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, config, live, streaming
from tests.proxies import Handle, Proxy, proxying

NAME = "api.private.test"
"""A host that only the proxies know."""
DEAD = "http://127.0.0.1:9"
OK = streaming(sse([delta(content="through"), delta(finish="stop")]))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME, "127.0.0.1").configure_cert(context)
    return context


def secure(proxy: Proxy, **changes: Any) -> Callable[[str], dict[str, Any]]:
    """Return what makes a configuration whose provider is at `NAME`, which leads to the test's upstream."""

    def make(upstream: str) -> dict[str, Any]:
        proxy.port = int(upstream.rpartition(":")[2])
        return config(f"https://{NAME}", **changes)

    return make


async def check_through(router: Live) -> None:
    answer = await router.post(request())
    assert answer.status_code == 200, answer.text
    assert read_stream(answer.content)["content"] == [{"type": "text", "text": "through"}]


@pytest.mark.parametrize("source", ["provider", "PROXY_URL", "environment"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_server_behind_a_proxy_is_reached(authority: trustme.CA, ca_file: str, scheme: str, source: str) -> None:
    @trio_test()
    async def run() -> None:
        proxy, tls = Proxy(wants_password=True), server_tls(authority)
        handle: Handle = proxy.socks if scheme == "socks5" else proxy.http
        async with proxying(handle, tls=tls if scheme == "https" else None) as port:
            url = f"{scheme}://jo:s%3Acret@127.0.0.1:{port}"
            changes: dict[str, Any] = {"PROXY_URL": url} if source == "PROXY_URL" else {}
            own = {"proxy": url} if source == "provider" else {}
            env = {"HTTPS_PROXY": url} if source == "environment" else {}
            make = secure(proxy, provider={"ca_file": ca_file, **own}, **changes)
            async with live(OK, make=make, env=env, tls=tls) as router:
                await check_through(router)
                await check_through(router)
        assert proxy.asked == [f"{NAME}:443"], "the tunnel is kept for the next request"

    run()


@trio_test()
async def test_an_http_proxy_forwards_plain_requests() -> None:
    proxy = Proxy(wants_password=True)

    def make(upstream: str) -> dict[str, Any]:
        proxy.port = int(upstream.rpartition(":")[2])
        return config(f"http://{NAME}:8080", PROXY_URL=f"http://jo:s%3Acret@127.0.0.1:{port}")

    async with proxying(proxy.http) as port, live(OK, make=make) as router:
        await check_through(router)
        [seen] = router.seen
    assert proxy.asked == [f"http://{NAME}:8080/v1/chat/completions"]
    assert (seen.path, seen.headers["host"]) == ("/v1/chat/completions", f"{NAME}:8080")
    assert "proxy-authorization" not in seen.headers


@trio_test()
async def test_this_machine_is_never_proxied_unless_its_own_entry_says_so() -> None:
    env = {"HTTP_PROXY": DEAD, "HTTPS_PROXY": DEAD, "ALL_PROXY": DEAD}
    async with live(OK, make=lambda url: config(url, PROXY_URL=DEAD), env=env) as router:
        await check_through(router)


@trio_test()
async def test_no_proxy_names_what_is_reached_directly() -> None:
    # The name is not known here, so being told just that shows that no proxy was asked.
    proxy = Proxy()
    async with proxying(proxy.http) as port:
        env = {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "NO_PROXY": ".private.test"}
        async with live(OK, make=secure(proxy), env=env) as router:
            answer = await router.post(request())
    assert answer.status_code == 502
    assert "through the proxy" not in answer.text
    assert proxy.asked == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_refuses_is_told_without_its_password(scheme: str) -> None:
    @trio_test()
    async def run() -> None:
        proxy = Proxy(refuses=True)
        async with proxying(proxy.socks if scheme == "socks5" else proxy.http) as port:
            make = secure(proxy, PROXY_URL=f"{scheme}://jo:hunter22@127.0.0.1:{port}")
            async with live(OK, make=make) as router:
                answer = await router.post(request())
        assert answer.status_code == 502
        assert f"through the proxy {scheme}://127.0.0.1:{port}" in answer.json()["error"]["message"]
        assert "hunter22" not in answer.text

    run()


@trio_test()
async def test_a_client_that_leaves_while_the_proxy_is_mute_closes_the_connection() -> None:
    gone = trio.Event()

    async def mute(stream: trio.abc.Stream) -> None:
        try:
            while await stream.receive_some(1000):
                pass
        finally:
            gone.set()

    async with proxying(mute) as port:
        make = secure(Proxy(), PROXY_URL=f"socks5://127.0.0.1:{port}")
        async with live(OK, make=make) as router:
            client = await router.open(request())
            await trio.sleep(0.2)
            await client.aclose()
            with trio.fail_after(1):
                await gone.wait()
            await router.settled()


@pytest.mark.parametrize("way", ["ca_file", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "insecure"])
def test_a_private_authority_is_trusted_when_told_so(
    authority: trustme.CA, ca_file: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "SSL_CERT_FILE":
        monkeypatch.setenv(way, ca_file)

    @trio_test()
    async def run() -> None:
        own: dict[str, Any] = {"ca_file": ca_file} if way == "ca_file" else {"insecure": way == "insecure"}

        def make(upstream: str) -> dict[str, Any]:
            return config(upstream.replace("http", "https"), provider=own)

        async with live(
            OK, make=make, env={way: ca_file} if way.isupper() else {}, tls=server_tls(authority)
        ) as router:
            await check_through(router)

    run()


@trio_test()
async def test_an_authority_that_nobody_trusts_is_told_at_once_and_not_tried_again() -> None:
    tries = []

    async def script(seen: Seen, wire: Wire) -> None:
        tries.append(seen)

    authority = trustme.CA()
    make = lambda url: config(url.replace("http", "https"))  # noqa: E731
    async with live(script, make=make, tls=server_tls(authority)) as router:
        answer = await router.post(request())
        [trail] = router.state.recent
    assert (answer.status_code, answer.headers["x-should-retry"]) == (502, "false")
    assert "its certificate is not trusted" in answer.json()["error"]["message"]
    assert (len(trail.attempts), tries) == (1, [])
