"""Drives the attempts of one request: sends, reads, and lets the pure parts decide what to do next.

The status of an upstream decides before any byte of the reply goes to the client; once content has gone there is no
other attempt, and what breaks then ends the stream with an error event.
"""

from collections.abc import AsyncIterator, Callable, Sequence

import httpx
import trio
from msgspec.structs import replace

from ccr.core.event import Fault
from ccr.core.trail import Attempt, Trail
from ccr.dialect.fault import fault_of, kind_of, make_fault
from ccr.errors import CcrError, RequestError, UpstreamError
from ccr.keys.attempts import Candidate, Outcome
from ccr.keys.failure import Failure, busy, classify, unfit
from ccr.keys.repair import Repairs
from ccr.keys.verdict import Verdict
from ccr.net.call import Refusal, answering, led, refusal, unreachable
from ccr.net.desk import Course
from ccr.net.errand import SILENT, Errand, Prepare, Silence, Stream, doubt, leads, value_of, ways
from ccr.net.queue import Held
from ccr.net.relay import Relay
from ccr.net.retry_after import pause_after
from ccr.net.watch import Watch


class Exchange:
    """One request's way through its attempts."""

    def __init__(
        self, relay: Relay, watch: Watch, trail: Trail, *, repairs: Repairs, mask: Callable[[str], str]
    ) -> None:
        self.relay = relay
        self.accepted = watch.accepted
        self._watch = watch
        self.trail = trail
        self._repairs = repairs
        self._mask = mask
        self.stream: Stream | None = None
        """The reply that was read last."""
        self._silence: Silence | None = None

    async def run(self, course: Course, candidates: Sequence[Candidate], *, errands: Sequence[Prepare]) -> None:
        """Answer the client, or raise UpstreamError if no attempt could and nothing has been sent.

        `errands` are prepared when their candidate's turn comes, since most requests need only the first.
        """
        outcome: Outcome | None = None
        try:
            while not isinstance(step := await course.step(outcome), Verdict):
                if step.pause:
                    await trio.sleep(step.pause)
                self._announce(candidates, step.candidate)
                outcome = await self._try(course, candidates[step.candidate], errands[step.candidate])
        finally:
            course.close()
        verdict = step
        if verdict.failure is not None and self._silence is not None:
            self.stream = self._silence.reply
            self.relay.headers = dict(self._silence.headers)
            await self._deliver(self._silence.reply, self._silence.data)
        elif verdict.failure is not None:
            message = verdict.message([candidate.name for candidate in candidates])
            await self._give_up(verdict.failure, message, should_retry=verdict.should_retry)

    async def break_off(self, fault: Fault) -> None:
        """End an answer that has begun, after `run` was cancelled."""
        self.trail.result, self.trail.error = "error", fault.message
        if self.relay.finished:
            return
        if self.stream is None or not self.stream.begun:
            await self.relay.fail(fault)
            return
        await self.relay.write(self.stream.fail(fault))
        await self.relay.finish()

    def _announce(self, candidates: Sequence[Candidate], index: int) -> None:
        """Name who answers in the headers, which go out with the first content, and for whom, if that is another."""
        chosen, wanted = candidates[index], candidates[0]
        self.relay.headers["x-ccr-route"] = f"{chosen.provider},{chosen.model}"
        if chosen is wanted:
            self.relay.headers.pop("x-ccr-instead-of", None)
        else:
            self.relay.headers["x-ccr-instead-of"] = f"{wanted.provider},{wanted.model}"

    async def tell(self, reply: Stream, data: bytes) -> None:
        """Answer the client with a reply that is here already, as `data`."""
        self.stream = reply
        out = reply.feed(data)
        if out and self.relay.stream:
            self._mark()
            await self.relay.write(out)
        fault = await self._conclude(reply, None, at_last=True)
        if fault is not None and not reply.begun:
            raise UpstreamError(fault.message, status=fault.status, kind=fault.kind)

    async def _try(self, course: Course, candidate: Candidate, prepare: Prepare, *, again: bool = True) -> Outcome:
        """Wait for a key, send, and tell how it went."""
        key, sent = "", 0.0
        try:
            make = await prepare()
            async with course.turn() as turn:
                if turn.lease is None:
                    return Outcome(trio.current_time(), busy(candidate.provider, turn.left))
                key, sent = turn.lease.id, trio.current_time()
                errand = self._mended(await make(turn.lease.key), candidate)
                attempt = Attempt(candidate.provider, candidate.model, queued_ms=round(turn.waited * 1000))
                refused = await self._attempt(errand, lease=turn.lease, attempt=attempt)
                if refused is not None and not self.relay.finished:
                    refused = await self._otherwise(errand, refused, lease=turn.lease, candidate=candidate)
                is_stale = refused is not None and refused.status == 401 and errand.token and again
                if not is_stale:
                    return self._outcome(attempt, turn.lease, refused, sent=sent)
        except CcrError as error:
            return Outcome(trio.current_time(), _unmade(error), key, sent)
        errand.refused(errand.token)
        return await self._try(course, candidate, prepare, again=False)

    def _outcome(self, attempt: Attempt, lease: Held, refused: Refusal | None, *, sent: float) -> Outcome:
        now = trio.current_time()
        usage = self.trail.usage if self.stream is None else self.stream.usage
        lease.release(now, usage.prompt + usage.output if usage else None)
        if refused is None:
            self._repairs.confirm(provider=attempt.provider, model=attempt.model)
            return Outcome(now, None, lease.id, sent)
        failure = classify(refused.fault, answered=refused.status > 0)
        if failure.limits_requests:
            lease.refuse(now)
        return Outcome(now, failure, lease.id, sent, begun=self.relay.finished, repaired=refused.is_mended)

    def _mended(self, errand: Errand, candidate: Candidate) -> Errand:
        call = errand.call
        body = self._repairs.apply(call.body, provider=candidate.provider, model=candidate.model)
        found = errand if body is call.body else replace(errand, call=replace(call, body=body))
        for kind in ("auth", "url"):
            if value := self._repairs.way(candidate.provider, kind):
                found = next((other for other in ways(found, kind) if value_of(other.call, kind) == value), found)
        return found

    async def _otherwise(
        self, errand: Errand, refused: Refusal, *, lease: Held, candidate: Candidate
    ) -> Refusal | None:
        """Go the other ways that the provider's address leaves open; the one that helps is gone from then on.

        Returns the first refusal if none of them does.
        """
        kind = doubt(refused.fault, refused.status)
        if kind is None:
            return refused
        for other in ways(errand, kind):
            attempt = Attempt(candidate.provider, candidate.model)
            found = await self._attempt(other, lease=lease, attempt=attempt)
            if self.relay.finished or leads(kind, found.status if found else None):
                self._repairs.take(candidate.provider, kind, value_of(other.call, kind), why=refused.fault.message)
                return found
        return refused

    async def _attempt(self, errand: Errand, *, lease: Held, attempt: Attempt) -> Refusal | None:
        """Send once and put it on record; a refusal of the body is learnt from."""
        self.stream = reply = errand.reply()
        attempt.key = self._mask(lease.key) if lease.key else ""
        self.trail.attempts = [*self.trail.attempts, attempt]
        began = trio.current_time()
        try:
            refused = await self._send(errand, reply, lease=lease, attempt=attempt)
        finally:
            attempt.ms = round((trio.current_time() - began) * 1000)
        if refused is None:
            attempt.result = "ok"
            return None
        attempt.result = refused.fault.message[:200]
        return refused if self.relay.finished else self._learnt(refused, attempt, errand.call.body)

    def _learnt(self, refused: Refusal, attempt: Attempt, body: bytes) -> Refusal:
        why = refused.fault.message
        answer, status = refused.answer or why.encode(), refused.fault.status
        learn = self._repairs.learn
        found = learn(status, answer, body, provider=attempt.provider, model=attempt.model, why=why)
        return replace(refused, is_mended=found)

    async def _send(self, errand: Errand, reply: Stream, *, lease: Held, attempt: Attempt) -> Refusal | None:
        """Send once and relay the reply. Returns what failed."""
        cut: Fault | None = None
        with trio.CancelScope() as scope:
            self._watch.begin(scope, errand.limits)
            try:
                key, connect = errand.token or lease.key, errand.limits.connect
                async with answering(errand.client, errand.call, key, connect_seconds=connect) as response:
                    attempt.status = response.status_code
                    if pause := pause_after(response.headers):
                        lease.hold(trio.current_time() + pause)
                    passages = errand.passages() if response.is_success else ()
                    async with led(response, passages) as (head, body):
                        if head.status >= 300:
                            return await refusal(head, body)
                        await self._relay_body(body, reply)
            except RequestError as error:
                cut = fault_of(error)
            except httpx.HTTPError as error:
                cut = unreachable(error)
            finally:
                self._watch.end()
        if scope.cancelled_caught:
            cut = make_fault(504, f"the upstream is too slow: {self._watch.expired}", code="timeout")
            attempt.status = attempt.status or 504
        fault = await self._conclude(reply, cut)
        return None if fault is None else Refusal(fault, attempt.status)

    async def _relay_body(self, body: AsyncIterator[bytes], reply: Stream) -> None:
        async for data in body:
            out = reply.feed(data)
            if out:
                self._mark()
                await self.relay.write(out)
            if reply.fault is not None:
                return
            if reply.stopped or reply.ended:
                self._watch.over(last=reply.ended)

    async def _conclude(self, reply: Stream, cut: Fault | None, *, at_last: bool = False) -> Fault | None:
        """End the reply; the relay is finished afterwards unless the fault leaves room for another attempt."""
        out = reply.close(cut)
        if reply.fault is not None and not reply.begun:
            self._note(reply)
            return reply.fault
        if reply.silent and not at_last:
            self._note(reply)
            self.stream, self._silence = None, Silence(reply, out, dict(self.relay.headers))
            return SILENT
        return await self._deliver(reply, out)

    def _note(self, reply: Stream) -> None:
        self.trail.usage = reply.usage or self.trail.usage
        self.trail.stop_reason = reply.stop_reason

    async def _deliver(self, reply: Stream, out: bytes) -> Fault | None:
        """Give the client the end of a reply, or all of it."""
        self._note(reply)
        if reply.fault is not None:
            self.trail.result, self.trail.error = "error", reply.fault.message
        if out:
            self._mark()
        if self.relay.stream:
            if out:
                await self.relay.write(out)
            await self.relay.finish()
        elif reply.fault is None:
            await self.relay.respond(200, {"content-type": "application/json"}, out)
        return reply.fault

    def _mark(self) -> None:
        if not self.trail.ttft_ms:
            self.trail.ttft_ms = max(1, round((trio.current_time() - self._watch.accepted) * 1000))
        self._watch.progress()

    async def _give_up(self, failure: Failure, message: str, *, should_retry: bool | None) -> None:
        self.trail.result, self.trail.error = "error", message
        kind = kind_of(failure.status)
        if self.relay.started:
            self.relay.status = self.relay.status or 200
            await self.relay.fail(Fault(kind, message, failure.status, failure.code, failure.retry_after))
            return
        raise UpstreamError(
            message, status=failure.status, kind=kind, retry_after=failure.retry_after, should_retry=should_retry
        )


def _unmade(error: CcrError) -> Failure:
    """Return the failure of a request that could not even be made: its token can't be had, or it can't be expressed."""
    if isinstance(error, RequestError) and error.status >= 500 and error.should_retry is not False:
        return Failure("server", error.status, error.message, "token", error.retry_after)
    if isinstance(error, RequestError):
        return unfit(error.status, error.message)
    return unfit(500, str(error))
