"""Tries out a built binary as a user would: python3 build/selftest.py dist/ccr

Needs nothing but the standard library. Every check gets a HOME, a temporary folder and a port of its own.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

FAKE_CLAUDE = """#!/bin/sh
printf '%s\\0' "$@" > "$HOME/arguments"
env -0 > "$HOME/environment"
cat > "$HOME/stdin"
exit 7
"""


class CheckFailed(Exception):
    """The binary did something else than it should; the message says what."""


class Trial:
    """A scratch place to run the binary in."""

    def __init__(self, binary: Path, folder: Path) -> None:
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
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "LD_LIBRARY_PATH": "/nonexistent",
        }

    def run(self, *arguments: str, code: int = 0, text: str = "") -> str:
        """Run the binary to its end and return its standard output; `code` is the exit code that it must have."""
        done = self.attempt(*arguments, text=text)
        expect(done.returncode == code, f"exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def attempt(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
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

    def configure(self) -> None:
        """Write a configuration whose only provider is never reached."""
        provider = {
            "name": "nowhere",
            "api_base_url": f"http://127.0.0.1:{free_port()}/v1/chat/completions",
            "api_key": "sk-selftest",
            "models": ["some-model"],
        }
        config = {"PORT": self.port, "Providers": [provider], "Router": {"default": "nowhere,some-model"}}
        folder = self.home / ".claude-code-router"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")

    def fetch(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return the JSON that the server answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"content-type": "application/json", "x-api-key": "any"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)


def check_version(trial: Trial) -> None:
    """`--version` prints the version of the source."""
    source = (ROOT / "ccr" / "version.py").read_text(encoding="utf-8")
    version = re.search(r'VERSION = "([^"]+)"', source)
    printed = trial.run("--version")
    expect(version is not None and version[1] in printed, f"printed {printed!r}")
    expect(trial.run("-v") == printed, "-v prints something else than --version")


def check_help(trial: Trial) -> None:
    """`--help` names the commands, and so does the help of each."""
    printed = trial.run("--help")
    for command in ("start", "stop", "restart", "status", "code", "demo"):
        expect(command in printed, f"{command} is not in the help:\n{printed}")
        if command != "code":  # its arguments belong to claude
            expect(command in trial.run(command, "--help"), f"{command} --help does not name it")


def check_demo(trial: Trial) -> None:
    """`demo` sends a request through the whole router."""
    expect(bool(trial.run("demo").strip()), "printed nothing")


def check_service(trial: Trial) -> None:
    """`start`, `status`, `restart` and `stop` run the server in the background."""
    trial.configure()
    trial.run("start")
    try:
        health = trial.fetch("/health")
        expect(health.get("version") in trial.run("--version"), f"/health says {health!r}")
        expect(str(trial.port) in trial.run("status"), "status does not name the port")
        body = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "How many tokens is this?"}]}
        counted = trial.fetch("/v1/messages/count_tokens", body)
        expect(5 <= counted["input_tokens"] <= 30, f"counted {counted!r}")
        trial.run("restart")
        expect(trial.fetch("/health").get("pid") != health.get("pid"), "restart left the same process")
        trial.run("stop")
        expect(not is_open(trial.port), "the port is still open after stop")
    finally:
        trial.attempt("stop")  # whatever happened: no server stays behind


def check_code(trial: Trial) -> None:
    """`code` hands arguments and exit code through and points claude, in a clean environment, at the router."""
    trial.configure()
    claude = trial.tools / "claude"
    claude.write_text(FAKE_CLAUDE, encoding="utf-8")
    claude.chmod(0o755)
    arguments = ["-p", "two words, a 'quote' and $HOME", "--allowedTools", "A", "--allowedTools", "B", "--no-color", ""]
    trial.run("code", *arguments, code=7, text="from stdin")
    got = split(trial.home / "arguments")
    expect(got[-len(arguments) :] == arguments, f"claude got {got!r}")
    expect(not got[: -len(arguments)] or got[0] == "--settings", f"claude got {got!r}")
    expect((trial.home / "stdin").read_text(encoding="utf-8") == "from stdin", "stdin did not arrive")
    environment = dict(line.split("=", 1) for line in split(trial.home / "environment"))
    expect(environment["ANTHROPIC_BASE_URL"].startswith("http://127.0.0.1:"), environment["ANTHROPIC_BASE_URL"])
    expect(environment.get("LD_LIBRARY_PATH") == "/nonexistent", "LD_LIBRARY_PATH is not as it was")
    leaked = [name for name in environment if name.startswith(("_PYI_", "_MEI", "PYINSTALLER_"))]
    expect(not leaked, f"claude sees {leaked}")


def check_missing_claude(trial: Trial) -> None:
    """`code` without claude fails with 127."""
    trial.configure()
    trial.environment["PATH"] = str(trial.tools)  # a real claude may be installed elsewhere
    trial.run("code", "-p", "hello", code=127)


def check_interrupt(trial: Trial) -> None:
    """A server in the foreground ends on SIGTERM and on SIGINT, and leaves nothing behind."""
    trial.configure()
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            [trial.binary, "start", "--foreground"],
            env=trial.environment,
            cwd=trial.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                until(lambda: is_open(trial.port), "the server did not begin to listen")
                process.send_signal(number)
                process.wait(timeout=15)
            finally:
                kill_session(process.pid)
        expect(not is_open(trial.port), f"the port is still open after {number.name}")


CHECKS: tuple[Callable[[Trial], None], ...] = (
    check_version,
    check_help,
    check_demo,
    check_service,
    check_code,
    check_missing_claude,
    check_interrupt,
)


def main(arguments: list[str]) -> int:
    """Run every check on the binary that the arguments name; return the exit code."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    binary = Path(arguments[0]).resolve()
    failures = sum(not passes(check, binary) for check in CHECKS)
    print(f"self-test: {len(CHECKS) - failures} of {len(CHECKS)} checks passed")
    return 1 if failures else 0


def passes(check: Callable[[Trial], None], binary: Path) -> bool:
    """Run one check and print how it went."""
    began = time.monotonic()
    try:
        with scratch() as folder:
            trial = Trial(binary, folder)
            check(trial)
            expect_no_leftovers(trial)
    except (CheckFailed, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
        print(f"FAILED {check.__doc__}\n       {type(error).__name__}: {error}", flush=True)
        return False
    print(f"ok     {check.__doc__} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ccr-selftest-") as folder:
        yield Path(folder)


def expect(holds: bool, otherwise: str) -> None:
    """Raise `CheckFailed` with the text if the condition doesn't hold."""
    if not holds:
        raise CheckFailed(otherwise)


def expect_no_leftovers(trial: Trial) -> None:
    """A binary unpacks itself into the temporary folder; it must tidy up after itself, if need be a moment later."""
    until(lambda: not list(trial.temporary.iterdir()), f"left in TMPDIR: {list(trial.temporary.iterdir())}")


def until(condition: Callable[[], bool], otherwise: str) -> None:
    """Wait for the condition, at most ten seconds."""
    deadline = time.monotonic() + 10
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
    return path.read_text(encoding="utf-8").split("\0")[:-1]


def kill_session(leader: int) -> None:
    """Kill what is left of a session that this program began."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
