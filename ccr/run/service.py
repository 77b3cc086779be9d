"""The life of the background service: start, stop, restart, status.

Whether it lives is what its port says. The note that it leaves is only used to find it where it no longer listens as
configured, and to know its process for sure before that gets a signal.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ccr.config.schema import Config
from ccr.errors import CommandError
from ccr.run import port as ports
from ccr.run import spawn
from ccr.run.health import Health, Nobody, ask
from ccr.run.process import Process, process
from ccr.run.source import Source
from ccr.store import lease
from ccr.store.paths import Home

INSTANCE = "CCR_INSTANCE"
"""The variable that tells a service which instance it is to be, so that whoever started it can recognise it."""

WORKER = "CCR_WORKER"
"""The variable that makes a process a worker of a service: the descriptors of its line to the keeper, and of its
connections."""

START_SECONDS = 10.0
STOP_SECONDS = 15.0
CLOSE_SECONDS = 3.0
KILL_SECONDS = 5.0
LOCK_SECONDS = 30.0
PATIENT_SECONDS = 1.2
POLL_SECONDS = 0.03
TELL_SECONDS = 1.0
TAIL_LINES = 15

Serve = Callable[[], int]
"""What `ccr start --foreground` does; it returns the exit code."""

Tell = Callable[[str], None]
"""Shows the user one line, when something takes longer than `TELL_SECONDS`."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service is to be."""

    home: Home
    source: Source
    host: str
    port: int

    @classmethod
    def of(cls, home: Home, source: Source, config: Config) -> "Site":
        """Return the site that a configuration names."""
        return cls(home=home, source=source, host=config.host, port=config.port)


class Running(msgspec.Struct, frozen=True):
    """A service that answers."""

    health: Health
    host: str
    port: int


class Hung(msgspec.Struct, frozen=True):
    """A service that holds its port but doesn't answer, such as one that was stopped by a signal."""

    process: Process
    host: str
    port: int


Found = Running | Hung | Nobody


def look(site: Site) -> Found:
    """Return the service of a site, or what there is in its place."""
    first = _look_at(site, site.host, site.port) if site.port else Nobody.FREE
    if not isinstance(first, Nobody):
        return first
    for note in _notes_elsewhere(site):
        found = _look_at(site, note.host, note.port)
        if not isinstance(found, Nobody):
            return found
    return first


def start(site: Site, *, tell: Tell, serve: Serve | None = None) -> tuple[Running, bool]:
    """Return the running service and whether it had to be started. Of two starts at once, one starts it.

    With `serve` a copy of this process becomes the service, where that can be: that takes less time than a new one.
    """
    with _lock(site):
        found = look(site)
        if isinstance(found, Running) and found.health.status == "draining":
            _await_end(_target(site, found), found, tell)
        elif isinstance(found, Running):
            return found, False
        if isinstance(found, Hung):
            raise CommandError(f"the service (pid {found.process.pid}) doesn't answer; try `ccr restart`")
        return _launch(site, tell, serve), True


def stop(site: Site, *, tell: Tell) -> Running | Hung | None:
    """End the service; return what was ended, None if there was none. On return its process and its port are gone."""
    with _lock(site):
        found = look(site)
        if isinstance(found, Nobody):
            if found is not Nobody.FREE:
                raise CommandError(f"{_occupied(site.port)}, which is no service of ccr; nothing was stopped")
            return None
        target = _target(site, found)
        target.terminate()
        _await_end(target, found, tell)
        return found


def restart(site: Site, *, tell: Tell) -> Running:
    """Replace the service by a new one. The old one lets go of its port at once, and finishes what it has begun."""
    with _lock(site):
        found = look(site)
        if isinstance(found, Nobody):
            return _launch(site, tell)
        target = _target(site, found)
        target.replace()
        if not _wait(lambda: _is_free(found), CLOSE_SECONDS):
            target.kill()
            _await_end(target, found, tell)
        started = _launch(site, tell)
        if not _wait(lambda: not target.is_alive, STOP_SECONDS, lambda: tell("the old one finishes its requests")):
            target.kill()
        return started


def _look_at(site: Site, host: str, number: int) -> Found:
    answer = ask(host, number)
    if answer is Nobody.SILENT and (holder := _known(site, number)):
        # It is ours and may just be busy.
        answer = ask(host, number, seconds=PATIENT_SECONDS)
        if isinstance(answer, Nobody):
            return Hung(holder, host, number)
    if isinstance(answer, Health):
        return Running(answer, host, number) if answer.role == "service" else Nobody.FOREIGN
    return answer


def _notes_elsewhere(site: Site) -> Iterator[lease.Note]:
    """Yield the notes of services with this configuration on other ports, unless the user wants a certain port."""
    if site.source.port is not None:
        return
    for note in lease.notes(site.home.run):
        if note.config == str(site.source.path) and note.port != site.port:
            yield note


def _known(site: Site, number: int) -> Process | None:
    """Return the living process that left the note for a port."""
    note = lease.read_note(site.home.run, number)
    known = Process(note.pid, note.started) if note else None
    return known if known and known.is_alive else None


def _target(site: Site, found: Running | Hung) -> Process:
    """Return the process to signal. Raises CommandError unless it surely is the service."""
    if isinstance(found, Hung):
        return found.process
    pid = found.health.pid
    known = _known(site, found.port)
    if known and known.pid == pid:
        return known
    # The number comes from the net: a container's server, for one, tells a number of its own world.
    holder = ports.find_holder(found.port)
    if holder and holder.pid == pid:
        return process(pid)
    raise CommandError(
        f"the service on port {found.port} is no process of yours on this machine; stop it where it runs"
    )


def _launch(site: Site, tell: Tell, serve: Serve | None = None) -> Running:
    """Start a service and wait until it answers. Raises CommandError with the reason if it doesn't."""
    if site.port:
        # Says at once, and better, what the new process would say into its log.
        ports.bind(site.host, site.port).close()
    instance = os.urandom(8).hex()
    output = site.home.logs / "service.log"
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        env, folder = {**site.source.env, INSTANCE: instance}, site.home.root
        child: spawn.Child
        if serve and spawn.can_fork():
            child = spawn.fork(serve, env=env, folder=folder, output=file)
        else:
            child = spawn.detach(_arguments(site), env=env, folder=folder, output=file)
    is_settled = _wait(
        lambda: child.poll() is not None or _own(site, instance) is not None,
        START_SECONDS,
        lambda: tell("starting ..."),
    )
    running = _own(site, instance)
    if running is None:
        if not is_settled:
            spawn.end(child)
        raise CommandError(_failure(site, output))
    # It is to outlive us, which Popen would take for an oversight.
    child.returncode = 0
    return running


def _arguments(site: Site) -> list[str]:
    fixed = [] if site.source.port is None else ["--port", str(site.source.port)]
    return ["start", "--foreground", "--config", str(site.source.path), *fixed]


def _own(site: Site, instance: str) -> Running | None:
    """Return the service with this instance id if it answers yet; on a free port of its own its note says where."""
    found = [note for note in lease.notes(site.home.run) if note.instance == instance]
    places = [(site.host, site.port)] if site.port else [(note.host, note.port) for note in found]
    for host, number in places:
        answer = ask(host, number)
        if isinstance(answer, Health) and answer.instance == instance:
            return Running(answer, host, number)
    return None


def _await_end(target: Process, found: Running | Hung, tell: Tell) -> None:
    """Wait until a process that was asked to end has ended, with force if need be. Raises CommandError if it stays."""

    def has_ended() -> bool:
        return not target.is_alive and _is_free(found)

    if not _wait(has_ended, STOP_SECONDS, lambda: tell("waiting for requests to finish ...")):
        target.kill()
        if not _wait(has_ended, KILL_SECONDS):
            raise CommandError(f"the service (pid {target.pid}) can't be ended; {_occupied(found.port)}")


def _is_free(found: Running | Hung) -> bool:
    return ask(found.host, found.port) is Nobody.FREE


def _wait(is_done: Callable[[], bool], seconds: float, tell: Callable[[], None] = lambda: None) -> bool:
    """Wait for `is_done()`, at most `seconds`; return whether it came true. Calls `tell` once if it takes long."""
    begun = time.monotonic()
    is_told = False
    while not is_done():
        passed = time.monotonic() - begun
        if passed > seconds:
            return False
        if passed > TELL_SECONDS and not is_told:
            is_told = True
            tell()
        time.sleep(POLL_SECONDS)
    return True


@contextmanager
def _lock(site: Site) -> Iterator[None]:
    """Let nobody else start or stop a service of this home meanwhile."""
    site.home.create()
    try:
        with lease.lock(site.home.run / "start.lock", seconds=LOCK_SECONDS):
            yield
    except lease.Busy as error:
        raise CommandError("another `ccr` is starting or stopping the service for too long; try again") from error


def _occupied(number: int) -> str:
    return f"port {number} is held by {ports.find_holder(number) or 'another program'}"


def _failure(site: Site, output: Path) -> str:
    lines = output.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    holder = ports.find_holder(site.port) if site.port else None
    reason = [f"port {site.port} is held by {holder}"] if holder else []
    return "\n".join(["the service did not start", *reason, *lines, f"(its output is in {output})"])
