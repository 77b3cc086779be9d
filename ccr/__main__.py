"""The `ccr` command. What is asked for all the time is answered without importing the rest."""

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
    from ccr.cli.entry import run

    sys.exit(run(words))


if __name__ == "__main__":
    main()
