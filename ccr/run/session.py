"""One run of Claude Code through the router: `ccr code`.

It uses the background service if one runs with the same configuration, else it serves for itself on a port of its
own. The port is bound first and `claude` started next; what takes long to import is imported while `claude` boots.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from socket import socket

import msgspec
from msgspec.structs import replace

from ccr.config.parse import Loaded
from ccr.config.schema import Config
from ccr.errors import CommandError
from ccr.run import choice, claude, environment, health, port, settings, signals, summary, terminal
from ccr.run.child import Child, spawn
from ccr.run.service import Running, Site, look
from ccr.run.source import Source
from ccr.run.spawn import own_shell_command
from ccr.store import configfile
from ccr.store.paths import Home
from ccr.version import VERSION

LOOPBACK = "127.0.0.1"
"""Where a session serves, whatever HOST says: its one client is on this machine."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What to run: Claude Code with `arguments`, routed as `source` says."""

    source: Source
    home: Home
    arguments: Sequence[str]


def run(session: Session, loaded: Loaded) -> int:
    """Run Claude Code to its end and return its exit code.

    `loaded` is what `session.source` has just read. Raises CommandError or ConfigError if nothing could be started.
    """
    config = loaded.require(session.source.path)
    if not config.providers:
        raise CommandError(f"no provider is configured; {configfile.advice(session.source.path)}")
    if session.source.profile:
        choice.check_profile(session.source.profile, config, session.home)
    command = claude.find(session.source.env, configured=config.claude_path)
    service = _service(session, loaded)
    if service is not None:
        return _run(session, config, command, base_url=health.url(service.host, service.port))
    listener = port.bind(LOOPBACK, session.source.port or 0)
    with listener:
        return _run(session, config, command, base_url=health.url(*listener.getsockname()), served=(loaded, listener))


def _service(session: Session, loaded: Loaded) -> Running | None:
    """Return the service with this session's configuration; what the session chooses goes with its requests.

    A job that wants a summary of the session's own gets a router of its own.
    """
    if summary.is_wanted(session.source.env):
        return None
    found = look(Site.of(session.home, session.source, loaded.require()))
    if not isinstance(found, Running):
        return None
    told = found.health
    is_same = (told.role, told.status, told.version, told.config_hash) == ("service", "ok", VERSION, loaded.hash)
    return found if is_same else None


def _run(
    session: Session,
    config: Config,
    command: Sequence[str],
    *,
    base_url: str,
    served: tuple[Loaded, socket] | None = None,
) -> int:
    """Run Claude Code against the router at `base_url`, which is ourselves if `served` is given."""
    chosen = choice.headers(session.source)
    env = {**session.source.env, **chosen}
    variables = {**environment.variables(env, config, base_url=base_url), **chosen}
    content = settings.content(variables, status_line=_status_line(session, config))
    with signals.relayed() as relay, ExitStack() as cleanup:
        cleanup.enter_context(terminal.kept())
        words = cleanup.enter_context(settings.given(session.arguments, content, folder=session.home.run))
        child = spawn(
            [*command, *words],
            env=environment.for_claude(env, config, base_url=base_url),
            silent=config.non_interactive_mode,
        )
        relay.connect(child.send)
        if served is None:
            return child.wait()
        return _serve(session, served, child=child, cleanup=cleanup)


def _serve(session: Session, served: tuple[Loaded, socket], *, child: Child, cleanup: ExitStack) -> int:
    """Serve the running child until it ends. If that fails, the child ends too."""
    loaded, listener = served
    try:
        with listener:
            # Only now, while the child boots.
            from ccr.run.host import serve_session

            host, number = listener.getsockname()[:2]
            source = replace(session.source, host=host, port=number)
            return serve_session(source, loaded, listener=listener, home=session.home, child=child, cleanup=cleanup)
    finally:
        if child.is_running:
            child.terminate()
            child.wait()


def _status_line(session: Session, config: Config) -> str | None:
    """Return the command that makes Claude Code's status line; none unless it is wanted."""
    if config.status_line.get("enabled") is not True:
        return None
    path = session.source.path
    return own_shell_command("statusline", *([] if path == session.home.config else ["--config", str(path)]))
