"""`REWRITE_SYSTEM_PROMPT`: reads the user's text off the request's way, and puts it into requests."""

from pathlib import Path
from typing import Any

import trio

from ccr.anthropic.request import Inbound
from ccr.anthropic.system import rewritten

FRESH_SECONDS = 2.0
"""For so long the text is taken for current."""
PATIENCE_SECONDS = 0.5
LIMIT = 1024 * 1024
"""Characters of the file that are read."""


class SystemPrompt:
    """The text of the file, or what is wrong with it, which is logged once."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._path = ""
        self._read_at = -FRESH_SECONDS
        self._text: str | None = None
        self._told = ""

    async def applied(self, path: str | None, inbound: Inbound) -> Inbound:
        """Return the request with the text of the file in its system prompt; as it was if there is no such file."""
        if not path:
            return inbound
        text = await self._current(path)
        return inbound if text is None else inbound.with_body(rewritten(inbound.body, text))

    async def _current(self, path: str) -> str | None:
        if path == self._path and trio.current_time() - self._read_at < FRESH_SECONDS:
            return self._text
        if path != self._path:
            self._path, self._text = path, None
        problem = f"it can't be read in {PATIENCE_SECONDS:g} s"
        with trio.move_on_after(PATIENCE_SECONDS):
            self._text, problem = await trio.to_thread.run_sync(_read, path, abandon_on_cancel=True)
        self._read_at = trio.current_time()
        if problem and problem != self._told:
            self._log.event("warn", f"REWRITE_SYSTEM_PROMPT {path!r} is passed over: {problem}")
        self._told = problem
        return self._text


def _read(path: str) -> tuple[str | None, str]:
    found = Path(path).expanduser()
    try:
        if not found.is_file():
            return None, "there is no such file"
        with found.open(encoding="utf-8", errors="replace") as file:
            return file.read(LIMIT), ""
    except OSError as error:
        return None, error.strerror or str(error)
