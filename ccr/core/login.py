"""Logins that other programs left on disk: where they are, what is in them, how they are renewed.

Reading, asking and writing is for whoever calls; here are only the facts and the formats.
"""

import json
from typing import Any
from urllib.parse import urlencode

import msgspec

from ccr.core.jsonio import load
from ccr.core.unified import Json


class Token(msgspec.Struct, frozen=True):
    """What a login is good for. `expires` is in seconds since the epoch, 0 if not known."""

    access: str
    expires: float = 0.0
    refresh: str = ""
    url: str = ""
    """The endpoint that the login is for, empty if it names none."""


class Login(msgspec.Struct, frozen=True):
    """One program's login."""

    program: str
    """The command that logs in, for messages."""
    path: tuple[str, ...]
    """The file, below the user's home folder."""
    token_url: str = ""
    """Where a token is renewed (RFC 6749, section 6); empty if only the program itself can."""
    client_id: str = ""

    @property
    def file(self) -> str:
        """The file as users write it."""
        return "/".join(("~", *self.path))

    def read(self, text: str) -> Token:
        """Return the token in the file's text. Raises ValueError that says what to do."""
        try:
            value = load(text)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("access_token"), str) or not value["access_token"]:
            raise ValueError(f"{self.file} holds no login: run `{self.program}` and log in")
        return _token(value, expires=_number(value.get("expiry_date")) / 1000)

    def renewal(self, token: Token) -> tuple[str, bytes] | None:
        """Return (URL, form-encoded body) of the POST that renews a token, or None if only the program can."""
        if not self.token_url or not token.refresh:
            return None
        form = {"grant_type": "refresh_token", "refresh_token": token.refresh, "client_id": self.client_id}
        return self.token_url, urlencode(form).encode()

    def renewed(self, token: Token, answer: bytes, *, now: float) -> Token:
        """Return the token in the answer to `renewal`. `now` is in seconds since the epoch. Raises ValueError."""
        try:
            value = load(answer)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("access_token"), str):
            raise ValueError(self.expired)
        found = _token(value, expires=now + _number(value.get("expires_in")) if value.get("expires_in") else 0.0)
        return msgspec.structs.replace(found, refresh=found.refresh or token.refresh, url=found.url or token.url)

    @property
    def expired(self) -> str:
        """What to tell the user when a token can't be renewed."""
        return f"the login in {self.file} has expired: run `{self.program}` once to renew it"

    def saved(self, text: str, token: Token) -> str:
        """Return the file's new text with a renewed token; its other fields stay."""
        value: Json = load(text)
        value.update(access_token=token.access, expiry_date=int(token.expires * 1000))
        if token.refresh:
            value["refresh_token"] = token.refresh
        return json.dumps(value, indent=2, ensure_ascii=False)


def _token(value: Json, *, expires: float) -> Token:
    return Token(
        value["access_token"], expires, _string(value.get("refresh_token")), _endpoint(value.get("resource_url"))
    )


def _endpoint(resource: Any) -> str:
    """Qwen's logins name a host (`portal.qwen.ai`), with or without scheme and version."""
    address = _string(resource).strip().rstrip("/")
    if not address:
        return ""
    address = address if "://" in address else f"https://{address}"
    return f"{address.removesuffix('/v1')}/v1/chat/completions"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
