"""Takes secrets out of texts and JSON before they are shown, logged or sent to a client.

Masks what the configuration says is secret, and what looks like a key wherever it comes from.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec

from ccr.config.interpolate import PATTERN
from ccr.config.schema import Config

MASK = "[hidden]"

SECRET_PARTS = (
    "apikey",
    "secret",
    "token",
    "password",
    "passwd",
    "passphrase",
    "privatekey",
    "accesskey",
    "authorization",
)
"""A key whose name has one of these in it, capitals and separators aside, has a secret for a value."""

SECRET_NAMES = ("key", "keys", "cookie", "credential", "credentials")

SHORT = 8
"""A secret with fewer characters than this is masked as a whole word only: it may be part of any other."""

SHORTEST = 4
"""Fewer characters than this protect nothing and would be found everywhere."""

_LOOKS_SECRET = (
    # Prefixes that vendors give their keys so that they can be found: OpenAI, Groq, xAI, Cerebras, NVIDIA, Hugging
    # Face, Perplexity, Fireworks, Tavily, Replicate, GitHub, GitLab, Slack.
    r"\b(?:sk|gsk|xai|csk|nvapi|hf|pplx|fw|tvly|r8|gh[opsu]|github_pat|glpat|xox[abps])[-_](?=[\w-]*\d)[\w-]{16,}",
    # Google: API keys and access tokens. Amazon: access key ids. Zhipu.
    r"\bAIza[\w-]{30,}",
    r"\bya29\.[\w.-]{16,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\b[0-9a-f]{32}\.[0-9A-Za-z]{16}\b",
    # JSON web tokens and PEM keys.
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    # What comes after the name of a credential in a header, in JSON or in an address. The name stays. A word without
    # a digit is no credential but a sentence about one.
    r"(?P<name>(?i:api[-_]?key|[?&]key|authorization|cookie|(?:access|auth|refresh|id)_token|secret|password)[\"']?\s*[:=]\s*[\"']?"
    r"(?i:bearer |basic )?|\b(?i:bearer|basic) )(?=[^\s\"',;&\\]*\d)[^\s\"',;&\\]{8,}",
    r"(?P<scheme>://)[^/\s:@\"']*:[^/\s@\"']+(?=@)",
)

_CREDENTIALS = re.compile(r"://(?P<user>[^/\s:@]*)(?::(?P<password>[^/\s@]*))?@")


class Redactor:
    """Masks secrets. Made once for a configuration; cheap to call."""

    def __init__(self, secrets: Iterable[str]) -> None:
        whole = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
        self._configured = re.compile("|".join(_pattern(form) for form in whole)) if whole else None

    def text(self, text: str) -> str:
        """Return `text` with every secret masked."""
        if self._configured is not None:
            text = self._configured.sub(MASK, text)
        return _looks_secret().sub(_keep_name, text)

    def value(self, value: Any) -> Any:
        """Return a copy of a JSON value with every secret masked; `$NAME` placeholders stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self._mask(item) if is_secret(key) else self.value(item) for key, item in value.items()}
        return value

    def _mask(self, value: Any) -> Any:
        """Mask what stands under a secret's name: a text, or the texts of a list."""
        if isinstance(value, str):
            return value if not value or PATTERN.fullmatch(value) else MASK
        if isinstance(value, list | tuple):
            return [self._mask(item) for item in value]
        return self.value(value)


def redactor(config: Config | None) -> Redactor:
    """Return the redactor for a configuration; without one it masks only what looks like a key."""
    return Redactor(() if config is None else secrets(config))


def secrets(config: Config) -> frozenset[str]:
    """Return every secret of a configuration.

    Local servers are often given a word for a key, such as the name of the provider: that is none.
    """
    public = {provider.name.lower() for provider in config.providers}
    public |= {model.lower() for provider in config.providers for model in provider.models}
    found = _secrets(msgspec.to_builtins(config))
    return frozenset(
        secret
        for secret in found
        if len(secret) >= SHORTEST and secret.lower() not in public and not PATTERN.fullmatch(secret)
    )


def label(secret: str) -> str:
    """Return a name for a key that tells it from others without giving it away."""
    return f"{secret[:4]}...{secret[-4:]}" if len(secret) >= 20 else MASK


def is_secret(key: str) -> bool:
    """Say whether a text under this key of a JSON object, or header of this name, is a secret."""
    name = key.lower().replace("_", "").replace("-", "")
    return name in SECRET_NAMES or any(part in name for part in SECRET_PARTS)


def _secrets(value: Any, *, known: bool = False) -> Iterator[str]:
    """Yield the secrets in a JSON value: texts under a secret's name, and credentials in addresses."""
    if isinstance(value, str):
        if known:
            yield value.strip()
        for match in _CREDENTIALS.finditer(value):
            yield match["password"] or match["user"]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, known=is_secret(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item, known=known)


def _forms(secret: str) -> Iterator[str]:
    """Yield the ways in which a secret may be written: as it is, inside JSON, inside an address."""
    # Most secrets need neither, and few commands need the parser of addresses.
    yield secret
    if re.search(r"[^\w.~-]", secret, re.ASCII):
        from urllib.parse import quote

        yield quote(secret, safe="")
        yield msgspec.json.encode(secret).decode()[1:-1]


def _pattern(secret: str) -> str:
    escaped = re.escape(secret)
    return escaped if len(secret) >= SHORT else rf"(?<![\w-]){escaped}(?![\w-])"


def _keep_name(match: re.Match[str]) -> str:
    return f"{match['name'] or match['scheme'] or ''}{MASK}"


@cache
def _looks_secret() -> re.Pattern[str]:
    return re.compile("|".join(_LOOKS_SECRET))
