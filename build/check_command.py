"""Checks of a built binary: its commands, and how they end."""

import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from trial import NO_CACHE, Trial, expect, is_open, split, until

ROOT = Path(__file__).resolve().parent.parent

FAKE_CLAUDE = """printf '%s\\0' "$@" > "$HOME/arguments"
env -0 > "$HOME/environment"
cat > "$HOME/stdin"
exit 7
"""
STATUS = '{"session_id": "s", "model": {"id": "m", "display_name": "M"}, "workspace": {"current_dir": "/srv/place"}}'


def check_version(trial: Trial) -> None:
    """`--version` prints the version of the source."""
    source = (ROOT / "ccr" / "version.py").read_text(encoding="utf-8")
    version = re.search(r'VERSION = "([^"]+)"', source)
    printed = trial.run("--version")
    expect(version is not None and version[1] in printed, f"printed {printed!r}")
    expect(trial.run("-v") == trial.run("version") == printed, "-v prints something else than --version")


def check_help(trial: Trial) -> None:
    """Every command has its help."""
    named = re.findall(r"^\| `ccr ([a-z]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    expect(len(named) > 20, f"README.md names the commands {named}")
    printed = trial.run("--help")
    expect(not [name for name in named if name not in printed], f"not every command is in the help:\n{printed}")
    named.remove("code")  # its arguments belong to claude
    with ThreadPoolExecutor(2) as pool:
        shown = pool.map(lambda name: trial.run(name, "--help"), named)
    expect(not [name for name, text in zip(named, shown, strict=True) if name not in text], "a help lacks its command")


def check_demo(trial: Trial) -> None:
    """`demo` sends a request through the whole router."""
    expect(bool(trial.run("demo").strip()), "printed nothing")


def check_status_line(trial: Trial) -> None:
    """`statusline` is the same whether ccr is unpacked or not, and gets its help from the whole program."""
    trial.configure(StatusLine={"enabled": True})
    unpacked = trial.run("statusline", text=STATUS)
    trial.environment["XDG_CACHE_HOME"] = NO_CACHE
    expect("place" in unpacked and trial.run("statusline", text=STATUS) == unpacked, f"printed {unpacked!r}")
    expect("stdin" in trial.run("statusline", "--help"), "its help is not its own")


def check_service(trial: Trial) -> None:
    """`start`, `status`, `restart` and `stop` run the server in the background."""
    trial.configure()
    with trial.service():
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


def check_service_for_itself(trial: Trial) -> None:
    """`start` works without a place to unpack to for good."""
    trial.environment["XDG_CACHE_HOME"] = NO_CACHE
    trial.configure()
    with trial.service():
        expect(trial.fetch("/health")["status"] == "ok", "/health is not ok")
        expect(str(trial.port) in trial.run("status"), "status does not name the port")


def check_code(trial: Trial) -> None:
    """`code` hands arguments and exit code through and points claude, in a clean environment, at the router."""
    trial.configure()
    trial.install("claude", FAKE_CLAUDE)
    words = ["-p", "two words, a 'quote' and $HOME", "--allowedTools", "A", "--allowedTools", "B", "--no-color", ""]
    for cache in (trial.environment["XDG_CACHE_HOME"], NO_CACHE):
        trial.environment["XDG_CACHE_HOME"] = cache
        trial.run("code", *words, b"no \xff text", code=7, text="from stdin")
        got = split(trial.home / "arguments")
        expect(got[-len(words) - 1 :] == [*words, "no \udcff text"], f"claude got {got!r}")
        expect((trial.home / "stdin").read_text(encoding="utf-8") == "from stdin", "stdin did not arrive")
        environment = dict(line.split("=", 1) for line in split(trial.home / "environment"))
        expect(environment["ANTHROPIC_BASE_URL"].startswith("http://127.0.0.1:"), environment["ANTHROPIC_BASE_URL"])
        expect_clean(environment)


def check_exit_codes(trial: Trial) -> None:
    """`code` ends as claude does, also when a signal ends that, and with 127 when there is no claude."""
    trial.configure()
    trial.environment["PATH"] = str(trial.tools)  # a real claude may be installed elsewhere
    trial.run("code", "-p", "hello", code=127)
    for script, code in (("exit 0", 0), ("exit 130", 130), ("kill -TERM $$", 143), ("kill -KILL $$", 137)):
        trial.install("claude", f"{script}\n")
        trial.run("code", code=code)


def check_end(trial: Trial) -> None:
    """A server in the foreground ends on each signal that means it."""
    trial.configure()
    for cache in (trial.environment["XDG_CACHE_HOME"], NO_CACHE):
        trial.environment["XDG_CACHE_HOME"] = cache
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            with trial.foreground() as process:
                process.send_signal(number)
                process.wait(timeout=20)
            expect(not is_open(trial.port), f"the port is still open after {number.name}")
            until(lambda: not trial.leftovers(), f"after {number.name} there is {trial.leftovers()}")


def expect_clean(environment: dict[str, str]) -> None:
    """The environment is the user's own, with nothing of the loader's."""
    expect(environment.get("LD_LIBRARY_PATH") == "/nonexistent", "LD_LIBRARY_PATH is not as it was")
    leaked = [name for name in environment if name.startswith(("_PYI_", "_MEI", "PYINSTALLER_"))]
    leaked += [name for name in ("LD_LIBRARY_PATH_ORIG", "CCR_BINARY", "CCR_WHOLE") if name in environment]
    expect(not leaked, f"children see {leaked}")


CHECKS: tuple[Callable[[Trial], None], ...] = (
    check_version,
    check_help,
    check_demo,
    check_status_line,
    check_service,
    check_service_for_itself,
    check_code,
    check_exit_codes,
    check_end,
)
