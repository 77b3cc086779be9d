"""`POST /v1/messages/count_tokens`: answered here, at once, for every model."""

from datetime import UTC, datetime

from ccr.anthropic.request import check_history, read_body
from ccr.core.unified import Json
from ccr.errors import RequestError
from ccr.route.decide import decide, read_facts
from ccr.server.http import Request
from ccr.server.state import State


async def count(request: Request, state: State) -> None:
    """Answer {input_tokens}. The client sends some twenty of these at once for its `/context` screen."""
    body = read_body(await request.body())
    check_history(body.get("messages"))
    counted = (await state.counter.count(body)).total
    await request.json({"input_tokens": _expected(state, body, counted)})


def _expected(state: State, body: Json, counted: int) -> int:
    """Return what the model that would answer is expected to count for our `counted` tokens."""
    snapshot = state.snapshot
    try:
        found = decide(read_facts(body), snapshot.routes.at(datetime.now(UTC)), snapshot.catalog, tokens=counted)
    except RequestError:
        return counted
    return state.calibration.adjust(found.provider, found.model, counted)
