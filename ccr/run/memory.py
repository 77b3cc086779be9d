"""What a service remembers of its keys when it is restarted: who is left out, and until when. Never a key itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import trio

from ccr.core.jsonio import dump, load
from ccr.keys.board import Board
from ccr.store import atomic


@contextmanager
def remembered(board: Board, path: Path) -> Iterator[None]:
    """Take up what was left in `path`, and leave it there again at the end. Inside Trio; a broken file is no error."""
    board.restore(_read(path), trio.current_time(), time.time())
    try:
        yield
    finally:
        found = board.dump(trio.current_time(), time.time())
        # A home that can't be written to, as in a container, does without.
        with suppress(OSError):
            if found:
                atomic.write(path, dump(found))
            else:
                path.unlink(missing_ok=True)


def _read(path: Path) -> Any:
    try:
        return load(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
