import json
from pathlib import Path

import pytest

from ccr.cli.status import as_json, as_text
from ccr.run.health import Health, Nobody
from ccr.run.process import Process
from ccr.run.service import Found, Hung, Running, Site
from ccr.run.source import Source
from ccr.store.paths import Home
from tests.world import ASK, World, provider

SITE = Site(home=Home(Path("/h")), source=Source(path=Path("/h/c.json"), env={}), host="127.0.0.1", port=4000)
HEALTH = Health(
    name="ccr", status="ok", instance="i", pid=7, role="service", version="1.2", config_hash="h", started=1.0
)
RUNNING = Running(HEALTH, "127.0.0.1", 4001)
HUNG = Hung(Process(7, "1"), "127.0.0.1", 4000)


@pytest.mark.parametrize(
    ("found", "text", "expected"),
    [
        (RUNNING, "running: http://127.0.0.1:4001 (pid 7, version 1.2)", {"running": True, "status": "ok", "pid": 7}),
        (HUNG, "doesn't answer", {"running": False, "status": "unresponsive", "pid": 7}),
        (Nobody.FREE, "`ccr start` starts it", {"running": False, "status": "stopped", "port": 4000}),
        (Nobody.FOREIGN, "port 4000 is held by", {"running": False, "status": "port taken", "port": 4000}),
        (Nobody.SILENT, "port 4000 is held by", {"running": False, "status": "port taken", "port": 4000}),
    ],
    ids=["running", "hung", "free", "foreign", "silent"],
)
def test_state_is_told(found: Found, text: str, expected: dict[str, object]) -> None:
    assert text in as_text(SITE, found)
    assert expected.items() <= as_json(SITE, found).items()


def test_exit_code_tells_whether_it_runs(world: World) -> None:
    world.configure()
    stopped = world.run("status")
    assert (stopped.returncode, stopped.stderr) == (3, "")
    world.run("start")
    running = world.run("status", "--json")
    assert (running.returncode, json.loads(running.stdout)["running"]) == (0, True)


PRICED = {"model_settings": {"m": {"prices": {"input": 10_000, "output": 10_000}}}}


def test_service_tells_what_its_requests_cost(world: World) -> None:
    world.install_claude(ASK)
    with provider() as upstream:
        upstream.finish.set()
        world.configure(upstream.url, provider=PRICED)
        world.run("start")
        assert "since its start" not in world.run("status").stdout
        assert world.run("code").returncode == 0
        shown, log = world.run("status").stdout, world.run("logs").stdout
        told = world.status()["usage"]
    assert "since its start: 1 request, 1 in, 2 out, $0.03\n" in shown
    assert "  1 in, 2 out  $0.03  ttft" in log
    assert (told["requests"], told["cost"], told["models"][0]["model"]) == (1, 0.03, "m")
