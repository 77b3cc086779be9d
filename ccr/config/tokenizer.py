"""Reads a provider's `tokenizer`: {"default": CHOICE, "models": {"<model>": CHOICE}}, or a CHOICE for all models."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

TYPES = ("tiktoken", "huggingface", "api")
FORMATS = ("standard", "openai", "anthropic", "custom")


class Choice(Struct, frozen=True):
    """How to count for a model: by a bundled encoding (`tiktoken`), by the `tokenizer.json` of a model
    (`huggingface`), or by asking somebody (`api`): the provider itself, or whoever is at `url`.
    """

    type: str = "tiktoken"
    encoding: str = ""
    model: str = ""
    """The name at Hugging Face, or the one that the address knows."""
    path: str = ""
    url: str = ""
    api_key: str = ""
    request_format: str = "standard"
    response_field: str = "token_count"
    """Where the number stands in the answer, with dots: `usage.tokens`."""
    headers: Mapping[str, str] = {}

    @property
    def source(self) -> str:
        """Where the `tokenizer.json` is: a path or an address."""
        return self.path or self.url or f"https://huggingface.co/{self.model}/resolve/main/tokenizer.json"


USUAL = Choice()


def choice(tokenizer: Mapping[str, Any] | None, model: str) -> Choice:
    """Return the choice for a model; the usual one where there is none or it can't be read."""
    if not isinstance(tokenizer, Mapping):
        return USUAL
    models = tokenizer.get("models")
    own = models.get(model) if isinstance(models, Mapping) else None
    return _choice(own or tokenizer.get("default") or tokenizer)


def problems(tokenizer: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Yield the place and the nature of each thing that makes a choice useless."""
    for path, value in _values(tokenizer or {}):
        if not isinstance(value, Mapping):
            yield path, "must be an object with a type"
            continue
        found = _choice(value)
        if found.type not in TYPES:
            yield f"{path}.type", f"{found.type!r} is not one of {', '.join(TYPES)}"
        elif found.type == "huggingface" and not (found.model or found.path or found.url):
            yield path, "needs the model, path or url of a tokenizer.json"
        elif found.request_format not in FORMATS:
            yield f"{path}.requestFormat", f"{found.request_format!r} is not one of {', '.join(FORMATS)}"


def _values(tokenizer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    models = tokenizer.get("models")
    if "default" in tokenizer:
        yield "tokenizer.default", tokenizer["default"]
    if isinstance(models, Mapping):
        yield from ((f"tokenizer.models.{name}", value) for name, value in models.items())
    if tokenizer and not {"default", "models"} & set(tokenizer):
        yield "tokenizer", tokenizer


def _choice(found: Any) -> Choice:
    if not isinstance(found, Mapping):
        return USUAL

    def text(name: str, other: str = "") -> str:
        value = found.get(name)
        return value.strip() if isinstance(value, str) and value.strip() else other

    headers = found.get("headers")
    return Choice(
        type=text("type", "tiktoken").lower(),
        encoding=text("encoding"),
        model=text("model"),
        path=text("path"),
        url=text("url"),
        api_key=text("apiKey") or text("api_key"),
        request_format=text("requestFormat", "standard").lower(),
        response_field=text("responseField", "token_count"),
        headers={str(k): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {},
    )
