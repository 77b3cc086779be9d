"""A request that is sent again while it is still under way joins the first."""

from typing import Any

import trio
import trio.testing

from ccr.errors import Unavailable
from ccr.server.shared import LIMIT, PIECE, Shared
from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, live

SESSION = "12345678-1234-1234-1234-123456789012"
ASK = request(metadata={"user_id": f"user_x_account__session_{SESSION}"})


class Upstream:
    """Answers half at once and the rest when `go` is set; counts the connections that were closed on it."""

    def __init__(self) -> None:
        self.go = trio.Event()
        self.closed = trio.Event()

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        await wire.begin()
        await wire.send(sse([delta(content="first ")], end=b""))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._notice, wire, nursery.cancel_scope)
            await self.go.wait()
            nursery.cancel_scope.cancel()
        await wire.send(sse([delta(content="second"), delta(finish="stop")]))
        await wire.end()

    async def _notice(self, wire: Wire, scope: trio.CancelScope) -> None:
        await wire.closed()
        self.closed.set()
        scope.cancel()


async def ask(router: Live, texts: list[str], body: object = ASK) -> None:
    message = read_stream((await router.post(body)).content)
    texts.append(message["content"][0]["text"])


@trio_test()
async def test_the_same_request_is_worked_on_once() -> None:
    upstream, texts = Upstream(), list[str]()
    async with live(upstream) as router, trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(ask, router, texts)
            await trio.sleep(0.1)
        upstream.go.set()
    assert texts == ["first second"] * 3
    assert len(router.seen) == 1


@trio_test()
async def test_different_requests_and_strangers_do_not_join() -> None:
    upstream, texts = Upstream(), list[str]()
    upstream.go.set()
    other = {**ASK, "max_tokens": 7}
    async with live(upstream) as router, trio.open_nursery() as nursery:
        for body in (ASK, other, request(), request()):
            nursery.start_soon(ask, router, texts, body)
    assert len(router.seen) == 4


@trio_test()
async def test_the_answer_goes_on_when_the_first_client_leaves() -> None:
    upstream, texts = Upstream(), list[str]()
    async with live(upstream) as router:
        first = await router.open(ASK)
        await first.receive_some()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, router, texts)
            await trio.sleep(0.1)
            await first.aclose()
            await trio.sleep(0.1)
            upstream.go.set()
    assert texts == ["first second"]
    assert len(router.seen) == 1


@trio_test()
async def test_the_upstream_is_closed_when_all_have_left() -> None:
    upstream = Upstream()
    async with live(upstream) as router:
        clients = [await router.open(ASK) for _ in range(2)]
        for client in clients:
            await client.receive_some()
        for client in clients:
            assert not upstream.closed.is_set()
            await client.aclose()
            await trio.sleep(0.1)
        with trio.fail_after(1):
            await upstream.closed.wait()
        await router.settled()


@trio_test(autojump=True)
async def test_an_answer_that_broke_off_never_looks_whole_to_who_joined() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await trio.sleep_forever()

    shared = Shared(send, trio.CancelScope())
    await shared.send({"type": "http.response.start", "status": 200, "headers": []})
    await shared.send({"type": "http.response.body", "body": b"x" * (PIECE + 1), "more_body": True})
    first, sent = sent, []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shared.follow, receive, send)
        await trio.testing.wait_all_tasks_blocked()
        shared.end(Unavailable("the answer broke off"))
    assert sent[0] == first[0]
    assert b"".join(message["body"] for message in sent[1:]) == first[1]["body"]
    assert all(message["more_body"] for message in sent[1:])


@trio_test(autojump=True)
async def test_a_large_answer_is_not_kept() -> None:
    async def send(message: Any) -> None:
        pass

    shared = Shared(send, trio.CancelScope())
    assert shared.joinable
    for _ in range(3):
        await shared.send({"type": "http.response.body", "body": b"x" * (LIMIT // 2), "more_body": True})
    assert not shared.joinable
    assert not shared._body


@trio_test()
async def test_an_error_reaches_all_who_joined() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await trio.sleep(0.3)
        await wire.answer(400, {"error": {"message": "no"}})

    statuses: list[int] = []

    async def collect(router: Live) -> None:
        statuses.append((await router.post(ASK)).status_code)

    async with live(script) as router, trio.open_nursery() as nursery:
        nursery.start_soon(collect, router)
        await trio.sleep(0.1)
        nursery.start_soon(collect, router)
    assert statuses == [400, 400]
    assert len(router.seen) == 1
