"""The routes that hold for one request: the configured ones under those of its project, session, profile and run."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import trio

from ccr.anthropic.request import Inbound
from ccr.route.override import Layer, merge, read_header
from ccr.route.place import find_folder
from ccr.route.routes import Routes
from ccr.snapshot import Snapshot
from ccr.store.override import Places
from ccr.store.paths import home

PROFILE_HEADER = "x-ccr-profile"
ROUTES_HEADER = "x-ccr-routes"
"""How `ccr code` tells a running service the profile and the routes of one session."""

FRESH_SECONDS = 3.0
"""For so long what was found, or that nothing was, is taken for true."""
PATIENCE_SECONDS = 0.5
"""A request waits no longer for files; a home on a sleeping disk must not hold it up."""
KEPT = 256

Found = tuple[tuple[Layer, ...], tuple[str, ...]]
Log = Any


class Overrides:
    """Looks overrides up, in a thread and not more often than every few seconds for one session and folder."""

    def __init__(self, env: Mapping[str, str], log: Log) -> None:
        self._places = Places(home(env).root, _claude(env))
        self._log = log
        self._known: dict[tuple[str, str], tuple[float, Found]] = {}
        self._told: dict[str, None] = {}
        self._limiter = trio.CapacityLimiter(4)

    async def routes(self, snapshot: Snapshot, inbound: Inbound) -> Routes:
        """Return the routes for a request; what is wrong with an override is logged once."""
        layers, problems = await self._files(inbound.session, find_folder(inbound.body))
        profile = inbound.headers.get(PROFILE_HEADER, "").strip()
        if profile:
            layer = await self._profile(snapshot, profile)
            if isinstance(layer, str):
                problems = (*problems, layer)
            else:
                layers = (*layers, layer)
        if given := dict(read_header(inbound.headers.get(ROUTES_HEADER, ""))):
            layers = (*layers, Layer("--route", given))
        if not layers and not problems:
            return snapshot.routes
        merged = merge(snapshot.router, layers, snapshot.catalog)
        self._tell((*problems, *merged.problems))
        return snapshot.routes_of(merged.router)

    async def _files(self, session: str, folder: str) -> Found:
        if not session and not folder:
            return (), ()
        key = (session, folder)
        then, found = self._known.get(key, (-FRESH_SECONDS, ((), ())))
        now = trio.current_time()
        if now - then < FRESH_SECONDS:
            return found
        look = partial(self._places.layers, session, folder)
        with trio.move_on_after(PATIENCE_SECONDS):
            found = await trio.to_thread.run_sync(look, limiter=self._limiter, abandon_on_cancel=True)
        self._known.pop(key, None)
        self._known[key] = (now, found)
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return found

    async def _profile(self, snapshot: Snapshot, name: str) -> Layer | str:
        own = snapshot.profiles.get(name)
        if own is not None:
            return Layer(f"profile {name!r}", own)
        with trio.move_on_after(PATIENCE_SECONDS):
            look = partial(self._places.profile, name)
            return await trio.to_thread.run_sync(look, limiter=self._limiter, abandon_on_cancel=True)
        return f"profile {name!r}: its file can't be read in time"

    def _tell(self, problems: tuple[str, ...]) -> None:
        for problem in problems:
            if problem not in self._told:
                self._told[problem] = None
                self._log.event("warn", f"passed over: {problem}")
        while len(self._told) > KEPT:
            del self._told[next(iter(self._told))]


def _claude(env: Mapping[str, str]) -> Path:
    """Return Claude Code's own folder."""
    told = env.get("CLAUDE_CONFIG_DIR")
    if told:
        return Path(told)
    user = env.get("HOME") or env.get("USERPROFILE")
    return Path(user) / ".claude" if user else Path.home() / ".claude"
