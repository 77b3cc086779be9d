"""Google's kinds of accounts: what is in their files, and what is asked to get an access token for each."""

import base64
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from ccr.core.jsonio import dump, load
from ccr.core.login import Token
from ccr.core.unified import Json
from ccr.net.ask import FORM, Question
from ccr.net.google.signature import read_key, sign

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME_SECONDS = 3600
"""The longest that Google allows: https://developers.google.com/identity/protocols/oauth2/service-account"""
LOGIN = "gcloud auth application-default login"


class Account(Protocol):
    """Somebody whom Google gives access tokens."""

    @property
    def name(self) -> str:
        """Who it is, for messages; never a secret."""
        ...

    @property
    def project(self) -> str:
        """The project that the account tells, empty if it tells none."""
        ...

    @property
    def payer(self) -> str:
        """The project whose quota is used, empty for the one that the request addresses."""
        ...

    @property
    def mend(self) -> str:
        """What to do when Google refuses the account."""
        ...

    def question(self, now: float) -> Question:
        """Return the request for an access token. `now` is in seconds since the epoch. Raises ValueError."""
        ...


class ServiceAccount(msgspec.Struct, frozen=True):
    """A service account: a signed assertion is exchanged for a token.

    https://developers.google.com/identity/protocols/oauth2/service-account#httprest
    """

    client_email: str
    private_key: str
    private_key_id: str = ""
    token_url: str = TOKEN_URL
    project: str = ""
    payer: str = ""

    def __repr__(self) -> str:
        return f"ServiceAccount({self.client_email!r})"

    @property
    def name(self) -> str:
        return f"the service account {self.client_email!r}"

    @property
    def mend(self) -> str:
        return "check that its key has not been deleted and that this computer's clock is right"

    def question(self, now: float) -> Question:
        """Return the request with a fresh assertion. Raises ValueError if the private key can't be used."""
        try:
            assertion = self._assertion(int(now))
        except ValueError as error:
            raise ValueError(f"the private key of {self.name} can't be used: {error}") from None
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        return Question(self.token_url, urlencode(form).encode(), FORM)

    def _assertion(self, now: int) -> str:
        """A JSON web token: https://www.rfc-editor.org/rfc/rfc7515#section-3.1"""
        head = {"alg": "RS256", "typ": "JWT", **({"kid": self.private_key_id} if self.private_key_id else {})}
        times = {"iat": now, "exp": now + LIFETIME_SECONDS}
        claims = {"iss": self.client_email, "scope": SCOPE, "aud": self.token_url, **times}
        signed = f"{_base64url(dump(head))}.{_base64url(dump(claims))}"
        return f"{signed}.{_base64url(sign(read_key(self.private_key), signed.encode()))}"


class User(msgspec.Struct, frozen=True):
    """A person who logged in with gcloud: a refresh token is exchanged for an access token (RFC 6749, section 6)."""

    client_id: str
    client_secret: str
    refresh_token: str
    payer: str = ""
    token_url: str = TOKEN_URL
    name: str = "your Google login"

    def __repr__(self) -> str:
        return f"User({self.client_id!r})"

    @property
    def project(self) -> str:
        return self.payer

    @property
    def mend(self) -> str:
        return f"run `{LOGIN}` again"

    def question(self, now: float) -> Question:
        """Return the request."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }
        return Question(self.token_url, urlencode(form).encode(), FORM)


class Machine(msgspec.Struct, frozen=True):
    """The machine's own account, by Google's metadata server.

    https://cloud.google.com/compute/docs/access/authenticate-workloads#applications
    """

    host: str
    project: str = ""
    payer: str = ""
    name: str = "this machine's service account"

    @property
    def mend(self) -> str:
        return "give the machine a service account with the scope cloud-platform"

    def question(self, now: float) -> Question:
        """Return the request."""
        return self._asked("instance/service-accounts/default/token")

    def project_question(self) -> Question:
        """Return the request for the id of the machine's project, which is answered in plain text."""
        return self._asked("project/project-id")

    def _asked(self, path: str) -> Question:
        url = f"http://{self.host}/computeMetadata/v1/{path}"
        # The server is on the machine's own link: no proxy can reach it, and if it is there it answers at once.
        return Question(url, headers={"metadata-flavor": "Google"}, direct=True, seconds=5)


def read_account(text: str | bytes, source: str) -> ServiceAccount | User:
    """Return the account in a credentials file. `source` names the file. Raises ValueError with what to do.

    https://google.aip.dev/auth/4110
    """
    try:
        value = load(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(f"{source} is no JSON file with Google credentials: run `{LOGIN}`")
    kind = _string(value, "type")
    if kind == "service_account":
        return _service_account(value, source)
    if kind == "authorized_user":
        return _user(value, source)
    raise ValueError(
        f"{source} holds Google credentials of the type {kind or 'unknown'!r}, which ccr can't use: "
        f"use a service account's key, or run `{LOGIN}`"
    )


def read_token(body: bytes, now: float) -> Token | None:
    """Return the token in the answer of a token server or the metadata server, None if there is none."""
    value = _object(body)
    seconds = value.get("expires_in")
    lifetime = float(seconds) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else 0.0
    access = _string(value, "access_token")
    return Token(access, now + lifetime if lifetime else 0.0) if access else None


def reason(body: bytes) -> str:
    """Return why Google refused, in its own words: https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""
    value = _object(body)
    words = [_string(value, "error"), _string(value, "error_description")]
    return ": ".join(filter(None, words))[:300]


def _service_account(value: Json, source: str) -> ServiceAccount:
    email, key = _required(value, source, "client_email", "private_key")
    key_id, url = _string(value, "private_key_id"), _string(value, "token_uri") or TOKEN_URL
    return ServiceAccount(email, key, key_id, url, _string(value, "project_id"))


def _user(value: Json, source: str) -> User:
    client_id, secret, refresh = _required(value, source, "client_id", "client_secret", "refresh_token")
    return User(client_id, secret, refresh, payer=_string(value, "quota_project_id"))


def _required(value: Json, source: str, *fields: str) -> list[str]:
    found = [_string(value, field) for field in fields]
    missing = [repr(field) for field, text in zip(fields, found, strict=True) if not text]
    if missing:
        raise ValueError(f"{source} lacks {' and '.join(missing)}: download the key again, or run `{LOGIN}`")
    return found


def _object(body: bytes) -> Json:
    try:
        value: Any = load(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _string(value: Json, field: str) -> str:
    found = value.get(field)
    return found if isinstance(found, str) else ""


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
