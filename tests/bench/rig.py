"""What a measurement needs: the C programs, routers in folders of their own, their CPU time and memory. Linux only."""

import json
import os
import shlex
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PATIENCE = 30.0


class Shot(NamedTuple):
    """What the client saw: milliseconds until the first delta (median, 99th of 100) and until the end."""

    rate: float
    first: float
    late: float
    last: float


def build(folder: Path) -> None:
    """Compile the C programs."""
    for name in ("upstream", "load", "relay"):
        flags = ["-O2", "-pthread", "-D_GNU_SOURCE", str(HERE / f"{name}.c"), "-o", str(folder / name)]
        subprocess.run(["cc", *flags], check=True, timeout=120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until(answer: Callable[[], object]) -> None:
    """Call until it raises no OSError any more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answer()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


class Server:
    """A running process tree that answers on a port."""

    def __init__(self, pid: int, port: int, started_ms: float) -> None:
        self.pid = pid
        self.port = port
        self.started_ms = started_ms

    def cpu_ms(self) -> float:
        """Return the CPU time of all its threads so far, of those that live."""
        found = (Path(f"/proc/{pid}/task").glob("*/schedstat") for pid in self._pids())
        return sum(int(path.read_text().split()[0]) for paths in found for path in paths) / 1e6

    def rss_mb(self) -> float:
        """Return the resident memory."""
        statuses = (Path(f"/proc/{pid}/status").read_text() for pid in self._pids())
        return sum(int(text.split("VmRSS:")[1].split()[0]) for text in statuses) / 1024

    def _pids(self) -> list[int]:
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo += [int(c) for p in Path(f"/proc/{pid}/task").glob("*/children") for c in p.read_text().split()]
        return found


@contextmanager
def program(*words: object) -> Iterator[Server]:
    """Run one of the C servers."""
    port = free_port()
    with subprocess.Popen([str(words[0]), str(port), *map(str, words[1:])]) as process:
        try:
            until(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
            yield Server(process.pid, port, 0)
        finally:
            process.kill()


@contextmanager
def router(
    command: str, folder: Path, upstream: int, *, models: list[str], settings: dict[str, object]
) -> Iterator[Server]:
    """Run a router with HOME in a folder; ready when GET /health answers."""
    port = free_port()
    url = f"http://127.0.0.1:{upstream}/v1/chat/completions"
    provider = {"name": "up", "api_base_url": url, "api_key": "x", "models": models}
    config = {"PORT": port, "LOG": True, "Providers": [provider], "Router": {"default": f"up,{models[0]}"}, **settings}
    place = folder / ".claude-code-router"
    place.mkdir(parents=True, exist_ok=True)
    (place / "config.json").write_text(json.dumps(config))
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    began = time.perf_counter()
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            shlex.split(command),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close())
        yield Server(process.pid, port, (time.perf_counter() - began) * 1e3)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def load(tools: Path, port: int, file: Path, *, clients: int, repeats: int) -> Shot:
    """Send requests and wait for all answers. Raises CalledProcessError if one of them is no whole stream."""
    words = [tools / "load", port, file, clients, repeats]
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True, timeout=300)
    return Shot(*map(float, done.stdout.split()[1:]))
