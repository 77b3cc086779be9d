"""Child processes of tests: always bounded in time, never left behind."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, text: str = "", seconds: float = 30
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end with `text` on stdin and return what it printed; the exit code is not judged.

    `env` is added to the environment of the test. A command that takes longer than `seconds` is killed with
    its children and raises `subprocess.TimeoutExpired`.
    """
    with running(command, env=env) as process:
        stdout, stderr = process.communicate(text, timeout=seconds)
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


@contextmanager
def running(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Start `command` in a session of its own with pipes on all three streams; kill what is left of it at the end."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            end_group(process.pid)


def end_group(leader: int) -> None:
    """Kill the process group of `leader`, which began a session of its own."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
