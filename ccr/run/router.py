"""One running router: its configuration, which follows the file, its log, its state and its ASGI app."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import trio

from ccr.config.parse import Loaded
from ccr.config.redact import redactor
from ccr.errors import ConfigError
from ccr.run.source import Source
from ccr.run.watch import stamps
from ccr.server.app import App
from ccr.server.state import Role, State
from ccr.store.logfile import Echo, Files, LogFile, Sink


class Router:
    """A router that can be served."""

    def __init__(self, source: Source, state: State, log: LogFile) -> None:
        self.state = state
        self.log = log
        self.app = App(state)
        self.source = source
        self.reloaded: Callable[[], None] = lambda: None
        """Is called after each look at the files."""
        self._hash = state.snapshot.hash
        self._stamps = stamps(state.plugins.files)
        self._tell_plugins()

    def files(self) -> list[Path]:
        """Return the files whose change calls for `reload`: the configuration, and the user's own code."""
        return [*self.source.paths, *self.state.plugins.files]

    async def reload(self) -> None:
        """Put the configuration and the user's own code in force if they have changed and can be used; log it."""
        await self._reload()
        self.reloaded()

    async def _reload(self) -> None:
        loaded = await trio.to_thread.run_sync(self.source.read)
        now = stamps(self.state.plugins.files)
        if (loaded.hash, now) == (self._hash, self._stamps):
            return
        self._hash, self._stamps = loaded.hash, now
        has_some = loaded.config is not None and loaded.config.providers
        if not self.source.path.exists() and not has_some:
            self.log.event("warn", f"{self.source.path} is gone, what was in force stays")
            return
        before = self.state.snapshot.config
        try:
            plugins = await trio.to_thread.run_sync(self.state.load_plugins, loaded)
            self.state.swap(loaded, plugins)
        except ConfigError as error:
            self.log.event("error", f"{self.source.path} can't be used, what was in force stays: {error}")
            return
        self._stamps = stamps(plugins.files)
        self._follow(loaded)
        self._tell_plugins()
        config = loaded.require()
        if (config.host, config.port, config.workers) != (before.host, before.port, before.workers):
            self.log.event("warn", "HOST, PORT and WORKERS take effect with `ccr restart`")

    def _follow(self, loaded: Loaded) -> None:
        self.log.redact = self.state.redact.text
        self.log.level = loaded.require().log_level
        self.log.event("info", f"{self.source.path} changed and is in force", hash=loaded.hash)
        for problem in loaded.problems:
            self.log.event("warn", f"{self.source.path}: {problem}")

    def _tell_plugins(self) -> None:
        for problem in dict.fromkeys((*self.state.plugins.problems, *self.state.snapshot.problems())):
            self.log.event("error", f"{self.source.path}: {problem}")


def router(source: Source, loaded: Loaded, *, instance: str, role: Role, log: LogFile) -> Router:
    """Return a router for a configuration that can be used. Raises ConfigError if it can't."""
    return Router(source, State(loaded, env=source.env, instance=instance, role=role, log=log), log)


def open_log(loaded: Loaded, folder: Path, *, echo: TextIO | None = None) -> LogFile:
    """Return the log that the configuration asks for: in files, unless LOG is false, and on `echo`."""
    config = loaded.require()
    sinks: list[Sink] = []
    if config.log:
        sinks.append(Files(folder))
    if echo:
        sinks.append(Echo(echo))
    return LogFile(sinks, redact=redactor(config).text, level=config.log_level)
