"""`ccr statusline`: one line for the foot of Claude Code's screen, from the JSON that it gives on stdin.

It runs several times a minute, so it imports next to nothing, and whatever happens it prints a line and exits with 0.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any


def main(words: Sequence[str]) -> int:
    """Print the line."""
    try:
        status = json.load(sys.stdin)
    except (ValueError, OSError):
        status = None
    print(line(status))
    return 0


def line(status: Any) -> str:
    """Return the folder and the model of a session; empty for what is no status of one."""
    folder = _text(status, "workspace", "current_dir").replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "  ".join(filter(None, (folder, _text(status, "model", "display_name"))))


def _text(value: Any, *path: str) -> str:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
