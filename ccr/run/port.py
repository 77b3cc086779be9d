"""The port to listen on: taking it, and saying who holds it when somebody else does."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ccr.errors import CommandError

BACKLOG = 1024
LISTENING = "0A"
PROC = Path("/proc")


class Holder(msgspec.Struct, frozen=True):
    """A process that listens on a port."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens; connections queue from now on. Port 0 takes a free one.

    Raises CommandError that names who holds the port, or says what is wrong with the address.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0]  # noqa: S104
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise CommandError(refusal(host, port, error)) from error


def refusal(host: str, port: int, error: OSError) -> str:
    """Return what to tell about a port that couldn't be bound."""
    if error.errno == errno.EADDRINUSE:
        holder = find_holder(port)
        return f"port {port} is taken by {holder or 'another program'}; stop it, or choose another with --port or PORT"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by you (the system reserves it); choose another with --port or PORT"
    return f"can't listen on {host!r}, port {port}: {error.strerror or error}; check HOST and PORT"


def find_holder(port: int, *, proc: Path = PROC) -> Holder | None:
    """Return who listens on `port` of this machine; None if it can't be told (not Linux, or another user's process)."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port, proc)}
    if not sockets:
        return None
    for pid in _pids(proc):
        if sockets & set(_links(proc / str(pid) / "fd")):
            return Holder(pid, _name(proc / str(pid)))
    return None


def _inodes(port: int, proc: Path) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on `port`; the columns are described in proc(5)."""
    for table in ("net/tcp", "net/tcp6"):
        for line in _read(proc / table).splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]


def _pids(proc: Path) -> Iterator[int]:
    for folder in proc.iterdir():
        if folder.name.isdecimal():
            yield int(folder.name)


def _links(folder: Path) -> Iterator[str]:
    """Yield what the links in `folder` point to; nothing of another user's process."""
    try:
        links = list(folder.iterdir())
    except OSError:
        return
    for link in links:
        try:
            yield str(link.readlink())
        except OSError:
            continue


def _name(folder: Path) -> str:
    return _read(folder / "comm").strip() or "a program"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
