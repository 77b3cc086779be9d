"""`POST /v1/messages`: read, route, send, relay, record."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import trio

from ccr import plan
from ccr.anthropic.encoder import Heading
from ccr.anthropic.request import Inbound, check_messages, read_body
from ccr.config.redact import label
from ccr.config.schema import ModelSettings
from ccr.core.jsonio import load
from ccr.core.trail import Trail
from ccr.core.unified import Json
from ccr.dialect.fault import fault_of
from ccr.errors import CcrError, RequestError, Unavailable
from ccr.keys.attempts import Ask
from ccr.keys.repair import Repairs
from ccr.net.errand import Errand, Make, Prepare, Stream
from ccr.net.exchange import Exchange
from ccr.net.relay import Relay
from ccr.net.watch import Limits, Watch
from ccr.route.decide import Decision
from ccr.route.session import find_agent, find_session
from ccr.server import agents
from ccr.server.http import ClientGone, Request
from ccr.server.own import awaited, rewritten
from ccr.server.pools import candidate, repeats_itself
from ccr.server.prompt import Prompt
from ccr.server.routing import Routed, route
from ccr.server.state import State
from ccr.snapshot import Snapshot
from ccr.upstream import Upstream

EARLIER = 0.95
"""The part of its patience after which a client that waits for a whole answer is told that there is none."""


async def create(request: Request, state: State) -> None:
    """Answer one Messages request."""
    trail = state.begin(request.path)
    try:
        raw = await request.body()
        inbound = _inbound(raw, request, state)
        trail.request_bytes = len(raw)
        state.kept.add(trail.id, inbound)
        await _serve(request, state, inbound, trail)
    except ClientGone:
        trail.result = "gone"
        raise
    except RequestError as error:
        trail.status, trail.result, trail.error = error.status, "error", error.message
        raise
    except Exception as error:
        trail.status, trail.result, trail.error = 500, "error", f"{type(error).__name__}: {error}"
        raise
    finally:
        trail.result = trail.result or "stopped"
        state.end(trail)


def _inbound(raw: bytes, request: Request, state: State) -> Inbound:
    body = read_body(raw, state.history)
    check_messages(body)
    return Inbound(
        body=body,
        raw=raw,
        headers=request.headers,
        query=request.query,
        session=find_session(request.headers, body),
        agent=find_agent(request.headers),
    )


async def _serve(request: Request, state: State, inbound: Inbound, trail: Trail) -> None:
    """Run the request beside its watch; the request keeps the configuration that it began with."""
    snapshot = state.snapshot
    trail.session, trail.asked, trail.stream = inbound.session, inbound.model, inbound.stream
    first = state.underway.find(inbound)
    if first is not None:
        trail.reason, trail.result = "joined the same request, which was still under way", "ok"
        await first.follow(request.receive, request.send)
        return
    failure: CcrError | None = None
    async with trio.open_nursery() as nursery:
        with state.underway.shared(inbound, request.send, nursery.cancel_scope) as shared:
            relay = Relay(shared.send, stream=inbound.stream, headers={"request-id": trail.id})
            watch = Watch(relay)
            run = partial(watch.run, request.receive, nursery.cancel_scope, outlives_client=shared.leave)
            nursery.start_soon(run)
            try:
                exchange = _exchange(state, inbound, watch, relay=relay, trail=trail)
                with state.breakable() as scope:
                    await _answer(state, snapshot, inbound, exchange)
                if scope.cancelled_caught:
                    await _break_off(exchange)
            except CcrError as error:
                # Raised again outside, since a nursery wraps what leaves it.
                failure = error
            shared.end(failure)
            nursery.cancel_scope.cancel()
    trail.status = relay.status
    if watch.gone:
        trail.result = "gone"
    elif failure is not None:
        raise failure
    else:
        trail.result = trail.result or "ok"
    state.remember_usage(inbound, trail.usage)


async def _break_off(exchange: Exchange) -> None:
    """End an answer because the server ends. Raises Unavailable if nothing of it has been sent."""
    stopped = Unavailable("ccr was stopped before the reply was complete", retry_after=1)
    if not exchange.relay.started:
        raise stopped
    await exchange.break_off(fault_of(stopped))


async def _answer(state: State, snapshot: Snapshot, inbound: Inbound, exchange: Exchange) -> None:
    inbound = await rewritten(state, inbound)
    inbound = await state.system.applied(snapshot.config.rewrite_system_prompt, inbound)
    routed = await route(state, snapshot, inbound)
    _tell(exchange, routed.decision)
    if routed.decision.scenario == agents.SCENARIO:
        routed = await _dispatched(state, snapshot, inbound, routed=routed, exchange=exchange)
    if exchange.stream is None:
        await _sent(state, snapshot, inbound, routed=routed, exchange=exchange)


async def _sent(state: State, snapshot: Snapshot, inbound: Inbound, *, routed: Routed, exchange: Exchange) -> None:
    """Send the request where it is routed to, and learn from the reply."""
    trail = exchange.trail
    upstreams = snapshot.candidates(routed.decision)
    repeats = not repeats_itself(inbound.headers)
    candidates = [candidate(state.board, upstream, repeats=repeats) for upstream in upstreams]
    prompt = Prompt(state, snapshot, inbound, routed.counts)
    await prompt.measure(upstreams)
    relief = snapshot.relief(routed.decision, upstreams)
    candidates += [candidate(state.board, upstream, repeats=repeats, relieves=True) for upstream in relief]
    upstreams += relief
    trail.prompt_estimate = prompt.estimate(upstreams[0])
    state.lists.want(upstreams[0], trail.prompt_estimate, proxy_url=snapshot.config.proxy_url)
    errands = [_errand(state, snapshot, inbound, u, body=routed.body, prompt=prompt, trail=trail) for u in upstreams]
    # Only images and documents may have to be put into words first.
    is_ready = inbound.is_text
    wanted = Ask(exchange.accepted, inbound.session, trail.prompt_estimate, is_ready)
    try:
        await exchange.run(state.desk.course(candidates, wanted), candidates, errands=errands)
    finally:
        # Also of a reply that broke off: the client may keep what it got of it.
        if exchange.stream is not None:
            state.recall.keep(exchange.stream.keepsake)
        trail.cost = _cost(trail, upstreams)
    # The client has its answer: what comes now may be cut short by the server's end, and changes nothing of it.
    trail.status, trail.result = exchange.relay.status, trail.result or "ok"
    if exchange.stream is not None:
        await prompt.learn(trail)


async def _dispatched(
    state: State, snapshot: Snapshot, inbound: Inbound, *, routed: Routed, exchange: Exchange
) -> Routed:
    """Return the request as the agents leave it; the client has its answer already if the dispatcher gave one."""
    group = snapshot.routes.agents
    assert group is not None
    own = partial(ask, state, snapshot)
    found = await agents.Dispatcher(snapshot, group, inbound=inbound, ask=own, log=state.log).run(routed.body)
    decision = agents.concluded(routed.decision, found, group, snapshot)
    _tell(exchange, decision)
    exchange.trail.spent = found.spent
    if found.answer is not None:
        upstream = snapshot.upstream(decision.provider, decision.model)
        heading = _heading(inbound, upstream, prompt_tokens=0, trail=exchange.trail)
        await exchange.tell(*agents.own_answer(inbound, heading, found.answer))
        exchange.trail.status, exchange.trail.result = exchange.relay.status, exchange.trail.result or "ok"
    return routed._replace(decision=decision, body=found.body)


def _tell(exchange: Exchange, decision: Decision) -> None:
    """Note the decision where it is asked for later: in the record, and in the headers if they haven't gone yet."""
    trail = exchange.trail
    trail.provider, trail.model = decision.provider, decision.model
    trail.scenario, trail.reason = decision.scenario, decision.reason
    told = {"x-ccr-route": f"{decision.provider},{decision.model}", "x-ccr-scenario": decision.scenario}
    exchange.relay.headers.update({**told, "x-ccr-reason": decision.reason.replace("\n", " ")[:400]})


def _cost(trail: Trail, upstreams: Sequence[Upstream]) -> float | None:
    """Return the dollars of the reply; None if the price of whoever was asked last, or beside it, is not known."""
    if trail.spent is not None:
        return None
    last = trail.attempts[-1] if trail.attempts else None
    asked = [one for one in upstreams if last and (one.provider.name, one.model) == (last.provider, last.model)]
    found = asked[0].tariff.cost(trail.usage, at=trail.started) if asked else None
    return None if found is None else round(found, 9)


def _exchange(state: State, inbound: Inbound, watch: Watch, *, relay: Relay, trail: Trail) -> Exchange:
    repairs = Repairs(state.board.lessons, inbound.session, tell=partial(state.log.event, "warn"))
    return Exchange(relay, watch, trail, repairs=repairs, mask=label)


def _errand(
    state: State, snapshot: Snapshot, inbound: Inbound, upstream: Upstream, *, body: Json, prompt: Prompt, trail: Trail
) -> Prepare:
    async def prepare() -> Make:
        own = partial(ask, state, snapshot)
        sent = await state.documents.put(body, upstream, inbound)
        sent = await state.descriptions.put(sent, upstream, snapshot, inbound=inbound, ask=own)
        return partial(make, sent)

    async def make(sent: Json, key: str) -> Errand:
        proxy_url = snapshot.config.proxy_url
        grant = await state.credentials.grant(upstream, proxy_url=proxy_url)
        steps = plan.steps(inbound, prompt.fitted(sent, upstream), upstream, recall=state.recall, grant=grant, key=key)
        built = await awaited(steps)
        heading = _heading(inbound, upstream, prompt_tokens=prompt.estimate(upstream), trail=trail)

        def reply() -> Stream:
            return built.reply(heading)

        client = state.clients.client(upstream.provider, proxy_url=proxy_url)
        forget = state.credentials.forget
        return Errand(
            built.call,
            client,
            reply,
            limits(snapshot, upstream, stream=inbound.stream),
            other_auth=upstream.other_auth,
            places=upstream.places,
            token=grant.token,
            refused=forget,
            passages=built.passages,
        )

    return prepare


def _heading(inbound: Inbound, upstream: Upstream, *, prompt_tokens: int, trail: Trail) -> Heading:
    message_id = trail.id.replace("req_", "msg_")
    return plan.heading(inbound, upstream, message_id=message_id, prompt_tokens=prompt_tokens, spent=trail.spent)


async def ask(state: State, snapshot: Snapshot, inbound: Inbound, upstream: Upstream) -> Any:
    """Send a request of our own, not streamed, and return the whole Messages reply. Raises CcrError if none comes."""
    pieces: list[bytes] = []

    async def collect(message: dict[str, Any]) -> None:
        pieces.append(message.get("body", b""))

    trail = Trail(id="req_own", started=0.0)
    relay = Relay(collect, stream=False, headers={})
    watch = Watch(relay)
    exchange = _exchange(state, inbound, watch, relay=relay, trail=trail)
    prompt = Prompt(state, snapshot, inbound)
    await prompt.measure([upstream])
    candidates = [candidate(state.board, upstream, repeats=True)]
    prepare = _errand(state, snapshot, inbound, upstream, body=inbound.body, prompt=prompt, trail=trail)
    course = state.desk.course(candidates, Ask(exchange.accepted, inbound.session))
    failure: CcrError | None = None
    async with trio.open_nursery() as nursery:
        # No client of ours can leave, but the limits hold for us too.
        nursery.start_soon(watch.run, trio.sleep_forever, nursery.cancel_scope)
        try:
            await exchange.run(course, candidates, errands=[prepare])
        except CcrError as error:
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return load(b"".join(pieces))


def limits(snapshot: Snapshot, upstream: Upstream, *, stream: bool) -> Limits:
    """Return the time limits of an upstream: those of its model, then of its provider, else what its client waits.

    The client counts `API_TIMEOUT_MS` until a stream begins or a whole answer is there. A stream begins with our ping,
    so it may take longer; who waits for a whole answer should hear of its delay just before he leaves.
    """
    settings = upstream.provider.model_settings.get(upstream.model) or ModelSettings()
    given = (settings.timeouts, upstream.provider.timeouts)
    usual, patience = Limits(), snapshot.config.api_timeout_ms / 1000
    patience *= 1 if stream else EARLIER

    def own(name: str, otherwise: float) -> float:
        return next((found for some in given if (found := getattr(some, name))), otherwise)

    first = own("first_token", patience)
    return Limits(
        connect=own("connect", min(usual.connect, patience)),
        first_token=first,
        idle=own("idle", min(usual.idle, patience)),
        total=own("total", max(first, patience, usual.total if stream else 0)),
    )
