"""What is sent for one request to one upstream, and how its reply is read. Pure."""

import re
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec.structs import replace

from ccr import claim
from ccr.anthropic.encoder import Heading
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.request import Inbound
from ccr.anthropic.stream import StreamEncoder
from ccr.anthropic.unify import thought, unify
from ccr.core.history import repaired
from ccr.core.jsonio import dump, load
from ccr.core.known import once
from ccr.core.login import NO_GRANT, Grant
from ccr.core.recall import Recall
from ccr.core.seal import seal
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.dialect.anthropic.accept import is_sound, suits_claude
from ccr.dialect.base import Call, Target
from ccr.passthrough import Passthrough
from ccr.reply import Reply
from ccr.transform.base import Context, Passage
from ccr.transform.chain import finish
from ccr.transform.toolnames import ToolNames
from ccr.upstream import Upstream

BILLING = "x-anthropic-billing-header"
"""The first words of a line in Claude Code's system prompt that changes with each request. Only Anthropic reads it;
elsewhere it would break the provider's prompt cache at its very beginning."""

DROPPED_HEADERS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-api-key",
        "x-ccr-profile",
        "x-ccr-routes",
    }
)
"""Of the client's headers, those of its connection to us, those with a key, and what it calls its JSON."""

KEY_HEADERS = {"bearer": "authorization", "basic": "authorization", "google": "authorization"}
"""The headers of those ways of sending a key that aren't named after theirs."""

_MODEL_FIRST = re.compile(rb'\s*\{\s*"model"\s*:\s*("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class Plan:
    """The call for one candidate, and a fresh reader for each try of it."""

    upstream: Upstream
    call: Call
    reply: Callable[[Heading], Reply | Passthrough]
    passages: Callable[[], list[Passage]] = list
    """What leads the bytes of a reply through other processes before the reader gets them, in this order."""


Trace = list[tuple[str, Json]]
"""The request before all transformers, under an empty name, and after each one, under its name."""

Steps = Generator[Awaitable[Json], Json, Plan]
"""Makes a plan; yields what has to be awaited on the way, and is sent what came of it."""


def build(inbound: Inbound, body: Json, upstream: Upstream, *, recall: Recall, grant: Grant = NO_GRANT) -> Plan:
    """Return the plan for sending the Messages `body` to an upstream.

    `body` is the client's own, or a changed one (without a subagent tag, say). `recall` knows the reasoning that the
    client may have dropped, `grant` what the account in use tells. Raises RequestError for what can't be sent there.
    """
    return finish(steps(inbound, body, upstream, recall=recall, grant=grant))


def steps(
    inbound: Inbound,
    body: Json,
    upstream: Upstream,
    *,
    recall: Recall,
    grant: Grant = NO_GRANT,
    key: str = "",
    trace: Trace | None = None,
) -> Steps:
    """Like `build`, for chains in which a transformer may have to wait; they are told the provider's `key`.

    What each transformer makes of the request is put into `trace`, if it is given.
    """
    if upstream.passes_through:
        return _passthrough(inbound, body, upstream, recall=recall)
    return (yield from _translated(inbound, body, upstream, recall=recall, grant=grant, key=key, trace=trace))


def _passthrough(inbound: Inbound, body: Json, upstream: Upstream, *, recall: Recall) -> Plan:
    takes = partial(claim.takes, upstream=upstream, origins=recall.origins)
    if is_sound(body, takes=takes) and (not upstream.is_anthropic or suits_claude(body, upstream.model)):
        raw = inbound.raw if body is inbound.body else None
        sent = _with_model(raw, upstream.model) or dump({**body, "model": upstream.model})
    else:
        sent = finish(_translated(inbound, body, upstream, recall=recall)).call.body
    headers = {k: v for k, v in inbound.headers.items() if k not in DROPPED_HEADERS}
    url = f"{upstream.url}?{inbound.query}" if inbound.query else upstream.url
    call = Call(
        url=url,
        body=sent,
        auth="bearer" if upstream.chain.options.get("UseBearer") else upstream.vendor.auth,
        headers={"anthropic-version": "2023-06-01", **headers, **upstream.provider.headers},
    )

    def reply(heading: Heading) -> Reply | Passthrough:
        def convert() -> Reply:
            found = finish(_translated(inbound, body, upstream, recall=recall)).reply(heading)
            assert isinstance(found, Reply)
            return found

        if heading.spent:
            # Usage that has to be added up is not what the upstream's bytes say.
            return convert()
        model = inbound.model if inbound.model != upstream.model else ""
        return Passthrough(stream=inbound.stream, convert=convert, maker=upstream.maker, model=model)

    return Plan(upstream, call, reply)


def _with_model(raw: bytes | None, model: str) -> bytes | None:
    """Return the client's bytes with another model name, if the name is the first thing in them."""
    found = _MODEL_FIRST.match(raw) if raw else None
    if raw is None or found is None or raw.count(b'"model"', 0, found.start(1)) != 1:
        return None
    return raw[: found.start(1)] + dump(model) + raw[found.end(1) :]


def _translated(
    inbound: Inbound,
    body: Json,
    upstream: Upstream,
    *,
    recall: Recall,
    grant: Grant = NO_GRANT,
    key: str = "",
    trace: Trace | None = None,
) -> Steps:
    request = unify(body)
    request["model"] = upstream.model
    if not upstream.is_anthropic:
        kept = (_without_billing(m) if m["role"] == "system" else m for m in request["messages"])
        request["messages"] = [m for m in kept if m is not None]
    messages = (_reminded(m, recall) if "tool_calls" in m else m for m in repaired(request["messages"]))
    request["messages"] = [claim.sealed(m, upstream, recall.origins) if "thinking" in m else m for m in messages]
    if inbound.headers.get("anthropic-beta"):
        betas = inbound.headers["anthropic-beta"].split(",")
        request.setdefault("anthropic", {})["betas"] = [beta.strip() for beta in betas]
    names = ToolNames(request)
    context = Context(upstream.provider.name, upstream.model, upstream.vendor, inbound.stream)
    context.key, context.client, context.trace = key, _client(inbound), trace
    request = yield from upstream.chain.edits(request, context)
    target = Target(
        provider=upstream.provider.name,
        model=str(request.get("model") or upstream.model),
        base_url=grant.url or upstream.url,
        vendor=context.vendor,
        session=inbound.session,
        options=upstream.chain.options,
        defaults=grant.defaults,
    )
    call = _with_extras(
        upstream.dialect.encode(request, target), context, {**grant.headers, **upstream.provider.headers}
    )

    def reply(heading: Heading) -> Reply:
        filters = [*upstream.filters(context), *names.filters()]
        encoder = StreamEncoder(heading) if inbound.stream else MessageEncoder(heading)
        stages = upstream.chain.stages(context)
        return Reply(upstream.dialect.decoder(request, target), filters, encoder, stages=stages)

    return Plan(upstream, call, reply, lambda: upstream.chain.passages(context))


def _client(inbound: Inbound) -> Json:
    return {"body": inbound.body, "headers": inbound.headers, "sessionId": inbound.session or None}


def heading(
    inbound: Inbound, upstream: Upstream, *, message_id: str, prompt_tokens: int, spent: Usage | None = None
) -> Heading:
    """Return what the reply of an upstream needs to know of the request."""
    provider, model = upstream.provider.name, upstream.model
    return Heading(
        message_id=message_id,
        model=inbound.model,
        seal=lambda payload: seal(provider, model, payload),
        prompt_tokens=prompt_tokens,
        used_ids=tool_ids(inbound.body),
        spent=spent,
    )


def tool_ids(body: Mapping[str, Any]) -> set[str]:
    """Return the ids of all tool calls in a conversation."""
    found: set[str] = set()
    for message in body.get("messages") or ():
        if message.get("role") == "assistant":
            found.update(once(message, "ids", _call_ids))
    return found


def _call_ids(message: Mapping[str, Any]) -> list[str]:
    content = message.get("content")
    blocks = content if isinstance(content, list) else ()
    return [str(b.get("id", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "tool_use"]


def _without_billing(message: Json) -> Json | None:
    content = message.get("content")
    if message.get("role") != "system" or not isinstance(content, list):
        return message
    kept = [p for p in content if not str(p.get("text", "")).startswith(BILLING)]
    if len(kept) == len(content):
        return message
    return {**message, "content": kept} if kept else None


def _reminded(message: Json, recall: Recall) -> Json:
    """Give a tool turn the thinking back that the client dropped."""
    calls = message.get("tool_calls")
    if not calls or message.get("thinking"):
        return message
    blocks = recall.blocks(str(calls[0].get("id", "")))
    return {**message, "thinking": thought(blocks)} if blocks else message


def _with_extras(call: Call, context: Context, own_headers: Mapping[str, str]) -> Call:
    """Add what transformers, the provider's settings and its account put beside the body."""
    body = call.body if context.body is None else dump(context.body)
    if context.extra:
        body = dump({**load(body), **context.extra})
    headers = {**call.headers, **own_headers, **context.headers}
    # A header that a transformer takes away may be the one that would carry the key.
    gone = {name for name, value in headers.items() if value is None}
    auth = "none" if KEY_HEADERS.get(call.auth, call.auth) in gone else call.auth
    kept = {name: value for name, value in headers.items() if value is not None}
    return replace(call, body=body, headers=kept, auth=auth, url=context.url or call.url)
