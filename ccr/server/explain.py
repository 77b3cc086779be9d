"""`/api/explain`: where a request goes and why, what is in it, and what its upstream would get. Nothing is sent."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from ccr import plan
from ccr.anthropic.request import Inbound, check_messages, read_body
from ccr.core.jsonio import dump, load
from ccr.errors import ConfigError, NotFound, RequestError
from ccr.net.credential import auth_headers
from ccr.route.decide import Decision, decide, read_facts
from ccr.route.name import resolve
from ccr.route.session import find_agent, find_session
from ccr.server.http import Request
from ccr.server.own import asked, awaited, rewritten
from ccr.server.prompt import Prompt
from ccr.server.state import State
from ccr.status.explain import changes, edits
from ccr.upstream import Upstream

Json = dict[str, Any]


async def stored(request: Request, state: State) -> None:
    """`GET /api/explain?id=...&model=...`: explain a request that was answered lately; without an id the last one."""
    query = parse_qs(request.query)
    found = await state.find(query.get("id", [""])[0])
    if found is None:
        raise NotFound("there is no such request among the last ones that the router remembers")
    await request.json(await report(state, found, model=query.get("model", [""])[0]))


async def given(request: Request, state: State) -> None:
    """`POST /api/explain?model=...`: explain the Messages request in the body."""
    raw = await request.body()
    body = read_body(raw)
    check_messages(body)
    inbound = Inbound(
        body=body,
        raw=raw,
        headers=request.headers,
        session=find_session(request.headers, body),
        agent=find_agent(request.headers),
    )
    await request.json(await report(state, inbound, model=parse_qs(request.query).get("model", [""])[0]))


async def report(state: State, inbound: Inbound, *, model: str = "") -> Json:
    """Return the report on a request; `model` names another target to show beside the chosen one.

    Raises RequestError if the request can't be routed at all.
    """
    inbound = await rewritten(state, inbound)
    inbound = await state.system.applied(state.snapshot.config.rewrite_system_prompt, inbound)
    counter = state.counters.of(state.snapshot.main, proxy_url=state.snapshot.config.proxy_url)
    counted = await counter.count(inbound.body)
    decision, body = await _decide(state, inbound, counted.total)
    snapshot = state.snapshot
    upstreams = [snapshot.upstream(decision.provider, decision.model)]
    if model:
        target = resolve(model, snapshot.catalog)
        upstreams.append(snapshot.upstream(target.provider, target.model))
    prompt = Prompt(state, snapshot, inbound, {counter: counted.total})
    await prompt.measure(upstreams)
    by_tool = {}
    for tool in inbound.body.get("tools") or ():
        name = str(tool.get("name")) if isinstance(tool, dict) else "?"
        by_tool[name] = (await counter.count({"tools": [tool]})).tools
    sections = {name: getattr(counted, name) for name in counted.__struct_fields__}
    tokens = {**sections, "total": counted.total, "by_tool": by_tool}
    found = {
        "route": _route(decision),
        "tokens": {**tokens, "expected": prompt.estimate(upstreams[0]), "window": upstreams[0].facts.window},
        "calls": [await _call(state, inbound, prompt.fitted(body, u), u) for u in upstreams],
    }
    masked: Json = load(state.redact.text(dump(found).decode()))
    return masked


async def _decide(state: State, inbound: Inbound, tokens: int) -> tuple[Decision, Json]:
    custom, changed = await asked(state, inbound, tokens=tokens)
    body = inbound.body if changed is None else changed
    facts = read_facts(body, agent=inbound.agent, headers=inbound.headers)
    snapshot = state.snapshot
    routes = (await state.overrides.routes(snapshot, inbound)).at(datetime.now(UTC))
    usage = state.last_usage(inbound)
    last_prompt = usage.prompt if usage else 0
    found = decide(facts, routes, snapshot.catalog, tokens=tokens, last_prompt=last_prompt, custom=custom)
    return found, dict(facts.body)


def _route(decision: Decision) -> Json:
    return {
        "provider": decision.provider,
        "model": decision.model,
        "scenario": decision.scenario,
        "reason": decision.reason,
        "rejected": [list(pair) for pair in decision.rejected],
    }


async def _call(state: State, inbound: Inbound, body: Json, upstream: Upstream) -> Json:
    target = f"{upstream.provider.name},{upstream.model}"
    key = upstream.provider.keys[0].key if upstream.provider.keys else ""
    trace: plan.Trace = []
    try:
        body = await state.documents.put(body, upstream, inbound)
        steps = plan.steps(inbound, body, upstream, recall=state.recall, key=key, trace=trace)
        call = (await awaited(steps)).call
    except (RequestError, ConfigError) as error:
        return {"target": target, "error": str(error)}
    sent = load(call.body) if call.body[:1] == b"{" else None
    headers = {**call.headers, **dict.fromkeys(auth_headers(call.auth, "k"), "[hidden]")}
    return {
        "target": target,
        "method": call.method,
        "url": call.url,
        "headers": headers,
        "bytes": len(call.body),
        "changes": changes(inbound.body, sent),
        "transformers": edits(trace),
        "body": sent,
    }
