"""RSA keys for the tests, made once in each run."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@cache
def _made(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def private_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return _made(bits)


def pem(form: PrivateFormat = PrivateFormat.PKCS8, bits: int = 2048) -> str:
    return private_key(bits).private_bytes(Encoding.PEM, form, NoEncryption()).decode()
