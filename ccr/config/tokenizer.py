"""Reads a provider's `tokenizer`: {"default": CHOICE, "models": {"<model>": CHOICE}}, or a CHOICE for all models."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Choice(Struct, frozen=True):
    """How to count for a model: by a bundled encoding (`tiktoken`), or by asking the provider (`api`)."""

    type: str = "tiktoken"
    encoding: str = ""


USUAL = Choice()


def choice(tokenizer: Mapping[str, Any] | None, model: str) -> Choice:
    """Return the choice for a model; the usual one where there is none or it can't be read."""
    if not isinstance(tokenizer, Mapping):
        return USUAL
    models = tokenizer.get("models")
    own = models.get(model) if isinstance(models, Mapping) else None
    found = own or tokenizer.get("default") or tokenizer
    if not isinstance(found, Mapping):
        return USUAL
    return Choice(str(found.get("type") or "tiktoken").lower(), str(found.get("encoding") or ""))
