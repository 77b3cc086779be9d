"""What to do about a provider's refusal, in a few words for whoever owns the key."""

from collections.abc import Mapping

_MENDS: Mapping[str, str] = {
    "auth": "the key is wrong or has no access: make a new one at the provider",
    "quota": "the account has nothing left: top it up, or add another key",
    "rate": "too many requests for now: wait a minute, or add another key",
    "busy": "too many requests for now: wait a minute, or add another key",
    "server": "the provider has trouble: try again later",
    "network": "nobody answers there: check api_base_url, the network and PROXY_URL",
    "timeout": "no answer in time: try again, or give it longer with --timeout",
    "model": "check the model's name, and that the key may use it",
    "overflow": "the model's context is too small for any use here",
    "silent": "the model ended its turn without a word: try again, or another model",
    "caller": "the provider refuses the request itself: check api_base_url and the transformers",
}
"""By the kind of failure, as `ccr.keys.failure` names it."""

_WEB_PAGE = "api_base_url is a web page and no API: correct it"
_NOWHERE = "there is nothing at this address, or no such model: check api_base_url and the model's name"
_NO_KEY = "the provider wants a key: set api_key, and the variable that it names"
_TLS = "the certificate is not trusted: set ca_file for the provider, or SSL_CERT_FILE"


def mend(kind: str, *, status: int = 0, message: str = "", has_key: bool = True) -> str:
    """Return the likely mend of a failure, empty if there is none. `status` is the upstream's, 0 if it sent none."""
    lowered = message.lower()
    if "web page" in lowered or "redirects to" in lowered:
        return _WEB_PAGE
    if kind == "network" and "certificate" in lowered:
        return _TLS
    if kind == "auth" and not has_key:
        return _NO_KEY
    if kind == "model" and status in (404, 405) and "model" not in lowered:
        return _NOWHERE
    return _MENDS.get(kind, "")
