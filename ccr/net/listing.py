"""The models that a provider says it has, with what it tells of their limits."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import trio

from ccr.config.schema import Provider
from ccr.core.jsonio import load
from ccr.dialect.vendor import DialectName
from ccr.dialect.vendor_table import find, speaking
from ccr.net.client import Clients, request
from ccr.net.credential import auth_headers

SECONDS = 15.0
BYTES = 8 * 1024 * 1024

_LEAF = re.compile(r"/(chat/completions|completions|responses|messages|models)/?$")
_NO_CHAT = re.compile(
    r"embed|whisper|\btts|-tts|image|dall-e|moderation|rerank|audio|realtime|guard|\bocr|transcri|imagen|veo|sora|aqa"
    r"|davinci|babbage|speech|computer-use|bge-|stable-diffusion|flux",
    re.IGNORECASE,
)
"""Names of models that hold no conversation."""

# Each vendor's own word: OpenRouter, Groq, vLLM, Mistral, Gemini, LM Studio, Together, Moonshot.
_WINDOW = ("context_length", "context_window", "max_model_len", "max_context_length", "inputTokenLimit")
_OUTPUT = ("max_completion_tokens", "max_output_tokens", "outputTokenLimit", "max_output_length")


class Listed(msgspec.Struct, frozen=True):
    """One model of a list. Limits are in tokens; `None` where the provider doesn't say."""

    id: str
    context_window: int | None = None
    max_output: int | None = None
    images: bool | None = None

    @property
    def talks(self) -> bool:
        """Whether its name is that of a model for conversations."""
        return not _NO_CHAT.search(self.id)


async def listed(
    clients: Clients, provider: Provider, wire: DialectName, *, key: str, proxy_url: str | None
) -> list[Listed]:
    """Return the models at a provider's endpoint, none if it doesn't tell."""
    url = f"{_LEAF.sub('', provider.url.partition('?')[0].rstrip('/#'))}/models"
    auth = speaking(find(provider.url), wire).auth
    extra = {"anthropic-version": "2023-06-01"} if wire == "anthropic" else {}
    headers = {"accept": "application/json", "accept-encoding": "identity", **auth_headers(auth, key), **extra}
    client = clients.client(provider, proxy_url=proxy_url)
    try:
        with trio.fail_after(SECONDS):
            return read_listing(await _get(client, url, headers))
    except (httpx.HTTPError, trio.TooSlowError, ValueError, RecursionError):
        return []


def read_listing(value: Any) -> list[Listed]:
    """Return the models in the JSON of a list: OpenAI's and Anthropic's `data`, Gemini's and Ollama's `models`."""
    items = value.get("data") or value.get("models") if isinstance(value, dict) else value
    found = [_model(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [model for model in found if model.id]


def _model(item: Mapping[str, Any]) -> Listed:
    name = str(item.get("id") or item.get("name") or item.get("model") or "").removeprefix("models/")
    top = item.get("top_provider")
    nested = top if isinstance(top, dict) else {}
    shape = item.get("architecture")
    inputs = shape.get("input_modalities") if isinstance(shape, dict) else None
    methods = item.get("supportedGenerationMethods")
    if isinstance(methods, list) and "generateContent" not in methods:
        name = ""
    return Listed(
        name,
        _number(item, _WINDOW) or _number(nested, _WINDOW),
        _number(item, _OUTPUT) or _number(nested, _OUTPUT),
        "image" in inputs if isinstance(inputs, list) else None,
    )


def _number(item: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    return next((int(item[key]) for key in keys if isinstance(item.get(key), int) and item[key] > 0), None)


async def _get(client: httpx.AsyncBaseTransport, url: str, headers: Mapping[str, str]) -> Any:
    response = await client.handle_async_request(request("GET", url, headers=headers, body=b""))
    found = bytearray()
    try:
        if response.status_code != 200:
            raise ValueError("no list")
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for data in response.stream:
            found += data
            if len(found) > BYTES:
                raise ValueError("too large")
    finally:
        with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
            await response.aclose()
    return load(bytes(found))
