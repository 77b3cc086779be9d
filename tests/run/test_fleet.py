"""A service of several processes, as a user starts it: one view of keys, sessions that stay, crashes, reload, end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ccr.run.fleet import Fleet
from tests.chat import delta, request, sse, usage

pytestmark = pytest.mark.skipif(not hasattr(socket, "send_fds"), reason="this system hands no sockets over")

PATIENCE = 20.0


class Upstream(ThreadingHTTPServer):
    """Answers chat completions; `slow` requests wait for `go`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.keys: list[str] = []
        self.running = self.most = 0
        self.go = threading.Event()
        self.lock = threading.Lock()

    def handle_error(self, *_given: Any) -> None:
        """A worker that is killed breaks its connections."""


class _Answer(BaseHTTPRequestHandler):
    server: Upstream

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        with self.server.lock:
            self.server.keys.append(self.headers["authorization"].removeprefix("Bearer "))
            self.server.running += 1
            self.server.most = max(self.server.most, self.server.running)
        if b"slow" in raw:
            self.server.go.wait(PATIENCE)
        else:
            time.sleep(0.02)
        with self.server.lock:
            self.server.running -= 1
        if self.headers["authorization"] == "Bearer bad":
            self.send_response(401)
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sse([delta(content="hi"), delta(finish="stop"), usage()]))

    def log_message(self, *_given: Any) -> None:
        pass


class Service:
    """A running `ccr start --foreground` with two workers."""

    def __init__(self, home: Path, upstream: Upstream, **provider: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.file = home / ".claude-code-router" / "config.json"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        url = f"http://127.0.0.1:{upstream.server_address[1]}/v1/chat/completions"
        self.config: dict[str, Any] = {
            "PORT": self.port,
            "workers": 2,
            "Providers": [{"name": "up", "api_base_url": url, "api_key": "k", "models": ["m", "n"], **provider}],
            "Router": {"default": "up,m"},
        }
        self.write()
        env = {"HOME": str(home), "PATH": os.environ["PATH"]}
        words = [sys.executable, "-m", "ccr", "start", "--foreground"]
        self.process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.get("/health")["status"] == "ok")

    def write(self) -> None:
        self.file.write_text(json.dumps(self.config))

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return json.load(answer)

    def post(self, text: str = "hello", *, session: str = "") -> dict[str, str]:
        """Send a Messages request over a connection of its own; return the answer's headers."""
        body = json.dumps(request(messages=[{"role": "user", "content": text}])).encode()
        headers = {"content-type": "application/json", "x-claude-code-session-id": session or "none"}
        if not session:
            del headers["x-claude-code-session-id"]
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/messages", body, headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert b"message_stop" in answer.read()
            return {name.lower(): value for name, value in answer.headers.items()}

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for path in children for child in path.read_text().split()]

    def log(self) -> list[Any]:
        lines = (self.file.parent / "logs" / "ccr.log").read_text().splitlines()
        return [json.loads(line) for line in lines]


@contextmanager
def service(home: Path, **provider: Any) -> Iterator[tuple[Service, Upstream]]:
    upstream = Upstream()
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    made = Service(home, upstream, **provider)
    try:
        yield made, upstream
    finally:
        upstream.go.set()
        made.process.kill()
        made.process.wait()
        upstream.shutdown()
        upstream.server_close()


def wait_until(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if happens():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def at_once(count: int, task: Callable[[], object]) -> None:
    """Run a task in so many threads and wait for all."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            task()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_keys_limits_and_pages_are_the_same_for_all_workers(home: Path) -> None:
    with service(home, api_key=["bad", "good"], max_concurrency=2) as (made, upstream):
        assert len(made.workers()) == 2
        made.post()
        at_once(8, made.post)
        assert upstream.most <= 2
        assert upstream.keys.count("bad") == 1
        keys = made.get("/api/rotation")["providers"][0]["keys"]
        assert [key["state"] for key in keys] == ["disabled", "active"]
        wait_until(lambda: made.get("/api/status")["served"] == 9)
        assert made.get("/health")["pid"] == made.process.pid
        wait_until(lambda: sum(line.get("type") == "request" for line in made.log()) == 9)
        last = made.get("/api/status")["recent"][0]["id"]
        assert made.get(f"/api/explain?id={last}")["route"]["model"] == "m"
        assert made.get("/api/explain")["route"]["model"] == "m"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_a_worker_that_is_killed_is_replaced_and_the_others_go_on(home: Path) -> None:
    with service(home) as (made, upstream):
        results: list[str] = []

        def slow() -> None:
            try:
                made.post("slow")
                results.append("ok")
            except (OSError, AssertionError):
                results.append("broken")

        threads = [threading.Thread(target=slow) for _ in range(4)]
        for thread in threads:
            thread.start()
        wait_until(lambda: upstream.running == 4)
        victim = made.workers()[0]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(made.workers()) == 2 and victim not in made.workers())
        upstream.go.set()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["broken", "broken", "ok", "ok"]
        at_once(4, made.post)
        wait_until(lambda: made.get("/api/rotation")["providers"][0]["running"] == 0)
        assert any(re.match("worker [12] ended with code -9", line.get("text", "")) for line in made.log())


def test_a_changed_configuration_reaches_every_worker(home: Path) -> None:
    with service(home) as (made, _):
        assert made.post()["x-ccr-route"] == "up,m"
        made.config["Router"]["default"] = "up,n"
        made.write()

        def all_follow() -> bool:
            return all(made.post()["x-ccr-route"] == "up,n" for _ in range(4))

        wait_until(all_follow)


def test_running_requests_are_finished_before_the_service_ends(home: Path) -> None:
    with service(home) as (made, upstream):
        done: list[str] = []

        def slow() -> None:
            made.post("slow")
            done.append("ok")

        threads = [threading.Thread(target=slow) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_until(lambda: upstream.running == 2)
        made.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        upstream.go.set()
        for thread in threads:
            thread.join()
        assert done == ["ok", "ok"]
        assert made.process.wait(PATIENCE) == 0


def test_a_second_signal_ends_what_runs_and_tells_its_clients(home: Path) -> None:
    with service(home) as (made, upstream):
        failed: list[int] = []

        def slow() -> None:
            try:
                made.post("slow")
            except urllib.error.HTTPError as error:
                failed.append(error.code)

        threads = [threading.Thread(target=slow) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_until(lambda: upstream.running == 2)
        made.process.send_signal(signal.SIGTERM)
        wait_until(lambda: made.get("/health")["status"] == "draining")
        made.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert failed == [503, 503]
        assert made.process.wait(PATIENCE) == 0


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_workers_end_with_their_keeper(home: Path) -> None:
    with service(home) as (made, _):
        workers = made.workers()
        made.process.kill()
        made.process.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def test_a_session_stays_with_its_worker() -> None:
    fleet: Any = Fleet(None, 2, None)  # type: ignore[arg-type]
    fleet._workers = {0: "one", 1: "other"}
    head = b"POST /v1/messages?beta=true HTTP/1.1\r\nhost: x\r\nX-Claude-Code-Session-Id: %s\r\n"
    first, second = fleet._choose(head % b"a"), fleet._choose(head % b"b")
    assert {first, second} == {"one", "other"}
    assert [fleet._choose(head % b"a") for _ in range(3)] == [first] * 3
    assert {fleet._choose(b"POST /preset/p/v1/messages HTTP/1.1\r\n") for _ in range(4)} == {"one", "other"}
    assert fleet._choose(b"GET /api/status HTTP/1.1\r\n") is None
    del fleet._workers[0]
    assert fleet._choose(head % b"a") == fleet._choose(head % b"b") == "other"
