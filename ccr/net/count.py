"""Asks a provider, or whoever the configuration names, to count a request's tokens, in a moment or not at all."""

from collections.abc import Callable, Mapping

import httpx
import trio

from ccr.anthropic.count import number, question
from ccr.anthropic.request import Inbound
from ccr.config.tokenizer import Choice
from ccr.core.jsonio import dump, load
from ccr.core.recall import Recall
from ccr.core.unified import Json
from ccr.dialect.base import Call
from ccr.errors import ConfigError, RequestError
from ccr.net.client import request
from ccr.net.credential import auth_headers
from ccr.plan import build
from ccr.upstream import Upstream

SECONDS = 3.0
"""The client's screen waits for the counts; ours are there at once."""
LIMIT = 64 * 1024
PROVIDER = Choice("api")
RESPONSES_FIELDS = frozenset({"input", "instructions", "model", "reasoning", "text", "tool_choice", "tools"})


async def count(
    client: httpx.AsyncBaseTransport, upstream: Upstream, body: Json, *, choice: Choice = PROVIDER
) -> int | None:
    """Return the tokens that are told for a Messages body, or None if nobody tells in time.

    `client` must lead to the address in `choice`. Without one the provider itself is asked, if its API can count.
    """
    field = choice.response_field
    asked = _foreign(choice, upstream, body) if choice.url else None
    if upstream.dialect_name in OWN and not choice.url:
        make, field = OWN[upstream.dialect_name]
        asked = make(upstream, body)
    if asked is None:
        return None
    with trio.move_on_after(SECONDS):
        try:
            response = await client.handle_async_request(asked)
            try:
                content = await _read(response)
            finally:
                await response.aclose()
            return number(load(content), field) if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None
    return None


def _messages(upstream: Upstream, body: Json) -> httpx.Request:
    """https://docs.claude.com/en/api/messages-count-tokens"""
    headers = {"anthropic-version": "2023-06-01", **auth_headers(upstream.vendor.auth, _key(upstream))}
    sent = question(body, model=upstream.model, form="anthropic")
    return _post(upstream, f"{upstream.url}/count_tokens", headers, sent)


def _gemini(upstream: Upstream, body: Json) -> httpx.Request | None:
    """https://ai.google.dev/api/tokens"""
    call = _call(upstream, body)
    if call is None:
        return None
    address, verb, _ = call.url.rpartition(":")
    sent = {"generateContentRequest": {"model": f"models/{upstream.model}", **load(call.body)}}
    return _post(upstream, f"{address}{verb}countTokens", auth_headers(call.auth, _key(upstream)), sent)


def _responses(upstream: Upstream, body: Json) -> httpx.Request | None:
    """https://platform.openai.com/docs/api-reference/responses/input-tokens"""
    call = _call(upstream, body)
    if call is None:
        return None
    sent = {name: value for name, value in load(call.body).items() if name in RESPONSES_FIELDS}
    return _post(upstream, f"{call.url}/input_tokens", auth_headers(call.auth, _key(upstream)), sent)


Own = tuple[Callable[[Upstream, Json], httpx.Request | None], str]

OWN: dict[str, Own] = {
    "anthropic": (_messages, "input_tokens"),
    "gemini": (_gemini, "totalTokens"),
    "openai_responses": (_responses, "input_tokens"),
}
"""How each API is asked that can count, and where its answer has the number."""


def _call(upstream: Upstream, body: Json) -> Call | None:
    """Return what would be sent for the request itself; None if that can't be said without waiting for somebody."""
    try:
        return build(Inbound(body, b"", {}), body, upstream, recall=Recall()).call
    except (RequestError, ConfigError, TypeError):
        return None


def _post(upstream: Upstream, url: str, headers: Mapping[str, str], sent: Json) -> httpx.Request:
    all_headers = {"content-type": "application/json", **upstream.provider.headers, **headers}
    return request("POST", url, headers=all_headers, body=dump(sent))


def _key(upstream: Upstream) -> str:
    return upstream.provider.keys[0].key if upstream.provider.keys else ""


def _foreign(choice: Choice, upstream: Upstream, body: Json) -> httpx.Request:
    headers = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
    if choice.api_key:
        headers["authorization"] = f"Bearer {choice.api_key}"
    sent = question(body, model=choice.model or upstream.model, form=choice.request_format)
    return request("POST", choice.url, headers={**headers, **choice.headers}, body=dump(sent))


async def _read(response: httpx.Response) -> bytes:
    pieces, size = [], 0
    # Read to the end, which the caller's time limit bounds; a count is never that long.
    async for piece in response.aiter_raw():
        size += len(piece)
        if size <= LIMIT:
            pieces.append(piece)
    return b"".join(pieces)
