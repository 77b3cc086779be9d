"""Routes one request: the pure rules decide, here is only what they must wait for."""

from datetime import UTC, datetime
from typing import NamedTuple

from ccr.anthropic.request import Inbound
from ccr.core.unified import Json
from ccr.route.decide import Decision, decide, read_facts, wants_tokens
from ccr.server.own import asked
from ccr.server.prompt import Counts
from ccr.server.state import State
from ccr.snapshot import Snapshot
from ccr.tokens.bound import certainly_below
from ccr.tokens.counter import Counter


class Routed(NamedTuple):
    """The decision, the body to send on (without the subagent tag), and our counts of the prompt by who counted."""

    decision: Decision
    body: Json
    counts: Counts


async def route(state: State, snapshot: Snapshot, inbound: Inbound) -> Routed:
    """Return where the request goes. Counts its tokens only if a rule's outcome depends on them.

    Raises NotFound for a model that does not exist, Unavailable if none does.
    """
    counter = state.counters.of(snapshot.main, proxy_url=snapshot.config.proxy_url)
    inbound, custom, counted = await _ask(state, inbound, counter)
    facts = read_facts(inbound.body, agent=inbound.agent, headers=inbound.headers)
    routes = (await state.overrides.routes(snapshot, inbound)).at(datetime.now(UTC))
    usage = state.last_usage(inbound)
    last_prompt = usage.prompt if usage else 0
    limit = wants_tokens(facts, routes, snapshot.catalog, last_prompt=last_prompt, custom=custom)
    if counted is None and limit is not None and not certainly_below(inbound.raw, limit + 1):
        counted = (await counter.count(inbound.body)).total
    tokens = limit if counted is None else counted
    decision = decide(facts, routes, snapshot.catalog, tokens=tokens, last_prompt=last_prompt, custom=custom)
    body = facts.body if isinstance(facts.body, dict) else dict(facts.body)
    return Routed(decision, body, {} if counted is None else {counter: counted})


async def _ask(state: State, inbound: Inbound, counter: Counter) -> tuple[Inbound, str | None, int | None]:
    """Return the request as the custom router leaves it, where it wants it to go, and the tokens if they are known."""
    if state.plugins.router is None:
        return inbound, None, None
    tokens = (await counter.count(inbound.body)).total
    custom, body = await asked(state, inbound, tokens=tokens)
    if body is None:
        return inbound, custom, tokens
    return inbound.with_body(body), custom, None
