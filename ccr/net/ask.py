"""Small questions to the servers that give out tokens, on the same way on which a provider is reached."""

from collections.abc import Mapping

import httpx
import msgspec
import trio

from ccr.config.schema import Provider
from ccr.errors import UpstreamError, UpstreamTimeout
from ccr.net.client import Clients, request
from ccr.net.proxy import DIRECT

SECONDS = 20.0
BODY_LIMIT = 256 * 1024
"""Bytes of an answer that are kept."""


class Question(msgspec.Struct, frozen=True):
    """One HTTP request; without a body it is a GET. `direct` goes past every proxy."""

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    direct: bool = False
    seconds: float = SECONDS


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes


FORM: Mapping[str, str] = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
"""The headers of an OAuth token request: https://www.rfc-editor.org/rfc/rfc6749#appendix-B"""


class Asker:
    """Asks on behalf of one provider: through its proxy, trusting whom it trusts."""

    def __init__(self, clients: Clients, provider: Provider, *, proxy_url: str | None) -> None:
        self._clients = clients
        self._provider = provider
        self._proxy_url = proxy_url

    async def __call__(self, question: Question) -> Answer:
        """Return the answer, whatever its status. Raises RequestError if there is none."""
        host = httpx.URL(question.url).host
        proxy = DIRECT if question.direct else self._provider.proxy
        provider = msgspec.structs.replace(self._provider, url=question.url, proxy=proxy)
        client = self._clients.client(provider, proxy_url=self._proxy_url)
        try:
            with trio.fail_after(question.seconds):
                return await _exchange(client, question)
        except trio.TooSlowError:
            raise UpstreamTimeout(f"no access token: {host} did not answer in {question.seconds:g} s") from None
        except httpx.HTTPError as error:
            # The words of a transport name addresses, never what was sent.
            words = str(error)[:200] or type(error).__name__
            message = f"no access token: the connection to {host} failed: {words}"
            raise UpstreamError(message, status=502, kind="api_error") from None


async def _exchange(client: httpx.AsyncBaseTransport, question: Question) -> Answer:
    method = "GET" if question.body is None else "POST"
    headers = {"accept-encoding": "identity", **question.headers}
    sent = request(method, question.url, headers=headers, body=question.body or b"")
    response = await client.handle_async_request(sent)
    found = bytearray()
    try:
        # Read to its end, since a generator that is left half-way is closed at some later time.
        async for data in response.aiter_bytes():
            found += data[: BODY_LIMIT - len(found)]
    finally:
        with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
            await response.aclose()
    return Answer(response.status_code, bytes(found))
