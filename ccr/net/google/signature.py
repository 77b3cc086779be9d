"""RS256, the one signature that Google's service accounts need: RSASSA-PKCS1-v1_5 with SHA-256, in plain integers.

https://www.rfc-editor.org/rfc/rfc8017#section-8.2.1. Not in constant time: whoever could measure the one signature an
hour, over text of our own making, can also read the key's file.
"""

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

_PEM = re.compile(r"-----BEGIN (RSA )?PRIVATE KEY-----(.+?)-----END (?:RSA )?PRIVATE KEY-----", re.DOTALL)
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_RSA = bytes.fromhex("2a864886f70d010101")
"""The object identifier rsaEncryption, 1.2.840.113549.1.1.1."""
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before the digest: https://www.rfc-editor.org/rfc/rfc8017#section-9.2, note 1."""
MIN_BITS = 1024
"""Smaller moduli have been factored, and the padding needs some room."""


class RsaKey(NamedTuple):
    """The modulus and the two exponents of an RSA key."""

    modulus: int
    public: int
    private: int

    def __repr__(self) -> str:
        return f"RsaKey({self.modulus.bit_length()} bits)"


def read_key(pem: str) -> RsaKey:
    """Return the key in a PEM text, PKCS #8 or PKCS #1. Raises ValueError, which never shows any of it.

    The text may have lost its line breaks on the way through an environment variable or a JSON file (`\\n`).
    """
    found = _PEM.search(pem.replace("\\n", "\n"))
    if found is None:
        raise ValueError("it is no PEM text with a BEGIN PRIVATE KEY line")
    try:
        der = base64.b64decode("".join(found[2].split()), validate=True)
        numbers = _integers(der if found[1] else _inner(der))
    except (binascii.Error, IndexError):
        raise ValueError("it is damaged") from None
    if len(numbers) < 4 or numbers[1].bit_length() < MIN_BITS:
        raise ValueError("it is no RSA key")
    return RsaKey(*numbers[1:4])


def sign(key: RsaKey, message: bytes) -> bytes:
    """Return the signature of a message. Raises ValueError for a key whose parts don't belong together."""
    size = (key.modulus.bit_length() + 7) // 8
    digest = _SHA256 + hashlib.sha256(message).digest()
    padded = int.from_bytes(b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest, "big")
    signature = pow(padded, key.private, key.modulus)
    if pow(signature, key.public, key.modulus) != padded:
        raise ValueError("it is damaged")
    return signature.to_bytes(size, "big")


def _inner(der: bytes) -> bytes:
    """Return the PKCS #1 key in a PKCS #8 one: https://www.rfc-editor.org/rfc/rfc5208#section-5"""
    body, _ = _element(der, 0, _SEQUENCE)
    _, place = _element(body, 0, _INTEGER)
    algorithm, place = _element(body, place, _SEQUENCE)
    if _RSA not in algorithm:
        raise ValueError("it is no RSA key")
    return _element(body, place, _OCTETS)[0]


def _integers(der: bytes) -> list[int]:
    """Return the numbers of a PKCS #1 key: version, modulus, public and private exponent, and what follows."""
    body, _ = _element(der, 0, _SEQUENCE)
    found: list[int] = []
    place = 0
    while place < len(body):
        number, place = _element(body, place, _INTEGER)
        found.append(int.from_bytes(number, "big"))
    return found


def _element(der: bytes, place: int, tag: int) -> tuple[bytes, int]:
    """Return (the content of the DER element that begins at `place`, where it ends)."""
    length = der[place + 1]
    start = place + 2
    if length & 0x80:
        # The long form: the low bits tell how many bytes the length has.
        start += length & 0x7F
        length = int.from_bytes(der[place + 2 : start], "big")
    if der[place] != tag or start + length > len(der):
        raise ValueError("it is damaged")
    return der[start : start + length], start + length
