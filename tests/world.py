"""A home, a configuration, a made-up `claude` and a made-up provider, for tests that run `ccr` as its users do."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ccr.run.process import Process
from ccr.store import lease
from ccr.store.paths import Home
from tests import process

CCR = [sys.executable, "-m", "ccr"]

DUMP = """
import json, os, sys
stdin = None if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
json.dump({"argv": sys.argv[1:], "env": dict(os.environ), "stdin": stdin}, open(os.environ["DUMP"], "w"))
"""
"""A `claude` that writes down how it was started."""

Json = dict[str, Any]


ASK = """
import json, os, urllib.request
base = os.environ["ANTHROPIC_BASE_URL"]
body = {"model": "p,m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
headers = {"content-type": "application/json", "x-api-key": os.environ["ANTHROPIC_AUTH_TOKEN"]}
asked = urllib.request.Request(f"{base}/v1/messages", json.dumps(body).encode(), headers)
print(urllib.request.urlopen(asked, timeout=20).read().decode())
"""
"""A `claude` that sends one request and prints the answer."""


class World:
    """One user's machine."""

    def __init__(self, root: Path, *, port: int, ccr: Sequence[str] = CCR) -> None:
        self.root = root
        self.ccr = list(ccr)
        self.port = port
        self.home = Home(root / "home" / ".claude-code-router")
        self.env = {
            "HOME": str(root / "home"),
            "PATH": f"{root / 'bin'}:/usr/bin:/bin",
            "DUMP": str(root / "dump.json"),
            "PYTHONWARNINGS": "error",
        }
        for folder in (root / "home", root / "bin"):
            folder.mkdir()

    def configure(
        self, url: str = "http://127.0.0.1:9/v1/messages", *, provider: Json | None = None, **settings: Any
    ) -> Path:
        """Write a configuration with one provider at `url`, which has what `provider` says as well."""
        made = {
            "name": "p",
            "api_base_url": url,
            "api_key": "sk-provider-key",
            "models": ["m"],
            "transformer": {"use": ["Anthropic"]},
            **(provider or {}),
        }
        config = {"PORT": self.port, "Providers": [made], "Router": {"default": "p,m"}, **settings}
        self.home.config.parent.mkdir(parents=True, exist_ok=True)
        self.home.config.write_text(json.dumps(config))
        return self.home.config

    def install_claude(self, program: str = DUMP) -> Path:
        """Put a Python program on the PATH as `claude`."""
        path = self.root / "bin" / "claude"
        path.write_text(f"#!{sys.executable} -IS\n{program}")
        path.chmod(0o755)
        return path

    def dumped(self) -> Json:
        """Return what the `claude` of `DUMP` wrote down."""
        found: Json = json.loads((self.root / "dump.json").read_text())
        return found

    def run(
        self, *words: str, text: str = "", env: Mapping[str, str] | None = None, seconds: float = 30
    ) -> subprocess.CompletedProcess[str]:
        """Run `ccr` to its end."""
        return process.run([*self.ccr, *words], env={**self.env, **(env or {})}, text=text, seconds=seconds)

    def running(self, *words: str) -> AbstractContextManager[subprocess.Popen[str]]:
        """Run `ccr` beside the test."""
        return process.running([*self.ccr, *words], env=self.env)

    def status(self, *words: str) -> Json:
        """Return what `ccr status --json` says."""
        found: Json = json.loads(self.run("status", "--json", *words).stdout)
        return found

    def end(self) -> None:
        """End the services that are left."""
        for note in lease.notes(self.home.run):
            with suppress(PermissionError):
                Process(note.pid, note.started).kill()


def wait_for(is_true: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait until something is true; fail if it isn't in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Provider:
    """An Anthropic-compatible provider whose reply stays open until `finish` is set."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.finish = threading.Event()
        self.seen: list[Json] = []


EVENTS: tuple[Json, ...] = (
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hello"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 2},
    },
    {"type": "message_stop"},
)

FLOOD: Json = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x" * 10_000}}


@contextmanager
def provider(*, flood: int = 0) -> Iterator[Provider]:
    """Serve a provider on loopback; its reply begins with `flood` pieces of text of 10 kB."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_words: Any) -> None:
            pass

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            made.seen.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                for event in [*EVENTS[:2], *[FLOOD] * flood, *EVENTS[2:]]:
                    if event["type"] == "content_block_stop":
                        made.finish.wait(20)
                    self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
                    self.wfile.flush()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made = Provider(f"http://127.0.0.1:{server.server_address[1]}/v1/messages")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            made.finish.set()
            server.shutdown()
            thread.join(10)
