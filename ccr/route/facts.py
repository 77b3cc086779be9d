"""What the rules look at in one request."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Facts(Struct, frozen=True):
    """The Messages body (without tags), the name in its subagent tag, the subagent's id, the client's headers."""

    body: dict[str, Any]
    tag: str = ""
    agent: str = ""
    headers: Mapping[str, str] = {}
    """By names in lower case."""

    @property
    def model(self) -> str:
        """The model as the client named it; empty if it did not."""
        model = self.body.get("model")
        return model.strip() if isinstance(model, str) else ""
