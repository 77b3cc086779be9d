"""Measures a built binary's start-up, size and memory: python3 build/startup.py dist/ccr [ORIGINAL] [--runs N]

ORIGINAL is the `ccr` of claude-code-router 2.0.0 to compare `start` with. Prints the table that stands in the README.
CPU is user and system time of a command with all its processes, the median of interleaved runs; the yardstick is an
interpreter that does nothing. Everything happens in scratch folders, on loopback.
"""

import argparse
import os
import platform
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from trial import NO_CACHE, Trial, expect, free_port, is_open, scratch, until

STATUS = '{"session_id": "s", "model": {"id": "m", "display_name": "M"}, "workspace": {"current_dir": "/"}}'
BARE = [sys.executable, "-I", "-S", "-c", "pass"]
MB = 1 << 20


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("original", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=21)
    given = parser.parse_args(arguments)
    with scratch() as folder:
        (folder / "trial").mkdir()
        trial = Trial(given.binary.resolve(), folder / "trial", cache=folder / "cache")
        trial.configure(StatusLine={"enabled": True})
        rows = [*commands(trial, given.runs), *service(trial, given.original, max(given.runs // 3, 3))]
        rows += sizes(given.binary, trial)
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} CPUs\n")
    print("| | measured | limit |\n|---|---|---|")
    print("".join(f"| {name} | {found} | {limit} |\n" for name, found, limit in rows), end="")
    return 0


def commands(trial: Trial, runs: int) -> list[tuple[str, str, str]]:
    """Return the CPU time of the quick commands, before and after the file is unpacked."""
    fresh = {**trial.environment, "XDG_CACHE_HOME": NO_CACHE}
    trial.run("help")  # unpacks
    wanted = {
        "`--version`, one file": ("--version", fresh, "6 x"),
        "`statusline`, one file": ("statusline", fresh, "7 x"),
        "`--version`, unpacked": ("--version", trial.environment, "1.7 x"),
        "`statusline`, unpacked": ("statusline", trial.environment, "2.5 x"),
    }
    times: dict[str, list[float]] = {name: [] for name in ("bare", *wanted)}
    for _ in range(runs):
        times["bare"].append(cpu(BARE, trial.environment))
        for name, (word, env, _) in wanted.items():
            times[name].append(cpu([str(trial.binary), word], env))
    bare = median(times["bare"])
    rows = [("`python3 -I -S -c pass`", f"{bare * 1000:.1f} ms CPU", "")]
    for name, (_, _, limit) in wanted.items():
        found = median(times[name])
        rows.append((name, f"{found * 1000:.1f} ms CPU, {found / bare:.1f} x", limit))
    return rows


def cpu(command: Sequence[str], env: dict[str, str]) -> float:
    """Return the CPU time in seconds that a command takes, with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, input=STATUS.encode(), stdout=subprocess.DEVNULL, timeout=60, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def service(trial: Trial, original: Path | None, runs: int) -> list[tuple[str, str, str]]:
    """Return how long `start` takes until `/health` answers, and the memory of the idle service."""
    own: list[float] = []
    theirs: list[float] = []
    memory: list[float] = []
    for _ in range(runs):
        own.append(started(trial, [str(trial.binary), "start"]))
        memory.append(resident(trial.fetch("/health")["pid"]))
        trial.run("stop")
        if original:
            theirs.append(started(trial, [str(original), "start"], then=kill))
    ours = median(own)
    rows = [("`start` until `/health` answers", f"{ours * 1000:.0f} ms", "0.6 x the original")]
    if theirs:
        other = median(theirs)
        rows.append(
            (
                "the same, claude-code-router 2.0.0",
                f"{other * 1000:.0f} ms, so that ours takes {ours / other:.2f} x",
                "",
            )
        )
    return [*rows, ("memory of the idle service", f"{median(memory):.0f} MB in one process", "45 MB")]


def started(
    trial: Trial, command: Sequence[str], *, then: Callable[["subprocess.Popen[bytes]"], None] | None = None
) -> float:
    """Start a service on a new port and return how many seconds later it answers."""
    trial.port = free_port()
    trial.configure(StatusLine={"enabled": True})
    env = {**trial.environment, "PATH": os.environ["PATH"]}
    began = time.monotonic()
    with subprocess.Popen(
        command,
        env=env,
        cwd=trial.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while not answers(trial.port):
            expect(time.monotonic() < began + 30, f"{command} did not come up")
            time.sleep(0.002)
        passed = time.monotonic() - began
        if then:
            then(process)
    return passed


def answers(port: int) -> bool:
    """Tell whether `/health` answers."""
    if not is_open(port):
        return False
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the original, which stays in the foreground."""
    os.killpg(process.pid, signal.SIGKILL)


def resident(leader: int) -> float:
    """Return the memory in MB of all processes in the session that a process leads."""
    until(lambda: os.getsid(leader) == leader, "the service leads no session")
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getsid(int(status.parent.name)) == leader:
                fields = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
                total += int(fields["VmRSS"].split()[0])
        except (OSError, KeyError):
            continue
    return total / 1024


def sizes(binary: Path, trial: Trial) -> list[tuple[str, str, str]]:
    """Return what is downloaded, and what is on the disk."""
    packed = sorted(binary.parent.glob("ccr-*.tar.gz"))
    download = f"{packed[0].stat().st_size / MB:.1f} MB" if packed else "not packed"
    unpacked = sum(
        path.stat().st_size for path in Path(trial.environment["XDG_CACHE_HOME"]).rglob("*") if path.is_file()
    )
    disk = f"{binary.stat().st_size / MB:.1f} MB, unpacked {unpacked / MB:.1f} MB more"
    return [("download", download, "25 MB"), ("on the disk", disk, "")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
