import json
import signal
import stat

from ccr.store import lease
from tests.world import World, wait_for


def test_service_in_the_foreground_logs_to_the_terminal_and_ends_by_a_signal(world: World) -> None:
    world.configure(Unknown=1)
    with world.running("start", "--foreground") as service:
        assert service.stdout
        lines = [service.stdout.readline() for _ in range(2)]
        assert f"ccr listens on http://127.0.0.1:{world.port}\n" in lines
        wait_for(lambda: world.status()["running"])
        note = lease.read_note(world.home.run, world.port)
        assert note is not None
        assert (note.pid, note.config) == (service.pid, str(world.home.config))
        service.send_signal(signal.SIGINT)
        assert service.wait(10) == 0
        assert any(json.loads(line)["level"] == "info" for line in lines if line.startswith("{"))
    assert lease.notes(world.home.run) == []
    assert stat.S_IMODE((world.home.logs / "ccr.log").stat().st_mode) == 0o600


def test_start_below_a_supervisor_is_the_service_itself(world: World) -> None:
    world.configure()
    world.env["pm_id"] = "0"
    with world.running("start") as service:
        assert service.stdout
        assert service.stdout.readline() == f"ccr listens on http://127.0.0.1:{world.port}\n"
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0


def test_port_that_is_taken_ends_it(world: World) -> None:
    world.configure()
    world.run("start")
    done = world.run("start", "--foreground")
    assert (done.returncode, f"port {world.port} is taken by" in done.stderr) == (1, True)


def test_home_that_cannot_be_written_is_no_hindrance(world: World) -> None:
    config = world.configure().rename(world.root / "config.json")
    world.env["CCR_HOME"] = str(config / "home")
    with world.running("start", "--foreground", "--config", str(config)) as service:
        assert service.stdout
        lines = [service.stdout.readline() for _ in range(2)]
        assert f"ccr listens on http://127.0.0.1:{world.port}\n" in lines
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0


def test_programs_that_the_service_starts_get_the_users_environment(world: World) -> None:
    seen = world.root / "seen"
    (world.root / "bin" / "key").write_text(f"#!/bin/sh\nenv >> {seen}\necho k")
    (world.root / "bin" / "key").chmod(0o755)
    world.configure(provider={"api_key": "${command:key}"})
    for command in ("start", "restart"):
        seen.unlink(missing_ok=True)
        assert world.run(command, env={"MINE": "1"}).returncode == 0
        names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
        assert "MINE" in names
        assert not {name for name in names if name.startswith("CCR_")}
