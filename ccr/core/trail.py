"""What happened to one request: filled in on its way, then handed to the log and the status. Never holds a secret."""

from typing import Any

import msgspec

from ccr.core.usage import Usage


class Attempt(msgspec.Struct):
    """One try at an upstream. `status` is 0 when there was no HTTP answer; `key` is masked."""

    provider: str
    model: str
    key: str = ""
    status: int = 0
    result: str = ""
    """`ok`, or in a few words what went wrong."""
    ms: int = 0
    queued_ms: int = 0
    """How long it waited for a key before."""


class Trail(msgspec.Struct):
    """One request. Times are in milliseconds since it was accepted."""

    id: str
    started: float
    """Wall clock, seconds since 1970."""
    path: str = ""
    session: str = ""
    asked: str = ""
    """The model that the client named."""
    provider: str = ""
    model: str = ""
    scenario: str = ""
    reason: str = ""
    stream: bool = False
    status: int = 0
    result: str = ""
    """`ok`, `error`, `gone` (the client left) or `stopped`."""
    error: str = ""
    attempts: list[Attempt] = []
    prompt_estimate: int = 0
    usage: Usage | None = None
    spent: Usage | None = None
    """The usage of replies that the client did not get, but which this one is made of. `usage` is without them until
    the request ends."""
    cost: float | None = None
    """US dollars; None if it is not known what the model that answered costs."""
    stop_reason: str = ""
    ttft_ms: int = 0
    ms: int = 0
    request_bytes: int = 0

    @property
    def answered(self) -> tuple[str, str]:
        """The provider and the model that really answered; those of the route if none did."""
        found = next((attempt for attempt in reversed(self.attempts) if attempt.result == "ok"), None)
        return (found.provider, found.model) if found else (self.provider, self.model)

    def record(self) -> dict[str, Any]:
        """Return it as JSON for the log and the status; empty fields are left out."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return {key: value for key, value in found.items() if value not in (None, "", [], 0, False)}
