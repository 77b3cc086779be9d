"""Asks a provider that speaks the Messages API to count a request's tokens, in a moment or not at all."""

from collections.abc import Mapping
from typing import Any

import httpx
import trio

from ccr.core.jsonio import dump, load
from ccr.net.client import request
from ccr.net.credential import auth_headers
from ccr.upstream import Upstream

SECONDS = 3.0
"""The client's screen waits for the counts; ours are there at once."""
LIMIT = 64 * 1024
FIELDS = ("messages", "system", "tools", "tool_choice", "thinking")
"""https://docs.claude.com/en/api/messages-count-tokens"""


async def count(client: httpx.AsyncBaseTransport, upstream: Upstream, body: Mapping[str, Any]) -> int | None:
    """Return the `input_tokens` that the provider tells for a Messages body, or None if it doesn't in time."""
    sent = {name: body[name] for name in FIELDS if name in body}
    key = upstream.provider.keys[0].key if upstream.provider.keys else ""
    headers = {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        **upstream.provider.headers,
        **auth_headers(upstream.vendor.auth, key),
    }
    asked = request(
        "POST", f"{upstream.url}/count_tokens", headers=headers, body=dump({**sent, "model": upstream.model})
    )
    told = None
    with trio.move_on_after(SECONDS):
        try:
            response = await client.handle_async_request(asked)
            try:
                content = await _read(response)
            finally:
                await response.aclose()
            told = load(content).get("input_tokens") if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError, AttributeError):
            return None
    return told if isinstance(told, int) and told > 0 else None


async def _read(response: httpx.Response) -> bytes:
    pieces, size = [], 0
    # Read to the end, which the caller's time limit bounds; a count is never that long.
    async for piece in response.aiter_raw():
        size += len(piece)
        if size <= LIMIT:
            pieces.append(piece)
    return b"".join(pieces)
