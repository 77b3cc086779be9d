"""The `ccr` command. What is asked for all the time is answered without importing the rest."""

import os
import sys

from ccr.version import VERSION


def main() -> None:
    """Run the command that the program's arguments say, and exit with its code."""
    words = sys.argv[1:]
    if words[:1] in (["-v"], ["--version"], ["version"]):
        print(f"claude-code-router version: {VERSION}")  # noqa: T201 - what was asked for
        sys.exit(0)
    if words[:1] == ["statusline"]:
        from ccr.cli import statusline

        sys.exit(statusline.main(words[1:]))
    from ccr.cli.entry import INTERRUPTED, run

    try:
        leave(run(words))
    except KeyboardInterrupt:
        # A second Ctrl-C, while the first one was being dealt with.
        os._exit(INTERRUPTED)


def leave(code: int) -> None:
    """Exit without tearing the interpreter down, which takes 0.1 s after a session and has nothing left to save."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            # Nobody reads it any more.
            code = code or 1
    os._exit(code)


if __name__ == "__main__":
    main()
