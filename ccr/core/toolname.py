"""Tool names that every provider takes, and the way back to the client's own."""

import hashlib
import re
from functools import lru_cache

LIMIT = 64
"""Characters. OpenAI's limit for function names: https://platform.openai.com/docs/api-reference/chat/create"""

_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]")


@lru_cache(1024)
def wire_name(name: str) -> str:
    """Return the name to send: unchanged if legal, else legal characters and a hash of the whole name.

    The hash makes two long names that begin alike stay different; the result is the same in every turn, so that
    the provider's prompt cache holds.
    """
    clean = _ILLEGAL.sub("_", name)
    if clean == name and len(name) <= LIMIT and (name[:1].isalpha() or name[:1] == "_"):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    head = clean if clean[:1].isalpha() or clean[:1] == "_" else f"t_{clean}"
    return f"{head[: LIMIT - 9]}_{digest}"


def wire_names(names: list[str]) -> dict[str, str]:
    """Return {sent name: client's name} for the names that had to change; empty when all are legal."""
    return {wire: name for name in names if (wire := wire_name(name)) != name}
