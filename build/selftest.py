"""Tries out a built binary as a user would: python3 build/selftest.py dist/ccr [NAME...]

Needs nothing but the standard library. Every check gets a HOME, a temporary folder and a port of its own; NAMEs are
parts of the names of the checks to run, all of them unless told.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import check_command
import check_content
import check_place
from trial import CheckFailed, Trial, scratch, until

CHECKS = (*check_command.CHECKS, *check_content.CHECKS, *check_place.CHECKS)
NOT_WINDOWS = {
    # They need a shell, signals, or a program that becomes another one.
    "check_status_line",
    "check_service_for_itself",
    "check_code",
    "check_exit_codes",
    "check_end",
    "check_plugin",
    "check_javascript",
    "check_libraries",
    *(check.__name__ for check in check_place.CHECKS),
}
ONLY_LINUX = {"check_kill"}  # Elsewhere nothing tells a process that its parent was killed.


def main(arguments: list[str]) -> int:
    """Run every check on the binary that the arguments name; return the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    binary = Path(arguments[0]).resolve()
    unfit = (NOT_WINDOWS if sys.platform == "win32" else set()) | (ONLY_LINUX if sys.platform != "linux" else set())
    wanted = arguments[1:] or ["check"]
    chosen = [
        check for check in CHECKS if check.__name__ not in unfit and any(name in check.__name__ for name in wanted)
    ]
    with scratch() as cache:
        failures = sum(not passes(check, binary, cache) for check in chosen)
    print(f"self-test: {len(chosen) - failures} of {len(chosen)} checks passed")
    return 1 if failures else 0


def passes(check: Callable[[Trial], None], binary: Path, cache: Path) -> bool:
    """Run one check and print how it went."""
    began = time.monotonic()
    try:
        with scratch() as folder:
            trial = Trial(binary, folder, cache=cache)
            check(trial)
            # What the binary unpacks for a run goes away with it, if need be a moment later.
            until(lambda: not trial.leftovers(), f"left in TMPDIR: {trial.leftovers()}")
    except (CheckFailed, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        print(f"FAILED {check.__doc__}\n       {type(error).__name__}: {error}", flush=True)
        return False
    print(f"ok     {check.__doc__} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
