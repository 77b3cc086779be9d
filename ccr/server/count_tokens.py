"""`POST /v1/messages/count_tokens`: answered here, at once, for every model."""

from ccr.anthropic.request import check_history, read_body
from ccr.server.http import Request
from ccr.server.state import State


async def count(request: Request, state: State) -> None:
    """Answer {input_tokens}. The client sends some twenty of these at once for its `/context` screen."""
    body = read_body(await request.body())
    check_history(body.get("messages"))
    counted = await state.counter.count(body)
    await request.json({"input_tokens": counted.total})
