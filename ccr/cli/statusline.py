"""`ccr statusline`: one line for the foot of Claude Code's screen, from the JSON that it gives on stdin.

It runs several times a minute, so it imports next to nothing, and whatever happens it prints a line and exits with 0.
"""

import os
import sys
from collections.abc import Sequence

from ccr.core.quickjson import loads


def main(words: Sequence[str]) -> int:
    """Print the line, without the parser of the other commands if that isn't needed."""
    config, preset = None, ""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name == "--config" and (equals or rest):
            config = value if equals else rest.pop(0)
        elif word.startswith("-") or preset:
            # Help, or a mistake that has to be explained.
            from ccr.cli.entry import run

            return run(["statusline", *words])
        else:
            preset = word
    return statusline(preset, config=config)


def statusline(preset: str = "", /, *, config: str | None = None) -> int:
    """Print Claude Code's status line for the JSON on stdin.

    Claude Code calls it when `StatusLine.enabled` is set and it was started by `ccr code`; without that, name it in
    Claude Code's own settings: {"statusLine": {"type": "command", "command": "ccr statusline"}}.
    Prints an empty line if it can't do better, and always exits with 0.

    Args:
        preset: The preset whose look to use.
        config: The configuration file, if not the usual one.

    Examples:

        echo '{"workspace": {"current_dir": "."}}' | ccr statusline
        ccr statusline my-preset < status.json
        CCR_DEBUG=1 ccr statusline < status.json
    """
    try:
        shown = _line(preset, config)
    except Exception as error:  # Claude Code's screen is no place for our mistakes.
        if os.environ.get("CCR_DEBUG"):
            raise
        print(f"ccr: {type(error).__name__}: {error}", file=sys.stderr)
        shown = ""
    _print(shown)
    return 0


def _print(shown: str) -> None:
    """Print the line, with its symbols whatever the locale is; it is no trouble if nobody reads it."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.buffer.write(f"{shown}\n".encode("utf-8", "replace"))
        sys.stdout.flush()
    except OSError:
        # The interpreter must not complain either when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _line(preset: str, config: str | None) -> str:
    if sys.stdin is None or sys.stdin.isatty():
        print("ccr: Claude Code gives its status on stdin; see `ccr statusline --help`", file=sys.stderr)
        return ""
    try:
        status = loads(sys.stdin.buffer.read())
    except (ValueError, RecursionError):
        return ""
    if not isinstance(status, dict):
        return ""
    from ccr.run.statusline.line import line

    return line(status, dict(os.environ), config=config, preset=preset)
