"""Is `ccr start` the very process that a supervisor watches? Then it has to be the service, as the original's is.

Who watches takes the end of that process for the end of the service, and most take its children along.
"""

from collections.abc import Mapping


def is_watched(env: Mapping[str, str], *, pid: int, parent: int) -> bool:
    """Tell it of a process: the first of a container, or one that systemd, launchd or pm2 has started.

    A shell script in between is no such process of ours: it goes on when `ccr start` returns.
    """
    if pid == 1 or "pm_id" in env:
        return True
    # https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#%24SYSTEMD_EXEC_PID; the executable of
    # npm and the one file run us as their child.
    main = env.get("SYSTEMD_EXEC_PID", "")
    if main.isdecimal() and int(main) in (pid, parent):
        return True
    return parent == 1 and env.get("XPC_SERVICE_NAME", "0") != "0"
