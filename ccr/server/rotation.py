"""`GET /api/rotation`: the keys of each provider, masked, with what has become of them, and what was learnt."""

import trio

from ccr.config.redact import label
from ccr.server.http import Request
from ccr.server.state import State


async def rotation(request: Request, state: State) -> None:
    """Answer {providers: [...], lessons: [...]}: reports of `ccr.keys.board`, with how many requests wait for a key."""
    now, queue = trio.current_time(), state.queue
    reports = state.board.report(now, label)
    providers = [{**report, "queued": queue.length(report["provider"])} for report in reports]
    lessons = state.redact.value(state.board.lessons.report())
    await request.json({"providers": providers, "lessons": lessons})
