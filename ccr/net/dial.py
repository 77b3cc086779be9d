"""Opens the way to an upstream: directly or through a proxy, with TLS where the address asks for it."""

import ssl
from collections.abc import Callable

import h11
import httpx
import trio

from ccr.errors import ConfigError
from ccr.net.proxy import Proxy
from ccr.net.socks import Refused, Steps, handshake
from ccr.net.stream import TcpStream

READ_BYTES = 4096
PORTS = {"http": 80, "https": 443}

TlsContext = Callable[[], ssl.SSLContext]


class Unusable(httpx.ConnectError):
    """There is no connection, and only a change of the configuration mends that: who is trusted, which proxy."""


def forwards(url: httpx.URL, proxy: Proxy | None) -> bool:
    """Tell whether the proxy gets the request itself instead of a tunnel: that is how it takes plain HTTP."""
    return proxy is not None and proxy.scheme != "socks5" and url.scheme == "http"


async def dial(url: httpx.URL, context: TlsContext, *, proxy: Proxy | None, seconds: float) -> trio.abc.Stream:
    """Return an open stream to the server of an address.

    Raises httpx.ConnectError, Unusable where it can't heal by itself, or httpx.ConnectTimeout.
    """
    host, port = _server(url)
    where = f"{host}:{port}{f' through the proxy {proxy}' if proxy else ''}"
    try:
        with trio.fail_after(seconds):
            return await _reach(url, context, proxy)
    except trio.TooSlowError:
        raise httpx.ConnectTimeout(f"no connection to {where} within {seconds:g} s") from None
    except ConfigError as error:
        raise Unusable(str(error)) from error
    except (OSError, trio.BrokenResourceError, ssl.SSLError, Refused) as error:
        kind = Unusable if isinstance(_root(error), ssl.SSLCertVerificationError) else httpx.ConnectError
        raise kind(f"no connection to {where}: {words(error)}") from error


async def _reach(url: httpx.URL, context: TlsContext, proxy: Proxy | None) -> trio.abc.Stream:
    uses_tls = url.scheme == "https" or (proxy is not None and proxy.scheme == "https")
    tls = context() if uses_tls else None
    host, port = (proxy.host, proxy.port) if proxy else _server(url)
    stream: trio.abc.Stream = TcpStream.of(await trio.open_tcp_stream(host, port))
    try:
        if proxy is not None and proxy.scheme == "https":
            stream = await _secured(stream, tls, proxy.host)
        if proxy is not None and not forwards(url, proxy):
            await _pass(stream, proxy, url)
        if url.scheme == "https":
            stream = await _secured(stream, tls, _server(url)[0])
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise
    return stream


async def _secured(stream: trio.abc.Stream, tls: ssl.SSLContext | None, host: str) -> trio.abc.Stream:
    assert tls is not None
    secure = trio.SSLStream(stream, tls, server_hostname=host, https_compatible=True)
    await secure.do_handshake()
    return secure


async def _pass(stream: trio.abc.Stream, proxy: Proxy, url: httpx.URL) -> None:
    """Let the proxy connect the stream with the server. Raises Refused."""
    host, port = _server(url)
    if proxy.scheme == "socks5":
        await _converse(stream, handshake(host, port, user=proxy.user, password=proxy.password))
    else:
        await _tunnel(stream, proxy, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


async def _converse(stream: trio.abc.Stream, steps: Steps) -> None:
    try:
        step = next(steps)
        while True:
            if isinstance(step, bytes):
                await stream.send_all(step)
                step = steps.send(b"")
            else:
                step = steps.send(await _exactly(stream, step))
    except StopIteration:
        return


async def _exactly(stream: trio.abc.Stream, size: int) -> bytes:
    """Return so many bytes and no more: what comes next is not the proxy's."""
    found = b""
    while len(found) < size:
        data = await stream.receive_some(size - len(found))
        if not data:
            raise Refused("it closed the connection")
        found += data
    return found


async def _tunnel(stream: trio.abc.Stream, proxy: Proxy, target: str) -> None:
    """Ask an HTTP proxy for a tunnel: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6"""
    http = h11.Connection(h11.CLIENT)
    headers = [(b"host", target.encode()), *proxy.headers]
    await stream.send_all(http.send(h11.Request(method=b"CONNECT", target=target.encode(), headers=headers)) or b"")
    while True:
        try:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(bytes(await stream.receive_some(READ_BYTES)))
        except h11.RemoteProtocolError:
            raise Refused("it closed the connection, or does not speak HTTP") from None
        if isinstance(event, h11.Response):
            if 200 <= event.status_code < 300:
                return
            hint = "; put a user name and a password into its address" if event.status_code == 407 else ""
            raise Refused(f"it answered {event.status_code} {bytes(event.reason).decode('latin-1')}{hint}".rstrip())


def _server(url: httpx.URL) -> tuple[str, int]:
    """Return the host, a name in ASCII or an address, and the port."""
    return url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]


def words(error: BaseException) -> str:
    """Return the reason for an error: a certificate problem, a reset, a refusal."""
    error = _root(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); see `ca_file`"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _root(error: BaseException) -> BaseException:
    """Return what is behind Trio's wrappers."""
    cause = error.__cause__
    if isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    is_wrapper = isinstance(error, (trio.BrokenResourceError, OSError)) and cause is not None
    return _root(cause) if is_wrapper and cause is not None else error
