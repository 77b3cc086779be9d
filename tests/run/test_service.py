"""The life of the service, through the real commands and real processes."""

import json
import os
import signal
import socket
import sys
import time
import urllib.request
from http.client import HTTPResponse
from urllib.error import HTTPError

import pytest

from ccr.errors import CommandError
from ccr.run import service, spawn
from ccr.run.health import Health, ask
from ccr.run.process import started
from ccr.run.source import Source
from ccr.store import lease
from tests.process import running
from tests.world import World, provider, wait_for

SLEEP = [sys.executable, "-c", "import sys; sys.stdin.read()"]
LISTEN = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
held = []
while True:
    held.append(listener.accept()[0])
    if len(sys.argv) > 2:
        held[-1].recv(4096)
        held[-1].sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n{}")
        held.pop().close()
"""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_service_starts_once_and_stops(world: World) -> None:
    world.configure()
    first = world.run("start")
    assert first.returncode == 0
    # Told only if it takes longer than a second, as it does on a busy machine.
    assert first.stderr in ("", "ccr: starting ...\n")
    status = world.status()
    assert status["running"] is True
    assert status["url"] == f"http://127.0.0.1:{world.port}"
    again = world.run("start")
    assert again.returncode == 0
    assert f"already running: http://127.0.0.1:{world.port} (pid {status['pid']}" in again.stdout
    stopped = world.run("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "ccr stopped\n")
    assert started(status["pid"]) == ""
    assert is_free(world.port)
    assert world.run("status").returncode == 3
    assert world.run("stop").returncode == 0


def test_two_starts_at_once_give_one_service(world: World) -> None:
    world.configure()
    with world.running("start") as one, world.running("start") as two:
        outputs = [part.communicate(timeout=30)[0] for part in (one, two)]
    assert (one.returncode, two.returncode) == (0, 0)
    assert len({output.partition("(pid ")[2] for output in outputs}) == 1


def test_service_is_known_without_its_note(world: World) -> None:
    world.configure()
    world.run("start")
    pid = world.status()["pid"]
    for path in world.home.run.iterdir():
        path.unlink()
    assert world.status()["pid"] == pid
    assert "already running" in world.run("start").stdout
    assert world.run("stop").returncode == 0
    assert started(pid) == ""


@pytest.mark.parametrize("is_reused", [False, True], ids=["dead", "reused id"])
def test_stale_note_stops_no_start_and_harms_no_stranger(world: World, is_reused: bool) -> None:
    world.configure()
    with running(SLEEP) as stranger:
        pid = stranger.pid if is_reused else 999_999_999
        note = lease.Note(instance="x", pid=pid, started="1", host="127.0.0.1", port=world.port, config="c")
        lease.write_note(world.home.run, note)
        assert world.run("stop").returncode == 0
        assert world.run("start").returncode == 0
        assert world.run("restart").returncode == 0
        assert world.run("stop").returncode == 0
        assert stranger.poll() is None


def test_stopped_process_is_reported_and_ended(world: World) -> None:
    world.configure()
    world.run("start")
    pid = world.status()["pid"]
    os.kill(pid, signal.SIGSTOP)
    status = world.run("status")
    assert (status.returncode, f"pid {pid}" in status.stdout, "doesn't answer" in status.stdout) == (3, True, True)
    again = world.run("start")
    assert (again.returncode, "ccr restart" in again.stderr) == (1, True)
    assert world.run("stop").returncode == 0
    assert started(pid) == ""
    assert is_free(world.port)


def test_killed_service_is_started_anew(world: World) -> None:
    world.configure()
    world.run("start")
    pid = world.status()["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_free(world.port))
    assert world.status()["status"] == "stopped"
    assert world.run("start").returncode == 0
    assert world.status()["pid"] != pid


@pytest.mark.parametrize("mode", [[], ["answering"]], ids=["silent", "answering"])
def test_port_of_a_stranger_is_named_at_once(world: World, mode: list[str]) -> None:
    world.configure()
    with running([sys.executable, "-c", LISTEN, str(world.port), *mode]) as stranger:
        assert stranger.stdout
        stranger.stdout.readline()
        begun = time.monotonic()
        done = world.run("start")
        assert time.monotonic() - begun < 5
        assert done.returncode == 1
        assert f"port {world.port} is taken by" in done.stderr
        assert f"(pid {stranger.pid})" in done.stderr
        assert "Traceback" not in done.stderr
        stopped = world.run("stop")
        assert (stopped.returncode, f"(pid {stranger.pid})" in stopped.stderr) == (1, True)
        assert world.run("status").returncode == 3
        assert stranger.poll() is None


def test_broken_configuration_starts_nothing(world: World) -> None:
    world.configure()
    world.home.config.write_text('{"PORT": "many", "Providers": [')
    done = world.run("start")
    assert done.returncode == 1
    assert done.stderr.startswith("ccr: ")
    assert "Traceback" not in done.stderr
    assert is_free(world.port)


def test_broken_configuration_does_not_hinder_a_stop(world: World) -> None:
    world.configure()
    world.run("start")
    pid = world.status()["pid"]
    world.home.config.write_text("{")
    restarted = world.run("restart")
    assert restarted.returncode == 1
    assert world.status()["pid"] == pid
    assert world.run("stop").returncode == 0
    assert started(pid) == ""


def test_home_that_cannot_be_written_is_named(world: World) -> None:
    config = world.configure().rename(world.root / "config.json")
    done = world.run("start", "--config", str(config), env={"CCR_HOME": str(config / "home")})
    assert (done.returncode, "CCR_HOME" in done.stderr) == (1, True)


def test_folder_of_the_logs_is_made(world: World) -> None:
    world.configure()
    assert not world.home.logs.exists()
    world.run("start")
    assert (world.home.logs / "service.log").exists()


def test_restart_is_a_new_process_with_the_new_configuration(world: World) -> None:
    world.configure()
    world.run("start")
    old = world.status()
    world.configure(API_TIMEOUT_MS=1234)
    done = world.run("restart")
    new = world.status()
    assert done.returncode == 0
    assert (new["pid"] != old["pid"], new["config_hash"] != old["config_hash"]) == (True, True)
    wait_for(lambda: started(old["pid"]) == "")


def test_restart_starts_what_does_not_run(world: World) -> None:
    world.configure()
    assert world.run("restart").returncode == 0
    assert world.status()["running"] is True


def test_service_is_found_where_it_listened_before_the_port_changed(world: World) -> None:
    world.configure()
    world.run("start")
    pid = world.status()["pid"]
    before, world.port = world.port, _free()
    world.configure()
    assert world.status()["pid"] == pid
    assert world.run("restart").returncode == 0
    assert world.status()["url"].endswith(f":{world.port}")
    assert is_free(before)


def test_service_on_any_port_is_found(world: World) -> None:
    world.configure(PORT=0)
    assert world.run("start").returncode == 0
    assert world.status()["running"] is True
    assert "already running" in world.run("start").stdout
    assert world.run("stop").stdout == "ccr stopped\n"


def test_second_service_lives_on_a_port_of_its_own(world: World) -> None:
    world.configure()
    other = _free()
    world.run("start")
    assert world.run("start", "--port", str(other)).returncode == 0
    first, second = world.status(), world.status("--port", str(other))
    assert first["pid"] != second["pid"]
    assert world.run("stop", "--port", str(other)).returncode == 0
    assert world.status()["pid"] == first["pid"]


def test_stop_lets_a_reply_finish(world: World) -> None:
    with provider() as upstream:
        world.configure(upstream.url)
        world.run("start")
        with _post(world.port) as reply:
            assert b"message_start" in reply.readline()
            with world.running("stop") as stop:
                wait_for(lambda: _status(world.port) == "draining")
                with pytest.raises(HTTPError) as refused:
                    _post(world.port)
                assert (refused.value.code, refused.value.headers["retry-after"]) == (503, "1")
                refused.value.close()
                assert stop.poll() is None
                upstream.finish.set()
                assert b"message_stop" in reply.read()
                assert stop.wait(10) == 0


def test_start_waits_for_a_service_that_is_ending(world: World) -> None:
    with provider() as upstream:
        world.configure(upstream.url)
        world.run("start")
        pid = world.status()["pid"]
        with _post(world.port) as reply:
            reply.readline()
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: _status(world.port) == "draining")
            with world.running("start") as start:
                upstream.finish.set()
                assert b"message_stop" in reply.read()
                assert start.wait(20) == 0
        assert _pid(world.port) not in (None, pid)


def test_restart_serves_anew_while_a_reply_finishes(world: World) -> None:
    with provider() as upstream:
        world.configure(upstream.url)
        world.run("start")
        pid = world.status()["pid"]
        with _post(world.port) as reply:
            reply.readline()
            with world.running("restart") as restart:
                wait_for(lambda: _pid(world.port) not in (None, pid))
                upstream.finish.set()
                assert b"message_stop" in reply.read()
                assert restart.wait(15) == 0


def test_second_signal_cuts_a_reply_off(world: World) -> None:
    with provider() as upstream:
        world.configure(upstream.url)
        world.run("start")
        pid = world.status()["pid"]
        with _post(world.port) as reply:
            reply.readline()
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: _status(world.port) == "draining")
            assert started(pid)
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: started(pid) == "", seconds=5)
            assert b"ccr was stopped before the reply was complete" in reply.read().rpartition(b"event: error")[2]
        assert not upstream.finish.is_set()


def test_client_that_takes_no_bytes_does_not_hold_the_end_up(world: World) -> None:
    with provider(flood=3000) as upstream:
        world.configure(upstream.url)
        world.run("start")
        pid = world.status()["pid"]
        with _post(world.port):
            wait_for(lambda: upstream.seen != [])
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: _status(world.port) == "draining")
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: started(pid) == "", seconds=6)


def test_configuration_is_followed_and_a_broken_one_is_not(world: World) -> None:
    world.configure()
    world.run("start")
    before = world.status()
    world.configure(API_TIMEOUT_MS=1234)
    wait_for(lambda: world.status()["config_hash"] != before["config_hash"])
    good = world.status()
    world.home.config.write_text("{")
    wait_for(lambda: "can't be used" in (world.home.logs / "ccr.log").read_text())
    world.home.config.unlink()
    wait_for(lambda: "is gone" in (world.home.logs / "ccr.log").read_text())
    assert world.status()["config_hash"] == good["config_hash"]
    assert world.status()["pid"] == before["pid"]


def test_reason_of_a_failed_start_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure()
    program = "import sys; print('boom', file=sys.stderr); sys.exit(3)"
    monkeypatch.setattr(spawn, "own_command", lambda: [sys.executable, "-c", program])
    with pytest.raises(CommandError, match="boom") as caught:
        service.start(site(world), tell=print)
    assert str(world.home.logs / "service.log") in str(caught.value)


def test_service_that_does_not_come_up_is_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure()
    told: list[str] = []
    program = "import os, sys; print('pid', os.getpid(), flush=True); sys.stdin.close(); import time; time.sleep(60)"
    monkeypatch.setattr(spawn, "own_command", lambda: [sys.executable, "-c", program])
    monkeypatch.setattr(service, "START_SECONDS", 0.3)
    monkeypatch.setattr(service, "TELL_SECONDS", 0.1)
    with pytest.raises(CommandError, match="did not start") as caught:
        service.start(site(world), tell=told.append)
    assert told == ["starting ..."]
    pid = int(str(caught.value).partition("pid ")[2].split()[0])
    wait_for(lambda: started(pid) == "")


def test_lock_that_is_held_for_too_long_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure()
    monkeypatch.setattr(service, "LOCK_SECONDS", 0.05)
    with lease.lock(world.home.run / "start.lock", seconds=1), pytest.raises(CommandError, match="another `ccr`"):
        service.stop(site(world), tell=print)


def test_process_that_the_net_names_is_not_trusted(world: World) -> None:
    """A server that says it is ccr, with the id of a process that doesn't hold the port, gets nobody killed."""
    world.configure()
    answer = Health(
        name="ccr", status="ok", instance="i", pid=os.getpid(), role="service", version="1", config_hash="h", started=1
    )
    found = service.Running(answer, "127.0.0.1", world.port)
    with pytest.raises(CommandError, match="no process of yours"):
        service._target(site(world), found)


def test_server_of_a_session_is_not_the_service(world: World) -> None:
    program = """
import os, time, urllib.request
url = os.environ["ANTHROPIC_BASE_URL"]
print(urllib.request.urlopen(url + "/health", timeout=10).read().decode(), flush=True)
input()
"""
    world.install_claude(program)
    world.configure()
    with world.running("--port", str(world.port), "code") as session:
        assert session.stdout
        assert session.stdin
        assert json.loads(session.stdout.readline())["role"] == "session"
        assert world.run("stop").returncode == 1
        assert world.run("start").returncode == 1
        session.stdin.write("\n")
        session.stdin.flush()
        assert session.wait(10) == 0


def site(world: World) -> service.Site:
    source = Source(path=world.home.config, env={**os.environ, **world.env})
    return service.Site.of(world.home, source, source.read().require())


def _pid(port: int) -> int | None:
    answer = ask("127.0.0.1", port)
    return answer.pid if isinstance(answer, Health) else None


def _status(port: int) -> str:
    answer = ask("127.0.0.1", port)
    return answer.status if isinstance(answer, Health) else ""


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _post(port: int) -> HTTPResponse:
    body = {"model": "claude-x", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/messages", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    reply = urllib.request.urlopen(request, timeout=20)
    assert isinstance(reply, HTTPResponse)
    return reply
