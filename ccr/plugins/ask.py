"""What the user's routers and plugins get to see of a request."""

from collections.abc import Mapping
from typing import Any, Protocol

from ccr.core.jsonio import dump, load
from ccr.core.unified import Json


class Log(Protocol):
    """The router's log."""

    def event(self, level: str, text: str) -> None: ...


class PluginLog:
    """`req.log`: writes to the router's log under the file's name."""

    def __init__(self, log: Log, name: str) -> None:
        self._log = log
        self._name = name

    def debug(self, *words: object) -> None:
        """Log what helps to find a mistake."""
        self._write("debug", words)

    def info(self, *words: object) -> None:
        """Log what is worth to know."""
        self._write("info", words)

    def warn(self, *words: object) -> None:
        """Log what is odd."""
        self._write("warn", words)

    def error(self, *words: object) -> None:
        """Log what went wrong."""
        self._write("error", words)

    warning = warn

    def _write(self, level: str, words: tuple[object, ...]) -> None:
        self._log.event(level, f"{self._name}: {' '.join(map(str, words))}")


class Ask:
    """One request, as `req`. The body is a copy; `tokenCount` and `sessionId` are the original's spellings."""

    def __init__(
        self, body: Json, *, headers: Mapping[str, str], session: str, tokens: int, log: PluginLog, config: Json
    ) -> None:
        self.body = body
        self.headers = dict(headers)
        self.session_id = self.sessionId = session
        self.token_count = self.tokenCount = tokens
        self.log = log
        self.config = config


def copied(value: Any) -> Any:
    """Return a deep copy of a JSON value."""
    return load(dump(value))
