"""Processes of this machine that are not our children: who they are and whether they live.

A process id alone says nothing, because ids are used again; together with the start time it names one process.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec


class Process(msgspec.Struct, frozen=True):
    """One process. `started` is the system's own word for its start time, to be compared only; empty if unknown."""

    pid: int
    started: str

    @property
    def is_alive(self) -> bool:
        """Tell whether this very process runs (or is stopped), not another one with its id."""
        return bool(self.started) and started(self.pid) == self.started

    def terminate(self) -> None:
        """Ask the process to end; one that is stopped is waked, so that it can. Raises PermissionError."""
        self._send(signal.SIGTERM)
        if sys.platform != "win32":
            self._send(signal.SIGCONT)

    def replace(self) -> None:
        """Ask a service to leave its port at once and end when its requests have. Raises PermissionError."""
        if sys.platform == "win32":
            self.terminate()
        else:
            self._send(signal.SIGUSR1)
            self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End the process without asking it. Raises PermissionError."""
        self._send(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if not self.is_alive:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return


def process(pid: int) -> Process:
    """Return the process that has the id `pid` now."""
    return Process(pid, started(pid))


if sys.platform == "win32":

    def started(pid: int) -> str:
        """Return when the process with this id began; empty if there is none."""
        import ctypes

        kernel = ctypes.windll.kernel32
        # PROCESS_QUERY_LIMITED_INFORMATION is granted for every process of the same user.
        handle = kernel.OpenProcess(0x1000, False, pid)
        if not handle:
            return ""
        times = [ctypes.c_ulonglong() for _ in range(4)]
        code = ctypes.c_ulong()
        try:
            found = kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
            kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        finally:
            kernel.CloseHandle(handle)
        still_active = 259
        return str(times[0].value) if found and code.value == still_active else ""

    def is_stopped(pid: int) -> bool:
        """Tell whether the process with this id is stopped by a signal; there is no such thing here."""
        return False

else:

    def started(pid: int) -> str:
        """Return when the process with this id began; empty if there is none or it is a zombie."""
        state, began = _look_up(pid)
        return "" if state in ("Z", "X", "") else began

    def is_stopped(pid: int) -> bool:
        """Tell whether the process with this id is stopped by a signal."""
        return _look_up(pid)[0] in ("T", "t")

    def _look_up(pid: int) -> tuple[str, str]:
        """Return the state's letter and the start time of a process; both empty if there is none."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ("", "") if Path("/proc/self/stat").exists() else _ask_ps(pid)
        # After the name, which may hold anything, come the state and, 19 fields on, the start time: proc(5).
        fields = stat.rpartition(")")[2].split()
        return fields[0], fields[19]

    def _ask_ps(pid: int) -> tuple[str, str]:
        command = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
        try:
            listing = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return "", ""
        state, _, began = listing.stdout.strip().partition(" ")
        return state[:1], began.strip()
