"""Runs the bridge in force, and the ones before it until nobody needs them any more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from ccr.plugins.js.bridge import Bridge


class Keeper:
    """Owns the tasks of the bridges. `keep` may be called before and while it runs."""

    def __init__(self) -> None:
        self._current: Bridge | None = None
        self._nursery: trio.Nursery | None = None

    def keep(self, bridge: Bridge | None) -> None:
        """Let this bridge take the place of the one before, which goes on for those who use it still."""
        if self._current is not None:
            self._current.retire()
        self._current = bridge
        if bridge is not None and self._nursery is not None:
            self._nursery.start_soon(bridge.run)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run bridges while the block does; afterwards their children are gone."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            if self._current is not None:
                nursery.start_soon(self._current.run)
            try:
                yield
            finally:
                self._nursery = None
                nursery.cancel_scope.cancel()
