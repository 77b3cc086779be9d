"""SOCKS5, the client's side: RFC 1928, with a user name and a password as in RFC 1929. Sans-io.

The name of the wanted host goes to the proxy as it is, whichever of the spellings of the scheme stands in the
configuration: behind such a proxy the names often can't be looked up from here, or not truly.
"""

import ipaddress
from collections.abc import Generator

VERSION = 5
NO_PASSWORD, PASSWORD = 0, 2
_CONNECT, _IPV4, _NAME, _IPV6 = 1, 1, 3, 4

REPLIES = {
    1: "it has failed",
    2: "its rules don't allow it",
    3: "the network can't be reached from it",
    4: "the host can't be reached from it",
    5: "the connection was refused",
    6: "the host was too far away",
    7: "it can't open connections",
    8: "it does not take this kind of address",
}

Steps = Generator[bytes | int, bytes, None]
"""Yields bytes to send, or the number of bytes to read and to send back in."""


class Refused(Exception):
    """The proxy does not let us through; the message says why, without any secret."""


def handshake(host: str, port: int, *, user: str = "", password: str = "") -> Steps:
    """Ask for a connection to a host, which is a name in ASCII or an address. Raises Refused."""
    methods = bytes([NO_PASSWORD, PASSWORD] if user else [NO_PASSWORD])
    yield bytes([VERSION, len(methods)]) + methods
    version, method = yield 2
    if version != VERSION:
        raise Refused("it does not speak SOCKS5")
    if method == PASSWORD and user:
        yield from _log_in(user, password)
    elif method != NO_PASSWORD:
        raise Refused("it does not take the user name and password" if user else "it wants a user name and a password")
    yield bytes([VERSION, _CONNECT, 0]) + _address(host) + port.to_bytes(2, "big")
    version, reply, _, kind = yield 4
    if version != VERSION or reply:
        raise Refused(REPLIES.get(reply, f"it answered with the error {reply}"))
    # The address that follows is of no use to us, but stands before the upstream's first byte.
    bound = {_IPV4: 4, _IPV6: 16}.get(kind)
    if bound is None:
        (bound,) = yield 1
    yield bound + 2


def _log_in(user: str, password: str) -> Steps:
    name, secret = user.encode(), password.encode()
    if max(len(name), len(secret)) > 255:
        raise Refused("a user name and a password have at most 255 bytes")
    yield b"\1" + bytes([len(name)]) + name + bytes([len(secret)]) + secret
    _, status = yield 2
    if status:
        raise Refused("it does not take the user name and password")


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        if len(name) > 255:
            raise Refused("the host's name is too long") from None
        return bytes([_NAME, len(name)]) + name
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed
