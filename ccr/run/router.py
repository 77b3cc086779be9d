"""One running router: its configuration, which follows the file, its log, its state and its ASGI app."""

from pathlib import Path
from typing import TextIO

import trio

from ccr.config.parse import Loaded
from ccr.config.redact import redactor
from ccr.errors import ConfigError
from ccr.run.source import Source
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
        self._hash = state.snapshot.hash

    async def reload(self) -> None:
        """Put the file's configuration in force if it has changed and can be used; log what became of it."""
        loaded = await trio.to_thread.run_sync(self.source.read)
        if loaded.hash == self._hash:
            return
        self._hash = loaded.hash
        if not self.source.path.exists():
            self.log.event("warn", f"{self.source.path} is gone, what was in force stays")
            return
        before = self.state.snapshot.config
        try:
            self.state.swap(loaded)
        except ConfigError as error:
            self.log.event("error", f"{self.source.path} can't be used, what was in force stays: {error}")
            return
        self._follow(loaded)
        config = loaded.require()
        if (config.host, config.port) != (before.host, before.port):
            self.log.event("warn", "HOST and PORT take effect with `ccr restart`")

    def _follow(self, loaded: Loaded) -> None:
        self.log.redact = self.state.redact.text
        self.log.level = loaded.require().log_level
        self.log.event("info", f"{self.source.path} changed and is in force", hash=loaded.hash)
        for problem in loaded.problems:
            self.log.event("warn", f"{self.source.path}: {problem}")


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
