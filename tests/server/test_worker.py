"""What a worker tells its keeper, and has from it. Keys and limits: see `test_keeper`."""

import json
from typing import Any

import trio.testing

from ccr.anthropic.request import Inbound
from ccr.core.trail import Trail
from ccr.net import message as say
from ccr.server.app import App
from ccr.server.worker import Log, WorkerApp, find
from tests.aio import trio_test
from tests.server.keeping import scope_of, settled, world


@trio_test()
async def test_records_and_events_come_to_the_keeper() -> None:
    async with world() as made:
        peer, _ = await made.worker()
        log = Log(peer)
        log.event("info", "told by the keeper itself")
        log.event("error", "bad")
        trail = Trail(id="req_1", started=1.0, session="s", provider="p", result="ok", status=200)
        log.request(trail.record())
        await trio.testing.wait_all_tasks_blocked()
        await settled(peer)
        assert ("error", "bad") in made.log.lines
        assert trail.record() in made.log.lines
        assert len(made.log.lines) == 2
        assert (made.state.served, made.state.recent[0].id) == (1, "req_1")
        assert made.state.sessions.record("s")["requests"] == 1


@trio_test()
async def test_pages_are_answered_by_the_keeper() -> None:
    async with world() as made:
        peer, _ = await made.worker()
        app = WorkerApp(App(made.state), peer)
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(part: dict[str, Any]) -> None:
            sent.append(part)

        await app(scope_of("/health"), receive, send)
        assert sent[0]["status"] == 200
        assert json.loads(sent[1]["body"])["instance"] == "keeper"


@trio_test()
async def test_a_worker_gives_the_requests_that_it_keeps() -> None:
    async with world() as made:
        made.state.kept.add("req_1", Inbound(body={}, raw=b'{"model": "m"}', headers={"a": "b"}, session="s"))
        assert find(say.Find("req_1"), made.state) == say.Found(b'{"model": "m"}', {"a": "b"}, "", "s", "")
        assert find(say.Find("req_2"), made.state) is None
