"""Is the server there, which one is it, and what has it done lately."""

import os
from datetime import UTC, datetime
from urllib.parse import parse_qs

from ccr.server.http import Request
from ccr.server.state import State
from ccr.version import VERSION


async def greeting(request: Request, state: State) -> None:
    """`GET /`: a friendly word for browsers and for Claude Code's first probe."""
    await request.json({"message": "Claude Code Router", "version": VERSION})


async def health(request: Request, state: State) -> None:
    """`GET /health`: what tells this server from every other program on the port."""
    await request.json(
        {
            "status": "draining" if state.draining else "ok",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "name": "ccr",
            "instance": state.instance,
            "version": VERSION,
            "pid": os.getpid(),
            "role": state.role,
            "config_hash": state.snapshot.hash,
            "started": state.started,
        }
    )


async def status(request: Request, state: State) -> None:
    """`GET /api/status`: the recent requests, newest first, without any secret."""
    await request.json(
        {
            "instance": state.instance,
            "version": VERSION,
            "pid": os.getpid(),
            "role": state.role,
            "started": state.started,
            "active": state.active,
            "served": state.served,
            "providers": [
                {"name": p.name, "models": list(p.models), "keys": len(p.keys)} for p in state.snapshot.config.providers
            ],
            "recent": [trail.record() for trail in reversed(state.recent)],
        }
    )


async def usage(request: Request, state: State) -> None:
    """`GET /api/usage`: the tokens and dollars of all requests since the server started, and of each model's."""
    await request.json({"started": state.started, **state.sessions.summary()})


async def session(request: Request, state: State) -> None:
    """`GET /api/session?id=...`: who really answers a session of Claude Code, its tokens, and how fast."""
    names = parse_qs(request.query).get("id", [""])
    await request.json(state.sessions.record(names[0]))
