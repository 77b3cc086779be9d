"""A scratch place to try a built binary in, as a user on a machine of their own would."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

Json = dict[str, Any]

PROVIDER = "up"
NO_CACHE = "/dev/null/none"
"""As XDG_CACHE_HOME: a place that nothing can be unpacked to."""


class CheckFailed(Exception):
    """The binary did something else than it should; the message says what."""


class Trial:
    """A HOME, a temporary folder, a PATH and a port. The unpacked binary is shared with other trials, in `cache`."""

    def __init__(self, binary: Path, folder: Path, *, cache: Path) -> None:
        self.binary = binary
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self.tools = folder / "bin"
        for path in (self.home, self.temporary, self.tools):
            path.mkdir()
        self.port = free_port()
        self.environment = {
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "XDG_CACHE_HOME": str(cache),
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "LD_LIBRARY_PATH": "/nonexistent",
        }
        if sys.platform == "win32":
            system = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "COMSPEC") if name in os.environ}
            self.environment |= {**system, "USERPROFILE": str(self.home), "TEMP": str(self.temporary)}
            self.environment["TMP"] = self.environment["TEMP"]

    def run(self, *arguments: str | bytes, code: int = 0, text: str = "") -> str:
        """Run the binary to its end and return its standard output; `code` is the exit code that it must have."""
        done = self.attempt(*arguments, text=text)
        expect(done.returncode == code, f"exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def attempt(self, *arguments: str | bytes, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run the binary to its end, a minute at most, however it ends."""
        return subprocess.run(
            [self.binary, *arguments],
            env=self.environment,
            cwd=self.home,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def configure(self, *providers: Json, **more: Any) -> None:
        """Write a configuration; without providers it has one that is never reached."""
        nowhere = provider(f"http://127.0.0.1:{free_port()}/v1/chat/completions")
        listed = [*providers] or [nowhere]
        config = {"PORT": self.port, "Providers": listed, "Router": {"default": f"{listed[0]['name']},m"}, **more}
        folder = self.home / ".claude-code-router"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")

    def fetch(self, path: str, body: Json | None = None) -> Any:
        """Return the JSON that the server answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"content-type": "application/json", "x-api-key": "any"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return json.load(answer)

    def ask(self, model: str = f"{PROVIDER},m") -> Any:
        """Send a message through the router; return the answer."""
        body = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "Good day."}]}
        return self.fetch("/v1/messages", body)

    @contextmanager
    def service(self) -> Iterator[None]:
        """Run the service."""
        self.run("start")
        try:
            yield
        finally:
            self.attempt("stop")  # whatever happened: no server stays behind

    @contextmanager
    def foreground(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the server in the foreground, in a session of its own, until it listens."""
        with subprocess.Popen(
            [self.binary, "start", "--foreground"],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                until(lambda: is_open(self.port), "the server did not begin to listen")
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def install(self, name: str, script: str) -> None:
        """Put a shell script on the PATH."""
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        path.chmod(0o755)

    def link(self, name: str) -> bool:
        """Put a program of this machine on the PATH; tell whether there is one."""
        found = shutil.which(name)
        if found:
            (self.tools / name).symlink_to(found)
        return found is not None

    def leftovers(self) -> list[str]:
        """Return what lies in the temporary folder."""
        return sorted(path.name for path in self.temporary.iterdir())


class Upstream:
    """A provider that answers every request alike; it speaks chat completions, and `requests` are what it got."""

    def __init__(self) -> None:
        self.requests: list[Json] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.requests.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                content = json.dumps({"id": "1", "model": "m", "choices": [choice], "usage": usage}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/chat/completions"


@contextmanager
def upstream() -> Iterator[Upstream]:
    """Serve a provider."""
    made = Upstream()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def provider(url: str, *, name: str = PROVIDER, **more: Any) -> Json:
    """Return the configuration of a provider."""
    return {"name": name, "api_base_url": url, "api_key": "sk-selftest", "models": ["m"], **more}


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ccr-selftest-") as folder:
        yield Path(folder)


def expect(holds: bool, otherwise: str) -> None:
    """Raise `CheckFailed` with the text if the condition doesn't hold."""
    if not holds:
        raise CheckFailed(otherwise)


def until(condition: Callable[[], bool], otherwise: str) -> None:
    """Wait for the condition, at most twenty seconds."""
    deadline = time.monotonic() + 20
    while not condition():
        expect(time.monotonic() < deadline, otherwise)
        time.sleep(0.05)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_open(port: int) -> bool:
    """Tell whether somebody listens on the loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def split(path: Path) -> list[str]:
    """Return the strings of a file in which a zero byte ends each."""
    return path.read_text(encoding="utf-8", errors="surrogateescape").split("\0")[:-1]
