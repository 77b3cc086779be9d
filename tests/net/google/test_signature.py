"""Our signatures, checked by the `cryptography` package, which users don't get."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.net.google.signature import RsaKey, read_key, sign
from tests.net.google.keys import pem, private_key

FORMS = [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL]
CURVE = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bits", [1024, 2048, 2056, 3072])
def test_signature_is_what_others_accept(form: PrivateFormat, bits: int) -> None:
    signature = sign(read_key(pem(form, bits)), b"signed")
    public = private_key(bits).public_key()
    public.verify(signature, b"signed", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"other", padding.PKCS1v15(), hashes.SHA256())


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300))
def test_signature_is_the_same_as_others_make(message: bytes) -> None:
    expected = private_key().sign(message, padding.PKCS1v15(), hashes.SHA256())
    assert sign(read_key(pem()), message) == expected


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text.replace("\n", "\\n"), id="line breaks of JSON"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="line breaks of Windows"),
        pytest.param(lambda text: text.replace("\n", " "), id="line breaks lost"),
        pytest.param(lambda text: f"  {text}\n\n", id="white space around"),
        pytest.param(json.dumps, id="quoted"),
    ],
)
def test_key_survives_configuration_files_and_variables(spoil: object) -> None:
    assert callable(spoil)
    assert read_key(spoil(pem())) == read_key(pem())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no PEM text"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no PEM text"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "no PEM text"),
        ("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----", "damaged"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "damaged"),
        ("-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----", "damaged"),
        (CURVE.decode(), "no RSA key"),
        (pem().replace(pem().splitlines()[3], ""), "damaged"),
    ],
)
def test_other_texts_are_refused_without_showing_them(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        read_key(text)
    assert "AAAA" not in str(caught.value)


def test_key_whose_parts_do_not_belong_together_is_refused() -> None:
    key = read_key(pem())
    with pytest.raises(ValueError, match="damaged"):
        sign(key._replace(private=key.private - 2), b"signed")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1600), st.integers(0, 255))
def test_damaged_key_is_refused_or_the_same(place: int, byte: int) -> None:
    lines = pem().splitlines()
    der = bytearray(base64.b64decode("".join(lines[1:-1])))
    der[min(place, len(der) - 1)] = byte
    text = "\n".join([lines[0], base64.b64encode(der).decode(), lines[-1]])
    try:
        signature = sign(read_key(text), b"signed")
    except ValueError:
        return
    assert signature == sign(read_key(pem()), b"signed")


def test_key_does_not_show_itself() -> None:
    assert repr(RsaKey(2**2047, 3, 5)) == "RsaKey(2048 bits)"
