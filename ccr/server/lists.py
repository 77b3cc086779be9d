"""Learns the limits of models from their providers' lists: beside the requests, and only when they may matter."""

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from ccr.config.schema import ModelSettings
from ccr.dialect.model_table import UNKNOWN, ModelFacts, Told, place
from ccr.errors import ConfigError
from ccr.net.client import Clients
from ccr.net.listing import Listed, listed
from ccr.store import learnt
from ccr.upstream import Upstream

SMALL = 40_000
"""Tokens of a prompt for which no list is asked: a model without room for them is of no use to Claude Code, whose first
prompt has some 25,000."""
FRESH_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 3600.0
"""A provider that tells nothing is not asked again for so long."""


class Lists:
    """What is known by address. `learn` is called when there is news."""

    def __init__(self, path: Path, *, clients: Clients, learn: Callable[[], object]) -> None:
        self._path = path
        self._clients = clients
        self._learn = learn
        self._lists = learnt.read(path)
        self._due = {where: found.at + FRESH_SECONDS for where, found in self._lists.items()}
        self._nursery: trio.Nursery | None = None

    @property
    def told(self) -> Told:
        """What each provider has told of its models."""
        return learnt.models(self._lists)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask while the block runs."""
        async with trio.open_nursery() as self._nursery:
            yield
            self._nursery.cancel_scope.cancel()
        self._nursery = None

    def want(self, upstream: Upstream, tokens: int, *, proxy_url: str | None) -> None:
        """A prompt of so many tokens goes to a model: find out what there is room for, unless its user knows."""
        own = upstream.provider.model_settings.get(upstream.model) or ModelSettings()
        if tokens <= SMALL or own.context_window or upstream.is_anthropic or upstream.dialect_name == "vertex":
            return
        where = place(upstream.provider.url)
        if self._nursery is None or time.time() < self._due.get(where, 0.0):
            return
        self._due[where] = time.time() + AGAIN_SECONDS
        self._nursery.start_soon(partial(self._ask, upstream, where, proxy_url=proxy_url))

    async def _ask(self, upstream: Upstream, where: str, *, proxy_url: str | None) -> None:
        key = upstream.provider.keys[0].key if upstream.provider.keys else ""
        try:
            found = await listed(self._clients, upstream.provider, upstream.dialect_name, key=key, proxy_url=proxy_url)
        except ConfigError:
            return
        models = dict(_telling(found))
        if not models:
            return
        self._due[where] = time.time() + FRESH_SECONDS
        self._lists[where] = learnt.List(time.time(), models)
        self._learn()
        await trio.to_thread.run_sync(learnt.write, self._path, dict(self._lists))


def _telling(models: Iterable[Listed]) -> Iterable[tuple[str, ModelFacts]]:
    for model in models:
        facts = ModelFacts(model.context_window, model.max_output, model.images)
        if model.talks and facts != UNKNOWN:
            yield model.id, facts
