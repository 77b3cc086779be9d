"""`/preset/<name>/v1/...`: the same service, routed as an installed preset says. Each preset has a state of its own."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from ccr.config.parse import Loaded
from ccr.errors import NotFound, RequestError
from ccr.store import presetconfig
from ccr.store.paths import home

if TYPE_CHECKING:
    from ccr.server.state import Log, State

PATH = re.compile(r"/preset/(?P<name>[^/]+)(?P<rest>/v1/.+)")
"""Only the API is there: whoever may use a preset need not look after the service."""

Make = Callable[[str, Loaded], "State"]


class Presets:
    """The presets that have been asked for, each read again with every request and put in force when it has changed."""

    def __init__(self, env: Mapping[str, str], make: Make) -> None:
        self._home = home(env)
        self._env = env
        self._make = make
        self._states: dict[str, State] = {}
        self._lock = trio.Lock()
        self._nursery: trio.Nursery | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep what the presets have opened while the block runs."""
        async with trio.open_nursery() as self._nursery:
            yield
            self._nursery.cancel_scope.cancel()

    async def state(self, name: str) -> "State":
        """Return the state of a preset. Raises NotFound if there is none, RequestError if it can't be used."""
        read = partial(presetconfig.read, self._home, name, path=self._home.config, env=self._env)
        loaded = await trio.to_thread.run_sync(read)
        if loaded.config is None:
            message = f"ccr: {loaded.problems[0]}"
            raise NotFound(message) if "there is no preset" in message else RequestError(message, should_retry=False)
        async with self._lock:
            return await self._in_force(name, loaded)

    async def _in_force(self, name: str, loaded: Loaded) -> "State":
        found = self._states.get(name)
        if found is None:
            found = await trio.to_thread.run_sync(self._make, name, loaded)
            if self._nursery is None:
                raise RequestError("ccr: the service is not running")
            await self._nursery.start(_keep, found)
            self._states[name] = found
        elif found.snapshot.hash != loaded.hash:
            plugins = await trio.to_thread.run_sync(found.load_plugins, loaded)
            found.swap(loaded, plugins)
        return found


class MaskedLog:
    """A log that keeps the secrets of a preset out, which the log itself doesn't know."""

    def __init__(self, log: "Log") -> None:
        self.mask: Callable[[str], str] = str
        self._log = log

    def request(self, trail: Mapping[str, Any]) -> None:
        """Log the record of a request, which has been masked."""
        self._log.request(trail)

    def event(self, level: str, text: str) -> None:
        """Log what happened."""
        self._log.event(level, self.mask(text))


async def _keep(state: "State", task_status: trio.TaskStatus[None]) -> None:
    async with state.running():
        task_status.started()
        await trio.sleep_forever()
