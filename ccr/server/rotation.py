"""`GET /api/rotation`: the keys of each provider, masked, with what has become of them."""

import trio

from ccr.config.redact import label
from ccr.server.http import Request
from ccr.server.state import State


async def rotation(request: Request, state: State) -> None:
    """Answer {providers: [...]}, a report of `ccr.keys.board` for each provider."""
    await request.json({"providers": state.board.report(trio.current_time(), label)})
