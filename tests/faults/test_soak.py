"""Many requests of all kinds: nothing leaks, nobody waits for others, memory stays where it was."""

import gc
import os
import random
from pathlib import Path

import httpx
import trio

from tests.aio import trio_test
from tests.chat import delta, request, sse, tool
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, live

ROUNDS = int(os.environ.get("SOAK_REQUESTS", "300"))
"""Requests of the suite's soak; `SOAK_REQUESTS=10000 pytest tests/faults/test_soak.py` runs a longer one."""
BIG = 50 * 1024 * 1024
STREAMS = 200


class Upstream:
    """Answers in a way that the request's text names."""

    def __init__(self) -> None:
        self.aborted = 0
        self.sent = 0

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        kind = seen.body["messages"][0]["content"]
        if kind == "error":
            await wire.answer(400, {"error": {"message": "no"}})
            return
        await wire.begin()
        await wire.send(sse([delta(content="a" * 100)], end=b""))
        if kind == "cut":
            await wire.stream.aclose()
        elif kind == "leave":
            await wire.closed()
            self.aborted += 1
        elif kind == "flood":
            await self._flood(wire)
        else:
            for _ in range(5):
                await wire.send(sse([delta(content="b")], end=b""))
            await wire.send(sse([tool(0, call="x", name="Bash", args="{}"), delta(finish="tool_calls")]))
            await wire.end()

    async def _flood(self, wire: Wire) -> None:
        piece = sse([delta(content="x" * 8000)], end=b"")
        while self.sent < BIG:
            await wire.send(piece)
            self.sent += len(piece)
        await wire.send(sse([delta(finish="stop")]))
        await wire.end()


def ask(kind: str, *, stream: bool = True) -> dict[str, object]:
    return request(messages=[{"role": "user", "content": kind}], stream=stream)


async def one(router: Live, kind: str, stream: bool) -> None:
    if kind == "leave":
        client = await router.open(ask(kind))
        await client.receive_some()
        await client.aclose()
        return
    answer = await router.post(ask(kind, stream=stream))
    if kind == "error":
        assert answer.status_code == 400
    elif kind == "cut" and not stream:
        assert answer.status_code == 502
    elif stream:
        assert ("error" in read_stream(answer.content)) is (kind == "cut")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    """Return the resident memory of this process in bytes: router, upstream and client together."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@trio_test(limit=max(150, ROUNDS // 2))
async def test_nothing_is_left_after_requests_of_all_kinds() -> None:
    dice, upstream = random.Random(1), Upstream()
    kinds = ["plain", "plain", "error", "cut", "leave"]
    async with live(upstream) as router:
        for _ in range(10):
            await one(router, "plain", stream=True)
        await router.settled()
        tasks, files = trio.lowlevel.current_statistics().tasks_living, open_files()
        for _ in range(ROUNDS // 10):
            async with trio.open_nursery() as nursery:
                for _ in range(10):
                    nursery.start_soon(one, router, dice.choice(kinds), dice.random() < 0.7)
        await router.settled()
        await trio.sleep(0.3)
        gc.collect()
        # Each connection that is kept alive holds a task of the server, of the upstream, and two sockets.
        assert trio.lowlevel.current_statistics().tasks_living <= tasks + 40
        assert open_files() <= files + 60
        assert router.state.active == 0
        assert upstream.aborted > 0


@trio_test(limit=60)
async def test_a_paused_client_of_a_fast_stream_costs_little_memory() -> None:
    upstream = Upstream()
    async with live(upstream) as router:
        await one(router, "plain", stream=True)
        before = resident()
        client = await router.open(ask("flood"))
        await client.receive_some()
        sent = -1
        with trio.fail_after(20):
            while upstream.sent != sent:
                sent = upstream.sent
                await trio.sleep(0.5)
        # What waits is in the sockets' buffers, not in our memory.
        assert upstream.sent < BIG
        assert resident() - before < 12 * 1024 * 1024
        await client.aclose()
        await router.settled()


@trio_test(limit=120)
async def test_many_streams_at_once_all_end_well() -> None:
    upstream, done = Upstream(), []

    async def stream(router: Live, http: httpx.AsyncClient) -> None:
        answer = await http.post(f"{router.url}/v1/messages", json=ask("plain"))
        assert read_stream(answer.content)["stop_reason"] == "tool_use"
        done.append(1)

    limits = httpx.Limits(max_connections=STREAMS)
    client = httpx.AsyncClient(trust_env=False, timeout=60, limits=limits)
    async with live(upstream) as router, client as http, trio.open_nursery() as nursery:
        for _ in range(STREAMS):
            nursery.start_soon(stream, router, http)
    assert len(done) == STREAMS
