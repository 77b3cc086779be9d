"""One HTTP call to an upstream: its head, its body piece by piece, and what a refusal says."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import httpx
import trio
from msgspec import Struct

from ccr.core.event import Fault
from ccr.dialect.base import Call
from ccr.dialect.fault import make_fault, read_fault
from ccr.errors import RequestError
from ccr.net.client import request
from ccr.net.credential import auth_headers
from ccr.net.dial import Unusable
from ccr.net.retry_after import retry_after
from ccr.net.transport import CONNECT_SECONDS
from ccr.transform.base import Head, Passage, Response

ERROR_BODY_LIMIT = 64 * 1024
"""Bytes of an upstream's error body that are read."""

FRAMING_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
"""Headers of a response that speak of its way to us; they don't hold for the body that we read."""


class Refusal(Struct, frozen=True):
    """Why a call failed. `status` is that of the upstream's answer, 0 if there was none; `answer` is the body of it."""

    fault: Fault
    status: int = 0
    answer: bytes = b""
    is_mended: bool = False
    """What was wrong with the body is known, and the next try will do without."""


@asynccontextmanager
async def answering(
    client: httpx.AsyncBaseTransport, call: Call, key: str, *, connect_seconds: float = CONNECT_SECONDS
) -> AsyncIterator[httpx.Response]:
    """Send the call with the key, and keep its answer open while the block runs."""
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream, application/json",
        "accept-encoding": "identity",
        **auth_headers(call.auth, key),
        **call.headers,
    }
    sent = request(call.method, call.url, headers=headers, body=call.body, connect_seconds=connect_seconds)
    response = await client.handle_async_request(sent)
    try:
        yield response
    finally:
        # Closing must not be skipped when the request is cancelled: the open connection is what the vendor bills by.
        with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
            await response.aclose()


@asynccontextmanager
async def led(response: httpx.Response, passages: Sequence[Passage]) -> AsyncIterator[Response]:
    """Give the response as it comes out of the passages."""
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() not in FRAMING_HEADERS}
    body = _body(response)
    found: Response = Head(response.status_code, headers), body
    async with AsyncExitStack() as stack:
        if isinstance(body, AsyncGenerator):
            await stack.enter_async_context(aclosing(body))
        for passage in passages:
            found = await stack.enter_async_context(passage.open(*found))
        yield found


def _body(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the pieces of the body, straight from the transport unless they are compressed against our wish.

    Raises httpx.DecodingError for a compression that is not read here.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "deflate", ""):
        raise httpx.DecodingError(f"it compresses its reply with {encoding!r}, though asked not to")
    if encoding in ("identity", ""):
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        return aiter(stream)
    return response.aiter_bytes()


async def refusal(head: Head, body: AsyncIterator[bytes]) -> Refusal:
    """Return what an answer says that is none."""
    held: list[bytes] = []
    size = 0
    try:
        async for data in body:
            held.append(data)
            size += len(data)
            if size >= ERROR_BODY_LIMIT:
                break
    except (httpx.HTTPError, RequestError):
        pass  # A status is known; half of its explanation is better than none.
    status, answer = head.status, b"".join(held)
    if status < 400:
        target = head.headers.get("location", "elsewhere")
        fault = make_fault(502, f"the upstream redirects to {target}; check api_base_url", code="redirect")
        return Refusal(fault, status)
    return Refusal(read_fault(status, answer, retry_after=retry_after(head.headers)), status, answer)


def unreachable(error: httpx.HTTPError) -> Fault:
    """Return the fault that an error of the connection stands for."""
    words = (str(error) or type(error).__name__)[:300]
    message = f"the connection to the upstream failed: {words}"
    if isinstance(error, httpx.ConnectTimeout):
        # Connecting again would wait as long again.
        return make_fault(504, message, code="timeout")
    return make_fault(502, message, code="configuration" if isinstance(error, Unusable) else "network")
