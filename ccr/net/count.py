"""Asks a provider, or whoever the configuration names, to count a request's tokens, in a moment or not at all."""

import httpx
import trio

from ccr.anthropic.count import number, question
from ccr.config.tokenizer import Choice
from ccr.core.jsonio import dump, load
from ccr.core.unified import Json
from ccr.net.client import request
from ccr.net.credential import auth_headers
from ccr.upstream import Upstream

SECONDS = 3.0
"""The client's screen waits for the counts; ours are there at once."""
LIMIT = 64 * 1024
PROVIDER = Choice("api")


async def count(
    client: httpx.AsyncBaseTransport, upstream: Upstream, body: Json, *, choice: Choice = PROVIDER
) -> int | None:
    """Return the tokens that are told for a Messages body, or None if nobody tells in time.

    `client` must lead to the address in `choice`. Without one the provider itself is asked, if it speaks the Messages
    API, which can count.
    """
    asked = _foreign(choice, upstream, body) if choice.url else _own(upstream, body)
    if asked is None:
        return None
    field = choice.response_field if choice.url else "input_tokens"
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


def _own(upstream: Upstream, body: Json) -> httpx.Request | None:
    """Return the question for the provider itself: https://docs.claude.com/en/api/messages-count-tokens"""
    if upstream.dialect_name != "anthropic":
        return None
    key = upstream.provider.keys[0].key if upstream.provider.keys else ""
    headers = {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        **upstream.provider.headers,
        **auth_headers(upstream.vendor.auth, key),
    }
    sent = question(body, model=upstream.model, form="anthropic")
    return request("POST", f"{upstream.url}/count_tokens", headers=headers, body=dump(sent))


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
