"""`POST /v1/messages/count_tokens`: answered here, at once, unless the provider is to be asked."""

from datetime import UTC, datetime

from msgspec.structs import replace

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
    body = read_body(await request.body(), state.history)
    check_history(body.get("messages"))
    counted = (await state.counter.count(body)).total
    upstream = _upstream(state, body, counted)
    tokens = counted if upstream is None else await _counted(state, body, upstream, usual=counted)
    await request.json({"input_tokens": tokens})


def _upstream(state: State, body: Json, counted: int) -> Upstream | None:
    """Return who would answer, None if nobody would."""
    snapshot = state.snapshot
    try:
        found = decide(read_facts(body), snapshot.routes.at(datetime.now(UTC)), snapshot.catalog, tokens=counted)
        return snapshot.upstream(found.provider, found.model)
    except (RequestError, ConfigError):
        return None


async def _counted(state: State, body: Json, upstream: Upstream, *, usual: int) -> int:
    """Return the count of whoever the provider's `tokenizer` names, else what the upstream can be expected to count."""
    wanted = choice(upstream.provider.tokenizer, upstream.model)
    proxy_url = state.snapshot.config.proxy_url
    name = (upstream.provider.name, upstream.model)
    if wanted.type == "api":
        whose = replace(upstream.provider, url=wanted.url) if wanted.url else upstream.provider
        told = await ask.count(state.clients.client(whose, proxy_url=proxy_url), upstream, body, choice=wanted)
        if told is not None:
            # Requests don't wait for others' counts, but their estimates learn from them.
            state.calibration.observe(*name, usual, told)
            return told
    counter = state.counters.of(upstream, proxy_url=proxy_url)
    own = usual if counter is state.counter else (await counter.count(body)).total
    return state.calibration.adjust(*name, own)
