"""The models that a provider says it has, with what it tells of their limits."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import msgspec
import trio

from ccr.config.schema import Provider
from ccr.core.jsonio import load
from ccr.core.pattern import pattern
from ccr.dialect.vendor import DialectName
from ccr.dialect.vendor_table import find, speaking
from ccr.net.client import Clients, request
from ccr.net.credential import auth_headers

SECONDS = 15.0
BYTES = 8 * 1024 * 1024

_LEAF = pattern(r"/(chat/completions|completions|responses|messages|models)/?$")
_NO_CHAT = pattern(
    r"embed|whisper|\btts|-tts|image|dall-e|moderation|rerank|audio|realtime|guard|\bocr|transcri|imagen|veo|sora|aqa"
    r"|davinci|babbage|speech|computer-use|bge-|stable-diffusion|flux",
    re.IGNORECASE,
)
"""Names of models that hold no conversation."""

_WINDOW = (
    "context_length",  # OpenRouter, Together, Moonshot, Fireworks
    "context_window",  # Groq, Vercel
    "max_model_len",  # vLLM
    "max_context_length",  # Mistral, Cerebras
    "max_context_window_tokens",  # GitHub Copilot
    "context_size",  # Novita
    "inputTokenLimit",  # Gemini
    "max_input_tokens",  # Anthropic
    "n_ctx",  # llama.cpp
)
_OUTPUT = (
    "max_completion_tokens",
    "max_output_tokens",
    "outputTokenLimit",
    "max_output_length",
    "max_tokens",
)
_NESTED = (("top_provider",), ("limits",), ("capabilities", "limits"), ("metadata",), ("meta",))
"""Where vendors put them if not beside the id: OpenRouter, Cerebras, GitHub Copilot, DeepInfra, llama.cpp."""
_SIGHT = (
    ("capabilities", "vision"),
    ("capabilities", "supports", "vision"),
    ("supports_image_in",),
    ("supports_vision",),
)


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
    headers = {
        "accept": "application/json",
        "accept-encoding": "identity",
        **auth_headers(auth, key),
        **extra,
        **provider.headers,
    }
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
    methods = item.get("supportedGenerationMethods")
    if isinstance(methods, list) and "generateContent" not in methods:
        name = ""
    places = [item, *(_inside(item, path) for path in _NESTED)]
    return Listed(name, _number(places, _WINDOW), _number(places, _OUTPUT), _images(item))


def _inside(item: Any, path: Iterable[str]) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _images(item: Mapping[str, Any]) -> bool | None:
    inputs = _inside(item, ("architecture", "input_modalities"))
    if isinstance(inputs, list):
        return "image" in inputs
    found = (_inside(item, path) for path in _SIGHT)
    return next((sight for sight in found if isinstance(sight, bool)), None)


def _number(places: Iterable[Any], keys: Iterable[str]) -> int | None:
    """Return the first number under one of `keys`, in the first of the places that has one."""
    for place in places:
        for value in (place.get(key) for key in keys) if isinstance(place, dict) else ():
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
    return None


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
