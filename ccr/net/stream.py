"""TCP for streams of small pieces: one system call for a read or a write, and no more of Trio than the wait for it.

Trio's own `SocketStream` spends ten times as long round each call, which a relay of tokens pays twice for each of them.
It may be left for this one (`TcpStream.of`), and this one may lie under a `trio.SSLStream`.
"""

import socket
from collections.abc import Awaitable, Callable

import trio

READ_BYTES = 64 * 1024


class TcpStream(trio.abc.HalfCloseableStream):
    """A connected socket. A read always passes the turn to other tasks; a write only if the system takes no more."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.socket = sock
        self._full = False

    @classmethod
    def of(cls, stream: trio.SocketStream) -> "TcpStream":
        """Return the stream on the socket of Trio's one, which must not be used any more."""
        theirs = stream.socket
        return cls(socket.socket(theirs.family, theirs.type, theirs.proto, fileno=theirs.detach()))

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Return what has come, at most `max_bytes`; empty at the end. Raises BrokenResourceError."""
        size = max_bytes or READ_BYTES
        # After a read that took all there was, trying once more before waiting would be in vain.
        if self._full:
            await trio.lowlevel.checkpoint()
        else:
            await self._wait(trio.lowlevel.wait_readable)
        while True:
            try:
                data = self.socket.recv(size)
            except BlockingIOError:
                await self._wait(trio.lowlevel.wait_readable)
            except OSError as error:
                raise self._broken(error) from error
            else:
                self._full = len(data) == size
                return data

    def send_now(self, data: bytes | bytearray | memoryview) -> int:
        """Write what the system takes at once; return how many bytes that was. Raises BrokenResourceError."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._broken(error) from error

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Write all of it. Raises BrokenResourceError."""
        sent = self.send_now(data)
        if sent == len(data):
            return
        with memoryview(data) as view:
            while sent < len(view):
                await self._wait(trio.lowlevel.wait_writable)
                with view[sent:] as rest:
                    sent += self.send_now(rest)

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until there is room for more."""
        await self._wait(trio.lowlevel.wait_writable)

    async def send_eof(self) -> None:
        """Tell the other side that no more will come."""
        await trio.lowlevel.checkpoint()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise self._broken(error) from error

    async def aclose(self) -> None:
        """Close at once; who waits for this stream gets ClosedResourceError."""
        if self.socket.fileno() >= 0:
            trio.lowlevel.notify_closing(self.socket)
            self.socket.close()
        await trio.lowlevel.checkpoint()

    def has_news(self) -> bool:
        """Tell whether a read would return something, be it the end or a failure."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    async def _wait(self, wait: Callable[[socket.socket], Awaitable[None]]) -> None:
        if self.socket.fileno() < 0:
            raise trio.ClosedResourceError("the connection has been closed on this side")
        await wait(self.socket)

    def _broken(self, error: OSError) -> Exception:
        if self.socket.fileno() < 0:
            return trio.ClosedResourceError("the connection has been closed on this side")
        return trio.BrokenResourceError(f"the connection broke: {error}")


class TcpListener(trio.abc.Listener[TcpStream]):
    """Accepts connections on a socket that listens already."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.port: int = sock.getsockname()[1]
        self._listener = trio.SocketListener(trio.socket.from_stdlib_socket(sock))

    async def accept(self) -> TcpStream:
        """Wait for the next connection."""
        return TcpStream.of(await self._listener.accept())

    async def aclose(self) -> None:
        """Close the port."""
        await self._listener.aclose()
