"""`POST /v1/messages/count_tokens`: answered here, at once, unless the provider is to be asked."""

from datetime import UTC, datetime

from ccr.anthropic.request import check_history, read_body
from ccr.config.tokenizer import choice
from ccr.core.unified import Json
from ccr.errors import ConfigError, RequestError
from ccr.net import count as ask
from ccr.route.decide import decide, read_facts
from ccr.server.http import Request
from ccr.server.state import State
from ccr.upstream import Upstream


async def count(request: Request, state: State) -> None:
    """Answer {input_tokens}. The client sends some twenty of these at once for its `/context` screen."""
    body = read_body(await request.body())
    check_history(body.get("messages"))
    counted = (await state.counter.count(body)).total
    upstream = _upstream(state, body, counted)
    told = await _told(state, body, upstream) if upstream else None
    if told is None and upstream is not None:
        told = state.calibration.adjust(upstream.provider.name, upstream.model, counted)
    await request.json({"input_tokens": counted if told is None else told})


def _upstream(state: State, body: Json, counted: int) -> Upstream | None:
    """Return who would answer, None if nobody would."""
    snapshot = state.snapshot
    try:
        found = decide(read_facts(body), snapshot.routes.at(datetime.now(UTC)), snapshot.catalog, tokens=counted)
        return snapshot.upstream(found.provider, found.model)
    except (RequestError, ConfigError):
        return None


async def _told(state: State, body: Json, upstream: Upstream) -> int | None:
    """Return the count that the provider's `tokenizer` asks for: the provider's own, or that of another encoding."""
    wanted = choice(upstream.provider.tokenizer, upstream.model)
    if wanted.encoding and wanted.type == "tiktoken":
        try:
            return (await state.counting(wanted.encoding).count(body)).total
        except ConfigError:
            return None
    if wanted.type != "api" or upstream.dialect_name != "anthropic":
        return None
    client = state.clients.client(upstream.provider, proxy_url=state.snapshot.config.proxy_url)
    return await ask.count(client, upstream, body)
