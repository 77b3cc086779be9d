"""What kind of failure an upstream's error is: whose fault, what another key or model would change, whether it heals.

The status alone does not tell: vendors report bad keys as 400, empty accounts as 403 or 429, and a minute's limit in
the words of an empty account. The words decide where the status is vague; each pattern names who uses it.
"""

import re
from typing import Literal

from msgspec import Struct

from ccr.core.event import Fault
from ccr.core.pattern import pattern
from ccr.keys.span import told_wait

Kind = Literal["auth", "quota", "rate", "busy", "server", "network", "timeout", "model", "overflow", "silent", "caller"]
"""Whose failure it is.

- auth: the key is wrong; only another key helps.
- quota: the key's account is empty; another key helps, this one later.
- rate: the key's limit is reached; another key helps, this one soon.
- busy: no key came free in time; nothing was sent.
- server: the upstream failed while answering.
- network: no answer came. timeout: it took too long.
- model: this model can't answer here, another may (unknown, not allowed, not in this region, too small a tier).
- overflow: the prompt does not fit; only a larger window helps.
- silent: nobody's; the model ended its turn without a word, which it may not do again.
- caller: the request is wrong everywhere.
"""

PERMANENT: frozenset[Kind] = frozenset({"auth", "quota", "model", "overflow", "caller"})
"""Failures that the same request meets again, however often it is repeated."""

MISTAKES = frozenset({"html", "redirect", "configuration"})
"""Codes of failures of the server that are mistakes in the configuration, so that no waiting mends them."""

FAR_SECONDS = 180.0
"""Claude Code repeats for about so long by itself; a reset beyond would look like a hang."""

_EMPTY_ACCOUNT = pattern(
    r"insufficient[ _]?quota|exceeded[ _](?:your )?current[ _]quota"  # OpenAI, Moonshot
    r"|insufficient[ _](?:account[ _])?balance|balance is insufficient"  # DeepSeek, SiliconFlow, resellers
    r"|no resource package|余额不足|欠费"  # Zhipu, resellers
    r"|credit balance is too low"  # Anthropic
    r"|key limit exceeded|(?:requires?|insufficient|out of|more) credits|can only afford"  # OpenRouter
    r"|arrearage|account is in good standing|free ?tier ?only|allocated quota exceeded"  # DashScope
    r"|account_?overdue|overdue (?:balance|payment)|billing hard limit|spending limit|payment required"
    r"|billing_disabled|requires billing"  # Google
    r"|billing[ _]not[ _]active|account is (?:not active|suspended)",
    re.IGNORECASE,
)
_BAD_KEY = pattern(
    r"api[ _]key (?:is )?(?:not valid|invalid|expired|not found)|api_key_invalid|reported as leaked"  # Google
    r"|(?:invalid|incorrect|wrong|expired|revoked)[ _](?:x-)?(?:api[ _-]?key|authentication|auth token|bearer token)"
    r"|无效的令牌|身份验证失败",
    re.IGNORECASE,
)
_NOT_HERE = pattern(
    r"\b(?:country|region|territory)\b|not available in your|model_not_allowed|requires moderation|data policy"
    r"|(?:does not|doesn't|do not|don't) have (?:access|permission)[^.]{0,40}\bmodel|organization must be verified"
    r"|not allowed to (?:sample|use|access)[^.]{0,30}model|access to (?:the |this )?model"
    r"|model[^.]{0,60}(?:not (?:available|allowed|enabled|supported)|is disabled|no access)"
    r"|not (?:included|available) in your (?:plan|subscription)",
    re.IGNORECASE,
)
_NO_MODEL = pattern(
    r"model_not_(?:found|supported)|requested model is not supported|not a valid model|invalid model\b"
    r"|model[^.]{0,60}(?:(?:does )?not exist|not found)|模型不存在|user location is not supported",
    re.IGNORECASE,
)
_GATEKEEPER = pattern(
    r"cloudflare|attention required|just a moment|captcha|akamai|edgesuite|request (?:was )?blocked"
    r"|web application firewall",
    re.IGNORECASE,
)
_TOO_LARGE_FOR_TIER = pattern(r"request too large for|tokens? per (?:min|day)[^.]*limit \d+, requested \d+", re.I)
_NO_REQUEST_LIMIT = pattern(r"token|\btpm\b|\btpd\b|concurren|overload|capacity|per day|daily|\brpd\b|busy", re.I)
_BAD_SAMPLE = frozenset({"tool_use_failed", "malformed_function_call"})
"""Codes of replies that the model spoilt: the same request may well succeed."""


_CODES: dict[str, Kind] = {"context_length_exceeded": "overflow", "configuration": "model", "silent_reply": "silent"}


class Failure(Struct, frozen=True):
    """One try's failure. `status` and `message` are for the client; `retry_after` is in seconds, None if not told."""

    kind: Kind
    status: int
    message: str = ""
    code: str = ""
    retry_after: float | None = None

    @property
    def heals(self) -> bool:
        """Whether the same request may succeed a little later."""
        if self.kind in PERMANENT or self.code in MISTAKES:
            return False
        return (self.retry_after or 0) <= FAR_SECONDS

    @property
    def is_providers(self) -> bool:
        """Whether it speaks against the provider as a whole."""
        return self.kind in ("server", "network", "timeout")

    @property
    def limits_requests(self) -> bool:
        """Whether a limit of requests a minute may be behind it, which can be learnt from what was sent before."""
        near = self.retry_after is None or self.retry_after <= 60
        return self.kind == "rate" and near and not _NO_REQUEST_LIMIT.search(self.message)


def classify(fault: Fault, *, answered: bool = True) -> Failure:
    """Return the failure behind a fault; `answered` says whether the upstream sent an HTTP answer at all."""
    kind = _kind(fault, answered)
    told = fault.retry_after if fault.retry_after is not None else told_wait(fault.message)
    if kind == "quota" and told is not None and fault.status == 429:
        # Google words a minute's limit like an empty account, but says when it ends.
        kind = "rate"
    status = 502 if fault.code in _BAD_SAMPLE else fault.status
    return Failure(kind, status, fault.message, fault.code, told)


def _kind(fault: Fault, answered: bool) -> Kind:
    if fault.code in _CODES:
        return _CODES[fault.code]
    if fault.code == "timeout" or (fault.status == 504 and not answered):
        return "timeout"
    if not answered:
        return "network"
    return _by_words(fault.status, f"{fault.code} {fault.message}") or _by_status(fault.status, fault.code)


def _by_words(status: int, text: str) -> Kind | None:
    """Return the kind if the words tell; those of 5xx are not trusted, since gateways quote what they like."""
    if status >= 500:
        return None
    if status in (413, 429) and _TOO_LARGE_FOR_TIER.search(text):
        return "model"
    if _EMPTY_ACCOUNT.search(text):
        return "quota"
    if status in (400, 401, 403) and _BAD_KEY.search(text):
        return "auth"
    if status in (400, 403) and _GATEKEEPER.search(text):
        return "server"
    if status in (400, 401, 403, 422) and _NO_MODEL.search(text):
        return "model"
    return "model" if status in (401, 403) and _NOT_HERE.search(text) else None


def _by_status(status: int, code: str) -> Kind:
    if status >= 500 or status in (408, 409, 425, 498, 499) or code in _BAD_SAMPLE:
        return "server"
    known: dict[int, Kind] = {401: "auth", 402: "quota", 403: "auth", 404: "model", 405: "model", 410: "model"}
    known |= {420: "rate", 429: "rate"}
    return known.get(status, "caller")


def misses_model(fault: Fault) -> bool:
    """Tell whether a refusal says by its words that the model is what is missing."""
    return bool(_NO_MODEL.search(f"{fault.code} {fault.message}"))


def unfit(status: int, message: str) -> Failure:
    """Return the failure of a request that can't be expressed for an upstream, or of an upstream set up wrongly."""
    return Failure("model", status, message, "configuration")


def busy(provider: str, wait: float | None) -> Failure:
    """Return the failure of a request for which no key came free; `wait` is in seconds, None if it is not known."""
    when = f" for another {wait:.0f} s" if wait else ""
    return Failure("busy", 429, f"every key of {provider} is at its limit{when}", "busy", wait)
