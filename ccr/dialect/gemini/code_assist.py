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
    method = "streamGenerateContent?alt=sse" if request.get("stream") else "generateContent"
    body: Json = {"model": target.model.removeprefix("models/")}
    if project := target.options.get("project") or target.defaults.get("project"):
        body["project"] = str(project)
    body["request"] = encode_body(request, recipient(target))
    return Call(url=_method_url(target.base_url, method), body=dump(body), auth="bearer")


def setup(base_url: str) -> tuple[str, bytes]:
    """Return (URL, JSON body) of the POST that tells which project goes with a login.

    https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/code_assist/setup.ts
    """
    client = {"ideType": "IDE_UNSPECIFIED", "platform": "PLATFORM_UNSPECIFIED", "pluginType": "GEMINI"}
    return _method_url(base_url, "loadCodeAssist"), dump({"metadata": client})


def project_in(answer: bytes) -> str:
    """Return the project in the answer to `setup`, empty if it names none."""
    try:
        value = load(answer)
    except ValueError:
        return ""
    found = value.get("cloudaicompanionProject") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _method_url(base_url: str, method: str) -> str:
    """Another host than Google's is a proxy in front of it."""
    scheme, host, _, _, _ = urlsplit(base_url)
    own = not host or host.endswith(".googleapis.com")
    return f"{f'https://{HOST}' if own else f'{scheme}://{host}'}/{VERSION}:{method}"


class Unwrapping:
    """Takes replies out of their envelope, {response: <the Gemini reply>}."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    @property
    def stopped(self) -> bool:
        """Whether a finish reason has come."""
        return self._decoder.stopped

    def event(self, data: bytes, name: str) -> Iterable[Event]:
        """Decode one server-sent event."""
        try:
            value = load(data)
        except ValueError:
            return self._decoder.event(data, name)
        inner = _inner(value)
        return self._decoder.event(data if inner is value else dump(inner), name)

    def whole(self, data: Any, *, alone: bool = True) -> Iterable[Event]:
        """Decode a reply that is no stream, or one value of several."""
        return self._decoder.whole(_inner(data), alone=alone)

    def close(self) -> Iterable[Event]:
        """The body has ended."""
        return self._decoder.close()


def _inner(value: Any) -> Any:
    return value["response"] if isinstance(value, dict) and isinstance(value.get("response"), dict) else value
