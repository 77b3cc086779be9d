"""What the server knows: the configuration in force, the clients to upstreams, and what happened lately.

Touched only from the Trio thread and never with an await between read and write, so it needs no locks.
"""

import random
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Literal

import trio

from ccr.anthropic.request import Inbound
from ccr.config.parse import Loaded
from ccr.config.redact import redactor
from ccr.core.known import History
from ccr.core.recall import Recall
from ccr.core.trail import Trail
from ccr.core.usage import Usage
from ccr.keys.board import Board
from ccr.net.client import Clients
from ccr.net.credential import Credentials
from ccr.net.desk import Desk, OwnDesk
from ccr.net.queue import Queue
from ccr.plugins.js.keeper import Keeper
from ccr.plugins.load import Loader, Plugins
from ccr.server.counters import Counters
from ccr.server.document import Documents
from ccr.server.image import Descriptions
from ccr.server.kept import Kept
from ccr.server.ledger import Ledger
from ccr.server.lists import Lists
from ccr.server.log import Log, MaskedLog
from ccr.server.override import Overrides
from ccr.server.pools import pool_specs
from ccr.server.preset import Presets
from ccr.server.shared import Underway
from ccr.server.system import SystemPrompt
from ccr.snapshot import Snapshot
from ccr.store import atomic
from ccr.store.paths import home
from ccr.tokens.calibration import Calibration
from ccr.tokens.counter import Counter
from ccr.tokens.tokenizer import tokenizer

Role = Literal["service", "session"]
RECENT = 200
"""Requests that the status can tell about."""
SESSIONS = 500
"""Sessions whose last usage is remembered."""


class State:
    """The server's memory. `swap` changes the configuration for all requests that come after it."""

    def __init__(self, loaded: Loaded, *, env: Mapping[str, str], instance: str, role: Role, log: Log) -> None:
        self.instance = instance
        self.role = role
        self.log = log
        self.started = time.time()
        self.draining = False
        self.drained: Callable[[], None] = lambda: None
        """Is called when the draining begins."""
        self.broken_off: Callable[[], None] = lambda: None
        """Is called when what runs is ended."""
        self.active = 0
        self.served = 0
        self._breakable: set[trio.CancelScope] = set()
        self.counter = Counter(tokenizer())
        self.calibration = Calibration()
        self.counters = Counters(self.counter, env=env, folder=home(env).root, tell=log.event)
        self.overrides = Overrides(env, log)
        self.system = SystemPrompt(log)
        self.clients = Clients(env)
        self.lists = Lists(home(env).learnt, clients=self.clients, learn=self._learn)
        self.credentials = Credentials(env, self.clients, save=atomic.write)
        self.board = Board(random.random)
        self.queue = Queue()
        self.desk: Desk = OwnDesk(self.board, self.queue)
        self.recall = Recall()
        self.history = History()
        self.descriptions = Descriptions()
        self.documents = Documents()
        self.kept = Kept()
        self.find_elsewhere: Callable[[str], Awaitable[Inbound | None]] | None = None
        """Looks for a request that another process keeps."""
        self.underway = Underway()
        self.recent: deque[Trail] = deque(maxlen=RECENT)
        self.sessions = Ledger()
        self._usages: dict[str, Usage] = {}
        self._loader = Loader(home(env).root, env=env, log=log)
        self._keeper = Keeper()
        self.presets = Presets(env, self._for_preset)
        self.desk_of: Callable[[str], Desk] | None = None
        """Makes the desk of a preset, where another process keeps the boards."""
        self._env = env
        self.swap(loaded, self.load_plugins(loaded))

    def load_plugins(self, loaded: Loaded) -> Plugins:
        """Return the user's own code that a configuration names; it blocks. Raises ConfigError if it is not valid."""
        return self._loader.load(loaded.require())

    def swap(self, loaded: Loaded, plugins: Plugins) -> None:
        """Put a valid configuration in force. Raises ConfigError if it is not one; then the old one stays."""
        config = loaded.require()
        self.snapshot = Snapshot(config, loaded.hash, registry=plugins.registry, told=self.lists.told)
        self.redact = redactor(config)
        self.board.configure(pool_specs(config))
        for provider in config.providers:
            self.queue.wake(provider.name)
        self.plugins = plugins
        self._keeper.keep(plugins.bridge)

    def _learn(self) -> None:
        """Go by what the providers tell of their models from now on."""
        self.snapshot = self.snapshot.informed(self.lists.told)

    def _for_preset(self, name: str, loaded: Loaded) -> "State":
        """Return the state of a preset: its requests are told with ours, its keys and plugins are its own."""
        log = MaskedLog(self.log)
        made = State(loaded, env=self._env, instance=self.instance, role=self.role, log=log)
        log.mask = lambda text: made.redact.text(text)
        if self.desk_of is not None:
            made.desk = self.desk_of(name)
        made.counter = made.counters.usual = self.counter
        made.recent, made.sessions, made.history = self.recent, self.sessions, self.history
        made._breakable = self._breakable
        return made

    def drain(self) -> None:
        """Refuse what comes from now on; what runs goes on."""
        self.draining = True
        self.drained()

    def break_off(self) -> None:
        """End what runs; its clients are told."""
        self.broken_off()
        for scope in self._breakable:
            scope.cancel()

    @contextmanager
    def breakable(self) -> Iterator[trio.CancelScope]:
        """Let `break_off` end the block."""
        with trio.CancelScope() as scope:
            self._breakable.add(scope)
            try:
                yield scope
            finally:
                self._breakable.discard(scope)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the clients and the users' JavaScript while the block runs, then close them, in a second at most."""
        try:
            async with self._keeper.running(), self.presets.running(), self.counters.running(), self.lists.running():
                yield
        finally:
            with trio.CancelScope(deadline=trio.current_time() + 1, shield=True):
                await self.clients.aclose()

    async def find(self, name: str = "") -> Inbound | None:
        """Return one of the last requests by its id, the last of all for an empty id; None if it isn't known."""
        if self.find_elsewhere is None:
            return self.kept.find(name)
        name = name or (self.recent[-1].id if self.recent else "")
        return self.kept.find(name) or await self.find_elsewhere(name)

    def begin(self, path: str) -> Trail:
        """Open the record of a request."""
        self.active += 1
        trail = Trail(id=f"req_{secrets.token_hex(12)}", started=time.time(), path=path)
        self.sessions.begin(trail)
        return trail

    def end(self, trail: Trail) -> None:
        """Close the record of a request, log it and keep it for the status."""
        self.active -= 1
        trail.ms = round((time.time() - trail.started) * 1000)
        if trail.spent is not None:
            trail.usage = trail.spent.plus(trail.usage)
        trail.error = self.redact.text(trail.error)
        for attempt in trail.attempts:
            attempt.result = self.redact.text(attempt.result)
        self.record(trail)

    def record(self, trail: Trail) -> None:
        """Log a record that is complete, and keep it for the status."""
        self.served += 1
        self.recent.append(trail)
        self.sessions.end(trail)
        self.log.request(trail.record())

    def last_usage(self, inbound: Inbound) -> Usage | None:
        """Return the usage of the session's last reply, if the session is known."""
        return self._usages.get(inbound.session) if inbound.session else None

    def remember_usage(self, inbound: Inbound, usage: Usage | None) -> None:
        """Note a session's usage; the oldest sessions are forgotten."""
        if not inbound.session or usage is None or not usage.prompt:
            return
        self._usages.pop(inbound.session, None)
        self._usages[inbound.session] = usage
        if len(self._usages) > SESSIONS:
            del self._usages[next(iter(self._usages))]
