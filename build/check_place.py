"""Checks of a built binary: where it unpacks to, what it leaves there, and what it says when it can't."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from trial import NO_CACHE, Trial, expect, is_open, until


def check_cache(trial: Trial) -> None:
    """Several first commands at once unpack once; nobody else may look into it, and old versions are swept."""
    del trial.environment["XDG_CACHE_HOME"]
    old = trial.home / ".cache" / "ccr" / "0.0.1-old"
    old.mkdir(parents=True)
    old.parent.chmod(0o700)
    (old / "lock").touch()
    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(lambda _: trial.run("help"), range(4)))
    expect(len(set(shown)) == 1, "they printed different things")
    [folder] = old.parent.iterdir()
    expect(folder.name != old.name, "the old version is still there, and the new one is not")
    expect(not folder.stat().st_mode & 0o077, "others may look into it")
    before = (folder / "ccr").stat().st_ino
    trial.run("help")
    expect((folder / "ccr").stat().st_ino == before, "it was unpacked again")
    folder.chmod(0o777)
    trial.run("help")
    expect((folder / "ccr").stat().st_ino == before, "a folder that others may write to was touched")


def check_homes(trial: Trial) -> None:
    """Without a HOME, or with one that nothing can be written to, ccr works or says what to do."""
    del trial.environment["XDG_CACHE_HOME"]
    for home in ("/dev/null/nobody", "relative", ""):
        trial.environment["HOME"] = home
        trial.run("--version")
        trial.run("help")
    trial.environment["HOME"] = "/dev/null/nobody"
    done = trial.attempt("start")
    expect(done.returncode == 1 and "CCR_HOME" in done.stderr, f"start printed {done.stderr!r}")
    expect("Traceback" not in done.stderr, done.stderr)


def check_temporary(trial: Trial) -> None:
    """A temporary folder that is too small, or that nothing may run from, is named, with what to do."""
    trial.environment["XDG_CACHE_HOME"] = NO_CACHE
    for options, words in (("size=4m", "MB left"), ("size=24m", "No space left"), ("noexec", "noexec")):
        with mounted(trial.temporary, options) as is_mounted:
            if not is_mounted:
                print("       (nothing may be mounted here)")
                return
            done = trial.attempt("help")
            expect(done.returncode == 1, f"{options}: exit code {done.returncode}\n{done.stderr}")
            expect(words in done.stderr and "set TMPDIR" in done.stderr, f"{options}: {done.stderr!r}")
            expect(done.stderr.count("\n") == 1, f"{options}: {done.stderr!r}")
            expect(not trial.leftovers(), f"{options}: left {trial.leftovers()}")


def check_read_only_home(trial: Trial) -> None:
    """With a home that is read-only ccr still works, and `start` says what to do."""
    del trial.environment["XDG_CACHE_HOME"]
    with mounted(trial.home, "ro") as is_mounted:
        if not is_mounted:
            print("       (nothing may be mounted here)")
            return
        trial.run("help")
        done = trial.attempt("start")
        expect(done.returncode == 1 and "CCR_HOME" in done.stderr, f"start printed {done.stderr!r}")


def check_kill(trial: Trial) -> None:
    """Of a run that was killed nothing runs on, and the next start removes what it left, and only that."""
    trial.environment["XDG_CACHE_HOME"] = NO_CACHE
    trial.configure()
    foreign = trial.temporary / "_MEI00000001foreig"
    foreign.mkdir()
    with trial.foreground() as process:
        [left] = set(trial.leftovers()) - {foreign.name}
        trial.run("help")
        expect(left in trial.leftovers(), "the folder of a living run was removed")
        process.kill()
        process.wait(timeout=20)
        until(lambda: not is_open(trial.port), "the server ran on")
    expect(left in trial.leftovers(), "the folder of the killed run is gone already, so that this shows nothing")
    trial.run("help")
    until(lambda: trial.leftovers() == [foreign.name], f"there is {trial.leftovers()}")
    foreign.rmdir()


def check_one_process(trial: Trial) -> None:
    """The service is one process, which outlives the file that it was started from."""
    trial.configure()
    original, trial.binary = trial.binary, trial.home / "ccr"
    shutil.copy(original, trial.binary)
    with trial.service():
        trial.binary.unlink()
        trial.binary = original
        leader = trial.fetch("/health")["pid"]
        expect(os.getsid(leader) == leader, "the process that serves is not the one that was started")
        body = {"messages": [{"role": "user", "content": "What is imported late is still there."}]}
        expect(trial.fetch("/v1/messages/count_tokens", {"model": "m", **body})["input_tokens"] > 0, "it can't count")
        os.kill(leader, signal.SIGTERM)
        until(lambda: not is_open(trial.port), "it did not end")


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[bool]:
    """Mount an empty file system with these options on a folder; tell whether that could be done."""
    command = ["mount", "-t", "tmpfs", "-o", options, "ccr-selftest", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=True)


CHECKS: tuple[Callable[[Trial], None], ...] = (
    check_cache,
    check_homes,
    check_temporary,
    check_read_only_home,
    check_kill,
    check_one_process,
)
