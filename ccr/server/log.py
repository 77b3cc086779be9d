"""Where the server tells what happens, and what must not be told."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Log(Protocol):
    """Takes the records of requests, and events with their level."""

    def request(self, trail: Mapping[str, Any]) -> None: ...

    def event(self, level: str, text: str) -> None: ...


class MaskedLog:
    """A log that keeps the secrets of a preset out, which the log itself doesn't know."""

    def __init__(self, log: Log) -> None:
        self.mask: Callable[[str], str] = str
        self._log = log

    def request(self, trail: Mapping[str, Any]) -> None:
        """Log the record of a request, which has been masked."""
        self._log.request(trail)

    def event(self, level: str, text: str) -> None:
        """Log what happened."""
        self._log.event(level, self.mask(text))
