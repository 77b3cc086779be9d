"""The client's request: parsed once, checked only as far as every route needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec

from ccr.core.jsonio import dump, load
from ccr.core.known import History, Known, once
from ccr.errors import BadRequest

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PARTS = msgspec.json.Decoder(list[msgspec.Raw])
_REPEATED = ("messages", "tools")


@dataclass(frozen=True)
class Inbound:
    """One request of a client. `headers` have lower-case names; `session` and `agent` are empty when unknown."""

    body: dict[str, Any]
    raw: bytes
    headers: Mapping[str, str]
    query: str = ""
    session: str = ""
    agent: str = ""

    @property
    def stream(self) -> bool:
        """Whether the client wants server-sent events. Some clients send the word instead of the value."""
        return self.body.get("stream") in (True, "true", "True")

    @cached_property
    def has_images(self) -> bool:
        """Whether there may be images."""
        return self._mentions(b'"image"')

    @cached_property
    def has_documents(self) -> bool:
        """Whether there may be documents."""
        return self._mentions(b'"document"')

    @property
    def is_text(self) -> bool:
        """Whether there is certainly nothing but text and calls."""
        return not self.has_images and not self.has_documents

    def with_body(self, body: dict[str, Any]) -> "Inbound":
        """Return the request with another body, as if it had come so."""
        return self if body is self.body else replace(self, body=body, raw=dump(body))

    def _mentions(self, word: bytes) -> bool:
        messages = self.body.get("messages")
        if isinstance(messages, list) and all(type(message) is Known for message in messages):
            return any(once(message, str(word), _mentions, word) for message in messages)
        return word in self.raw

    @property
    def model(self) -> str:
        """The model as the client named it."""
        return str(self.body.get("model", ""))


def read_body(raw: bytes, history: History | None = None) -> dict[str, Any]:
    """Return the JSON object of a Messages request. Raises BadRequest that names what is wrong.

    Messages and tools that `history` knows are those of an earlier request, and not to be changed.
    """
    try:
        body = _read(raw, history) if history is not None else load(raw)
    except ValueError as error:
        raise BadRequest(f"the request body is not JSON: {error}") from None
    except RecursionError:
        raise BadRequest("the request body is nested too deeply") from None
    if not isinstance(body, dict):
        raise BadRequest("the request body must be a JSON object")
    return body


def _read(raw: bytes, history: History) -> Any:
    try:
        return {
            name: list(map(history.read, map(bytes, _PARTS.decode(value))))
            if name in _REPEATED
            else msgspec.json.decode(value)
            for name, value in _FIELDS.decode(raw).items()
        }
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Not as documented, or to be read generously.
        return load(raw)


def _mentions(message: Mapping[str, Any], word: bytes) -> bool:
    return word in dump(message)


def check_messages(body: Mapping[str, Any]) -> None:
    """Raise BadRequest unless the body has what no route can do without: a model and messages."""
    model, messages = body.get("model"), body.get("messages")
    if not isinstance(model, str) or not model:
        raise BadRequest("model: a non-empty string is required")
    check_history(messages)


def check_history(messages: Any) -> None:
    """Raise BadRequest unless `messages` is a non-empty list of objects."""
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: a non-empty list is required")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant", "system"):
            raise BadRequest(f"messages.{index}: an object with role user, assistant or system is required")
