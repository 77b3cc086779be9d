"""`GET /v1/models`: every configured model, under an id that Claude Code's `/model` picker takes."""

from typing import Any

from ccr.route.catalog import Target
from ccr.route.name import listed_id
from ccr.server.http import Request
from ccr.server.state import State

CREATED = "2025-01-01T00:00:00Z"


async def listing(request: Request, state: State) -> None:
    """Answer Anthropic's list: https://docs.claude.com/en/api/models-list"""
    data: list[dict[str, Any]] = []
    for provider, models in state.snapshot.catalog.providers.items():
        for target in (Target(provider, model) for model in models):
            shown = {"type": "model", "display_name": target.name, "created_at": CREATED}
            data.append({"id": listed_id(target), **shown, **_limits(state, target)})
    ids = [entry["id"] for entry in data]
    await request.json(
        {"data": data, "has_more": False, "first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
    )


def _limits(state: State, target: Target) -> dict[str, int]:
    facts = state.snapshot.facts(target.provider, target.model)
    named = {"max_input_tokens": facts.window, "max_tokens": facts.max_output}
    return {name: limit for name, limit in named.items() if limit}
