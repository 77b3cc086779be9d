"""`/preset/<name>/v1/...`: the same service, routed as an installed preset says. Each preset has a state of its own."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Generic, Protocol, TypeVar

import trio

from ccr.config.parse import Loaded
from ccr.errors import NotFound, RequestError
from ccr.plugins.load import Plugins
from ccr.snapshot import Snapshot
from ccr.store import presetconfig
from ccr.store.paths import home

PATH = re.compile(r"/preset/(?P<name>[^/]+)(?P<rest>/v1/.+)")
"""Only the API is there: whoever may use a preset need not look after the service."""


class Holder(Protocol):
    """What holds a configuration in force, as the server's own state does."""

    snapshot: Snapshot

    def load_plugins(self, loaded: Loaded) -> Plugins: ...
    def swap(self, loaded: Loaded, plugins: Plugins) -> None: ...
    def running(self) -> AbstractAsyncContextManager[None]: ...


Held = TypeVar("Held", bound=Holder)


class Presets(Generic[Held]):
    """The presets that have been asked for, each read again with every request and put in force when it has changed."""

    def __init__(self, env: Mapping[str, str], make: Callable[[str, Loaded], Held]) -> None:
        self._home = home(env)
        self._env = env
        self._make = make
        self._states: dict[str, Held] = {}
        self._lock = trio.Lock()
        self._nursery: trio.Nursery | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep what the presets have opened while the block runs."""
        async with trio.open_nursery() as self._nursery:
            yield
            self._nursery.cancel_scope.cancel()

    async def state(self, name: str) -> Held:
        """Return the state of a preset. Raises NotFound if there is none, RequestError if it can't be used."""
        read = partial(presetconfig.read, self._home, name, path=self._home.config, env=self._env)
        loaded = await trio.to_thread.run_sync(read)
        if loaded.config is None:
            message = f"ccr: {loaded.problems[0]}"
            raise NotFound(message) if "there is no preset" in message else RequestError(message, should_retry=False)
        async with self._lock:
            return await self._in_force(name, loaded)

    async def _in_force(self, name: str, loaded: Loaded) -> Held:
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


async def _keep(state: Holder, task_status: trio.TaskStatus[None]) -> None:
    async with state.running():
        task_status.started()
        await trio.sleep_forever()
