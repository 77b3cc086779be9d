"""Signatures that the router can read: they carry a provider's own reasoning state through the client.

A `thinking` block's signature is opaque to the client and comes back byte for byte. Sealed signatures tell which
provider and model issued the payload inside, so that state is only ever given back to its owner.
"""

import base64
import binascii

import msgspec

PREFIX = "ccr1."


class Seal(msgspec.Struct, frozen=True, array_like=True):
    """Whose state it is, and the dialect's own payload."""

    provider: str
    model: str
    payload: str


def seal(provider: str, model: str, payload: str) -> str:
    """Return the signature for a payload; an empty payload still names its owner."""
    return PREFIX + base64.urlsafe_b64encode(msgspec.json.encode(Seal(provider, model, payload))).decode()


def unseal(signature: str) -> Seal | None:
    """Return what is inside, or None for a signature that is not one of ours."""
    if not isinstance(signature, str) or not signature.startswith(PREFIX):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(signature[len(PREFIX) :]), type=Seal)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None


def owned(signature: str, provider: str, model: str) -> str | None:
    """Return the payload if this provider and model issued it, else None."""
    found = unseal(signature)
    if found is None or found.provider != provider or found.model != model:
        return None
    return found.payload
