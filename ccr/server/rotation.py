"""`GET /api/rotation`: the keys of each provider, masked, with what has become of them, and what was learnt."""

import trio

from ccr.config.redact import label
from ccr.server.http import Request
from ccr.server.state import State


async def rotation(request: Request, state: State) -> None:
    """Answer {providers: [...]}: reports of `ccr.keys.board`, with who waits for a key and what was learnt."""
    now, queue = trio.current_time(), state.queue
    reports = state.board.report(now, label)
    lessons = state.redact.value(state.board.lessons.report())
    providers = [
        {**report, "queued": queue.length(name), "lessons": [one for one in lessons if one["provider"] == name]}
        for report in reports
        for name in (report["provider"],)
    ]
    await request.json({"providers": providers})
