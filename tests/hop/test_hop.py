"""A session of 40 requests in which each goes to another provider than the one before, and none is refused.

Five providers that each refuse what the real one refuses stand behind an HTTP proxy, so that the router knows them by
their own addresses. After every reply the client runs the tools, so most requests hand results of one provider's calls
to another one, and each provider gets its own reasoning back later, through the turns of all others.
"""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.aio import trio_test
from tests.hop.agent import Agent, Mode
from tests.hop.claude import Anthropic
from tests.hop.deepseek import DeepSeek
from tests.hop.google import Gemini
from tests.hop.mock import Json, Mock, Refusal
from tests.hop.move import Move, moves
from tests.hop.ollama import Ollama
from tests.hop.openai import Responses
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, live

REQUESTS = 40


class Providers:
    """The upstream of the router: its proxy, and all providers behind it."""

    def __init__(self, mocks: Sequence[Mock], *, keeps_past: bool) -> None:
        self.keeps_past = keeps_past
        self.mocks = {mock.host: mock for mock in mocks}
        self.move = Move(0)
        self.refusals: list[str] = []
        self.taken: dict[str, Json] = {}
        """The last request that each took."""
        self._sent: dict[str, list[Json]] = {}

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        address = urlsplit(seen.path)
        mock = self.mocks[address.netloc]
        path = f"{address.path}?{address.query}" if address.query else address.path
        try:
            mock.check(path, seen.headers, seen.body)
            reply = mock.say(self.move, seen.body)
        except Refusal as refusal:
            self.refusals.append(f"{address.netloc}, request {self.move.number}: {refusal}")
            await wire.answer(refusal.status, {"error": {"message": str(refusal)}})
            return
        self.taken[address.netloc] = seen.body
        self._compare(address.netloc, seen.body)
        await wire.begin()
        for start in range(0, len(reply), 700):
            await wire.send(reply[start : start + 700])
        await wire.end()

    def _compare(self, host: str, body: Json) -> None:
        """Note where a conversation does not begin as it did at the last visit: a provider's cache depends on that."""
        turns = conversation(body)
        known = self._sent.get(host, [])
        changed = next((n for n, (old, new) in enumerate(zip(known, turns, strict=False)) if old != new), None)
        if self.keeps_past and (changed is not None or len(turns) < len(known)):
            self.refusals.append(f"{host}, request {self.move.number}: turn {changed} has changed")
        self._sent[host] = turns

    def configuration(self, proxy: str) -> dict[str, Any]:
        """Return the configuration that reaches them all."""
        entries = [{"name": f"p{n}", "proxy": proxy, **mock.entry()} for n, mock in enumerate(self.mocks.values())]
        return {"Providers": entries, "Router": {"default": f"p0,{entries[0]['models'][0]}"}, "LOG": False}

    def names(self) -> list[str]:
        """Return `provider,model` of each."""
        return [f"p{n},{mock.model}" for n, mock in enumerate(self.mocks.values())]


def conversation(body: Json) -> list[Json]:
    """Return the turns of a request in any form, without what moves on with each request."""
    turns: list[Json] = next(body[field] for field in ("contents", "messages", "input") if field in body)
    text = json.dumps(turns).replace(', "cache_control": {"type": "ephemeral"}', "")
    return [_in_blocks(turn) for turn in json.loads(text)]


def _in_blocks(turn: Json) -> Json:
    content = turn.get("content")
    return {**turn, "content": [{"type": "text", "text": content}]} if isinstance(content, str) else turn


def old_models(*, remembers: bool) -> list[Mock]:
    return [
        Anthropic(adaptive=False, remembers=remembers),
        DeepSeek(),
        Gemini(signs=False),
        Responses(),
        Ollama(odd_ids=False),
    ]


def new_models(*, remembers: bool) -> list[Mock]:
    return [
        Anthropic(adaptive=True, remembers=remembers),
        DeepSeek(),
        Gemini(signs=True),
        Responses(),
        Ollama(odd_ids=True),
    ]


async def hop(router: Live, providers: Providers, agent: Agent, stride: int) -> str:
    """Run the session; each request goes `stride` providers further. Returns what went wrong, if anything."""
    names = providers.names()
    for move, turn in zip(moves(REQUESTS), count(0, stride), strict=False):
        providers.move = move
        name = names[turn % len(names)]
        answer = await router.post(agent.request(name))
        if answer.status_code != 200 or providers.refusals:
            return f"request {move.number} to {name}: {providers.refusals or answer.text}"
        try:
            agent.take(read_stream(answer.content), move)
        except AssertionError as error:
            return f"reply {move.number} of {name}: {error}"
    return ""


@pytest.mark.parametrize(
    ("mode", "models", "stride"),
    [
        *[("keep", new_models, stride) for stride in (1, 2, 3, 4)],
        *[("keep", old_models, 1), ("keep", old_models, 2)],
        *[("drop", old_models, 3), ("drop", new_models, 1)],
        *[("compact", old_models, 4), ("compact", new_models, 2)],
    ],
)
@trio_test(limit=30)
async def test_session_that_hops_is_never_refused(mode: Mode, models: Any, stride: int) -> None:
    providers = Providers(models(remembers=mode != "drop"), keeps_past=mode != "compact")
    thinking = {"type": "adaptive"} if models is new_models else {"type": "enabled", "budget_tokens": 10_000}
    async with live(providers, make=providers.configuration) as router:
        problem = await hop(router, providers, Agent(mode, thinking), stride)
    assert not problem
