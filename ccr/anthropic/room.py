"""Keeps a reply's limit within what its model's window has left."""

from ccr.core.unified import Json

FLOOR = 1024
"""Tokens that a reply is always given. Where not even they fit, the upstream says best that the prompt is too long."""


def wanted(body: Json) -> int:
    """Return the tokens that a Messages body asks for, 0 if it does not say."""
    value = body.get("max_tokens")
    return value if isinstance(value, int) else 0


def fit(body: Json, *, window: int | None, prompt: int) -> Json:
    """Return the body with a `max_tokens` that leaves room for the prompt; the same one where there is no need.

    `prompt` is our count, which the upstream's own may exceed by some 5%. 0 is unknown.
    """
    if window is None or not prompt:
        return body
    room = max(window - prompt - prompt // 20, FLOOR)
    return body if wanted(body) <= room else {**body, "max_tokens": room}
