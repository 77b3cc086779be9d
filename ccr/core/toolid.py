"""Ids of tool calls in the forms that strict providers take."""

import hashlib

ALNUM_LENGTH = 9
"""Mistral's ids: "must be a-z, A-Z, 0-9, with a length of 9" (https://github.com/vllm-project/vllm/issues/9019)."""


def alnum_id(call_id: str) -> str:
    """Return the id as nine letters and digits: unchanged if it is that, else a hash of it.

    The same id always gives the same, so a call and its result stay together.
    """
    fits = len(call_id) == ALNUM_LENGTH and call_id.isascii() and call_id.isalnum()
    return call_id if fits else digest(call_id)[:ALNUM_LENGTH]


def digest(call_id: str) -> str:
    """Return a hash of the id in hexadecimal digits."""
    return hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()
