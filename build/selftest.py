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


def main(arguments: list[str]) -> int:
    """Run every check on the binary that the arguments name; return the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    binary = Path(arguments[0]).resolve()
    chosen = [check for check in CHECKS if not arguments[1:] or any(name in check.__name__ for name in arguments[1:])]
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
