from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from ccr.config.schema import Provider
from ccr.errors import UpstreamError, UpstreamTimeout
from ccr.net.ask import BODY_LIMIT, FORM, Answer, Asker, Question
from ccr.net.client import Clients
from tests.aio import trio_test

PROVIDER = Provider(name="p", url="https://upstream.example/v1")


class Server:
    """Answers each connection with the same bytes, after `delay` seconds."""

    def __init__(self, answer: bytes, *, delay: float = 0) -> None:
        self.answer, self.delay = answer, delay
        self.got: list[bytes] = []

    async def __call__(self, stream: trio.SocketStream) -> None:
        self.got.append(await stream.receive_some(65536))
        await trio.sleep(self.delay)
        await stream.send_all(self.answer)
        await stream.aclose()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, server, 0, host="127.0.0.1"))
        yield f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


async def ask(question: Question, provider: Provider = PROVIDER) -> Answer:
    clients = Clients({})
    try:
        return await Asker(clients, provider, proxy_url=None)(question)
    finally:
        await clients.aclose()


@trio_test()
async def test_form_is_posted_and_any_answer_returned() -> None:
    server = Server(b"HTTP/1.1 400 Bad\r\ncontent-length: 2\r\n\r\n{}")
    async with serving(server) as url:
        assert await ask(Question(f"{url}/token", b"a=b", FORM)) == Answer(400, b"{}")
    head, _, body = server.got[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /token HTTP/1.1")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert body == b"a=b"


@trio_test()
async def test_question_without_a_body_is_a_get() -> None:
    server = Server(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx")
    async with serving(server) as url:
        assert await ask(Question(f"{url}/x", headers={"metadata-flavor": "Google"})) == Answer(200, b"x")
    assert server.got[0].startswith(b"GET /x HTTP/1.1")
    assert b"metadata-flavor: Google" in server.got[0]


@pytest.mark.parametrize("direct", [False, True])
@trio_test()
async def test_provider_s_proxy_is_used_unless_the_question_is_direct(direct: bool) -> None:
    proxy, server = (Server(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n" + who) for who in (b"p", b"s"))
    async with serving(proxy) as proxy_url, serving(server) as url:
        provider = Provider(name="p", url="https://upstream.example", proxy=proxy_url)
        answer = await ask(Question(f"{url}/x", direct=direct), provider)
    assert answer.body == (b"s" if direct else b"p")


@trio_test()
async def test_silent_server_is_given_up() -> None:
    async with serving(Server(b"", delay=60)) as url:
        with pytest.raises(UpstreamTimeout, match=r"^no access token: 127.0.0.1 did not answer in 0.1 s$"):
            await ask(Question(f"{url}/x", seconds=0.1))


@trio_test()
async def test_refused_connection_names_the_host_and_nothing_secret() -> None:
    with pytest.raises(UpstreamError, match=r"^no access token: the connection to 127.0.0.1 failed") as caught:
        await ask(Question("http://127.0.0.1:1/token", b"refresh_token=hush", FORM))
    assert caught.value.status == 502
    assert "hush" not in caught.value.message


@trio_test()
async def test_long_answer_is_cut() -> None:
    server = Server(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (4 * BODY_LIMIT))
    async with serving(server) as url:
        answer = await ask(Question(f"{url}/x"))
    assert answer.body == b"x" * BODY_LIMIT
