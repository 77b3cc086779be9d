"""Gemini for those who logged in with the Gemini command line: the same bodies in an envelope.

https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/code_assist/converter.ts
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ccr.core.event import Event
from ccr.core.jsonio import dump, load
from ccr.core.unified import Json
from ccr.dialect.base import Call, Decoder, Target
from ccr.dialect.gemini.encode import encode_body
from ccr.dialect.gemini.model import recipient

HOST = "cloudcode-pa.googleapis.com"
VERSION = "v1internal"


def in_envelope(request: Json, target: Target) -> Call:
    """Return the call: {model, project, request: <the Gemini body>}. Option `project`: the Google Cloud project."""
    scheme, host, _, _, _ = urlsplit(target.base_url)
    method = "streamGenerateContent?alt=sse" if request.get("stream") else "generateContent"
    body: Json = {"model": target.model.removeprefix("models/")}
    if target.options.get("project"):
        body["project"] = str(target.options["project"])
    body["request"] = encode_body(request, recipient(target))
    own = host.endswith(".googleapis.com") and host != HOST
    root = f"https://{HOST}" if own or not host else f"{scheme}://{host}"
    return Call(url=f"{root}/{VERSION}:{method}", body=dump(body), auth="bearer")


class Unwrapping:
    """Takes replies out of their envelope, {response: <the Gemini reply>}."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one server-sent event."""
        try:
            value = load(data)
        except ValueError:
            return self._decoder.event(data, name)
        inner = _inner(value)
        return self._decoder.event(data if inner is value else dump(inner), name)

    def whole(self, data: Any) -> Iterable[Event]:
        """Decode a reply that is no stream."""
        return self._decoder.whole(_inner(data))

    def close(self) -> Iterable[Event]:
        """The body has ended."""
        return self._decoder.close()


def _inner(value: Any) -> Any:
    return value["response"] if isinstance(value, dict) and isinstance(value.get("response"), dict) else value
