"""Logins that other programs left on disk: where they are, what is in them, how they are renewed.

Reading, asking and writing is for whoever calls; here are only the facts and the formats.
"""

import json
import re
from collections.abc import Iterable, Mapping
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


class Grant(msgspec.Struct, frozen=True):
    """What stands in for a provider's key in one request, with what the account behind it tells."""

    token: str = ""
    """Takes the key's place unless it is empty."""
    url: str = ""
    """The endpoint that the account is for, empty if it names none."""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    defaults: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Options of the wire format that hold where neither the configuration nor the address says anything: `project`
    and `location`."""


NO_GRANT = Grant()
"""For upstreams that take the provider's own key."""


class Login(msgspec.Struct, frozen=True):
    """One program's login."""

    program: str
    """The command that logs in, for messages."""
    path: tuple[str, ...]
    """The file, below the user's home folder."""
    token_url: str = ""
    """Where a token is renewed (RFC 6749, section 6); empty if only the program itself can."""
    client_id: str = ""
    package: str = ""
    """The npm package in whose code the client's secret stands, where one is needed. Programs on users' machines can't
    keep secrets, so it is none (RFC 8252, section 8.5), but it is the program's own and not ours to pass on."""
    lock: str = ""
    """The file beside the login that tells the program's other instances that somebody renews it; empty for none."""

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

    def given(self, options: Mapping[str, Any], keys: Iterable[str]) -> str:
        """Return the login that the configuration itself holds, in the options or as a key; empty if there is none."""
        return ""

    def renewal(self, token: Token, *, secret: str = "") -> tuple[str, bytes] | None:
        """Return (URL, form-encoded body) of the POST that renews a token, or None if only the program can.

        `secret` is the client's, for a login with a `package`.
        """
        if not self.token_url or not token.refresh or (self.package and not secret):
            return None
        form = {"grant_type": "refresh_token", "refresh_token": token.refresh, "client_id": self.client_id}
        if secret:
            form["client_secret"] = secret
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


class AcliLogin(Login, frozen=True):
    """The login of Atlassian's `acli`: an e-mail address and an API token, sent as user and password.

    The file is YAML. On some systems the token is in the system's keychain instead, where nobody else can read it.
    """

    def read(self, text: str) -> Token:
        """Return `email:token`. Raises ValueError that says what to do."""
        found = {name: value.strip().strip("\"'") for name, value in _FIELD.findall(text)}
        if not found.get("email") or not found.get("token"):
            raise ValueError(
                f"{self.file} holds no API token: run `{self.program}` and log in, or, if the token is in the system's "
                "keychain, write `email:token` as the provider's api_key"
            )
        return Token(f"{found['email']}:{found['token']}")

    def given(self, options: Mapping[str, Any], keys: Iterable[str]) -> str:
        """Options `email` and `api_token`, or a key in the form `email:token`."""
        if options.get("email") and options.get("api_token"):
            return f"{options['email']}:{options['api_token']}"
        return next((key for key in keys if "@" in key.partition(":")[0] and ":" in key), "")


_FIELD = re.compile(r"^\s+(email|token):[ \t]*(\S.*)$", re.MULTILINE)


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
