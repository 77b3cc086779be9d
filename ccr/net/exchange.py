"""Drives the attempts of one request: sends, reads, and lets the pure parts decide what to do next.

The status of an upstream decides before any byte of the reply goes to the client; once content has gone there is no
other attempt, and what breaks then ends the stream with an error event.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Protocol

import httpx
import msgspec
import trio

from ccr.core.event import Fault
from ccr.core.trail import Attempt, Trail
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.dialect.base import Call
from ccr.dialect.fault import make_fault, read_fault
from ccr.errors import CcrError, RequestError, Unavailable, UpstreamError
from ccr.keys.attempts import Candidate, Outcome, Try
from ccr.net.client import request
from ccr.net.credential import auth_headers
from ccr.net.relay import Relay
from ccr.net.retry_after import retry_after
from ccr.net.watch import Limits, Watch
from ccr.transform.base import Head, Passage, Response

ERROR_BODY_LIMIT = 64 * 1024
"""Bytes of an upstream's error body that are read."""

FRAMING_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
"""Headers of a response that speak of its way to us; they don't hold for the body that we read."""


class Stream(Protocol):
    """A reply being translated or passed through: see `ccr.reply.Reply`."""

    @property
    def begun(self) -> bool: ...
    @property
    def fault(self) -> Fault | None: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def stop_reason(self) -> str: ...
    @property
    def keepsake(self) -> tuple[list[str], list[Json]]: ...
    def feed(self, data: bytes) -> bytes: ...
    def close(self, cut: Fault | None = None) -> bytes: ...
    def fail(self, fault: Fault) -> bytes: ...


class Errand(msgspec.Struct, frozen=True):
    """All that is needed to try one candidate."""

    candidate: Candidate
    call: Call
    client: httpx.AsyncBaseTransport
    reply: Callable[[], Stream]
    limits: Limits = Limits()
    token: str = ""
    """Takes the key's place where it isn't empty."""
    refused: Callable[[str], None] = lambda token: None
    """Is told of a token that the upstream did not take."""
    passages: Callable[[], Sequence[Passage]] = tuple
    """Lead the bytes of the reply through other processes on their way to its reader."""


Make = Callable[[str], Awaitable[Errand]]
"""Makes the errand for a try with this key."""


class Exchange:
    """One request's way through its attempts."""

    def __init__(self, relay: Relay, watch: Watch, trail: Trail, *, mask: Callable[[str], str]) -> None:
        self.relay = relay
        self._watch = watch
        self.trail = trail
        self._mask = mask
        self.stream: Stream | None = None
        """The reply that was read last."""
        self._fault: Fault | None = None

    async def run(self, steps: Generator[Try, Outcome, None], errands: Sequence[Make]) -> None:
        """Answer the client, or raise RequestError if no attempt could and nothing has been sent.

        `errands` are made when their candidate's turn comes, since most requests need only the first.
        """
        outcome: Outcome | None = None
        while True:
            try:
                step = next(steps) if outcome is None else steps.send(outcome)
            except StopIteration:
                break
            if step.wait:
                await trio.sleep(step.wait)
            outcome = await self._try(errands[step.candidate], step.key)
            if outcome.ok:
                return
        await self._give_up()

    async def _try(self, make: Make, key: str, *, again: bool = True) -> Outcome:
        began = trio.current_time()
        try:
            errand = await make(key)
            reply = self.stream = errand.reply()
        except CcrError as error:
            self._fault = _fault_of(error)
            return Outcome(self._fault.status, self._fault.code)
        attempt = Attempt(errand.candidate.provider, errand.candidate.model, self._mask(key))
        self.trail.attempts = [*self.trail.attempts, attempt]
        try:
            fault = await self._send(errand, reply, key=key, attempt=attempt)
        finally:
            attempt.ms = round((trio.current_time() - began) * 1000)
        if fault is None:
            attempt.result = "ok"
            return Outcome(200)
        attempt.result = fault.message[:200]
        if attempt.status == 401 and errand.token and again:
            errand.refused(errand.token)
            return await self._try(make, key, again=False)
        self._fault = _named(fault, errand.candidate)
        return Outcome(fault.status if attempt.status else 0, fault.code, fault.retry_after)

    async def _send(self, errand: Errand, reply: Stream, *, key: str, attempt: Attempt) -> Fault | None:
        """Send once and relay the reply. Returns what failed while another attempt is still possible."""
        cut: Fault | None = None
        with trio.CancelScope() as scope:
            self._watch.begin(scope, errand.limits)
            try:
                async with _response(errand, key) as response:
                    attempt.status = response.status_code
                    passages = errand.passages() if response.is_success else ()
                    async with _led(response, passages) as (head, body):
                        if head.status >= 300:
                            return await _refusal(head, body)
                        await self._relay_body(body, reply)
            except RequestError as error:
                cut = _fault_of(error)
            except httpx.HTTPError as error:
                cut = make_fault(502, f"the connection to the upstream failed: {_words(error)}", code="network")
            finally:
                self._watch.end()
        if scope.cancelled_caught:
            cut = make_fault(504, f"the upstream is too slow: {self._watch.expired}", code="timeout")
            attempt.status = attempt.status or 504
        return await self._conclude(reply, cut)

    async def _relay_body(self, body: AsyncIterator[bytes], reply: Stream) -> None:
        async for data in body:
            out = reply.feed(data)
            if out:
                self._mark()
                await self.relay.write(out)
            if reply.fault is not None:
                return

    async def _conclude(self, reply: Stream, cut: Fault | None) -> Fault | None:
        out = reply.close(cut)
        self.trail.usage = reply.usage or self.trail.usage
        self.trail.stop_reason = reply.stop_reason
        if reply.fault is not None and not reply.begun:
            return reply.fault
        if reply.fault is not None:
            self.trail.result, self.trail.error = "error", reply.fault.message
        if out:
            self._mark()
        if self.relay.stream:
            if out:
                await self.relay.write(out)
            await self.relay.finish()
        elif reply.fault is not None:
            return reply.fault
        else:
            await self.relay.respond(200, {"content-type": "application/json"}, out)
        return None

    def _mark(self) -> None:
        if not self.trail.ttft_ms:
            self.trail.ttft_ms = max(1, round((trio.current_time() - self._watch.accepted) * 1000))
        self._watch.progress()

    async def _give_up(self) -> None:
        fault = self._fault or make_fault(503, "no upstream could be tried")
        self.trail.result, self.trail.error = "error", fault.message
        if self.relay.started:
            self.relay.status = self.relay.status or 200
            await self.relay.fail(fault)
            return
        if fault.status == 503 and self._fault is None:
            raise Unavailable(fault.message)
        raise UpstreamError(
            fault.message,
            status=fault.status,
            kind=fault.kind,
            retry_after=fault.retry_after,
            should_retry=should_retry(fault),
        )


def should_retry(fault: Fault) -> bool | None:
    """Return what `x-should-retry` says: False for what cannot heal by itself, None where the client knows best."""
    if fault.status in (401, 402, 403, 404) or fault.code in ("insufficient_quota", "html"):
        return False
    return None


@asynccontextmanager
async def _response(errand: Errand, key: str) -> AsyncIterator[httpx.Response]:
    call = errand.call
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream, application/json",
        "accept-encoding": "identity",
        **auth_headers(call.auth, errand.token or key),
        **call.headers,
    }
    sent = request(call.method, call.url, headers=headers, body=call.body)
    response = await errand.client.handle_async_request(sent)
    try:
        yield response
    finally:
        # Closing must not be skipped when the request is cancelled: the open connection is what the vendor bills by.
        with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
            await response.aclose()


def _body(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the pieces of the body, straight from the transport unless they are compressed against our wish."""
    if response.headers.get("content-encoding", "identity") == "identity":
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        return aiter(stream)
    return response.aiter_bytes()


@asynccontextmanager
async def _led(response: httpx.Response, passages: Sequence[Passage]) -> AsyncIterator[Response]:
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


async def _refusal(head: Head, body: AsyncIterator[bytes]) -> Fault:
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
    status = head.status
    if status < 400:
        target = head.headers.get("location", "elsewhere")
        return make_fault(502, f"the upstream redirects to {target}; check api_base_url", code="redirect")
    return read_fault(status, b"".join(held), retry_after=retry_after(head.headers))


def _named(fault: Fault, candidate: Candidate) -> Fault:
    """Say whose error it is, but leave the words alone that Claude Code looks for at the start of a message."""
    if fault.code == "context_length_exceeded":
        return fault
    message = f"[{candidate.provider}/{candidate.model}] {fault.message}"
    return msgspec.structs.replace(fault, message=message)


def _fault_of(error: CcrError) -> Fault:
    if isinstance(error, RequestError):
        return Fault(error.kind, error.message, error.status, "", error.retry_after)
    return make_fault(500, str(error), code="configuration")


def _words(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) < 300 else text[:300]
