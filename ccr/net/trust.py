"""Which certificates the router trusts: the system's, and what the user adds."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import certifi

from ccr.errors import ConfigError

STORES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)
"""Where systems keep what they trust; an OpenSSL that came with ccr only knows where its builder's does."""


def tls_context(*, ca_file: str | None, insecure: bool, env: Mapping[str, str]) -> ssl.SSLContext:
    """Return the context for connections to upstreams. Raises ConfigError for a certificate file that can't be read.

    Trusted are the system's store, wherever it is (SSL_CERT_FILE and SSL_CERT_DIR replace it, as everywhere), certifi's
    list where the system has none, NODE_EXTRA_CA_CERTS as Claude Code itself does, and the provider's `ca_file`.
    """
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not env.get("SSL_CERT_FILE") and not _has_folder(env):
        context.load_verify_locations(next(filter(os.path.isfile, STORES), certifi.where()))
    for name, path in (("NODE_EXTRA_CA_CERTS", env.get("NODE_EXTRA_CA_CERTS")), ("ca_file", ca_file)):
        if path:
            _add(context, name, path)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _has_folder(env: Mapping[str, str]) -> bool:
    """The system's store may be a folder that is read when a certificate is looked up, so it counts as empty."""
    folder = env.get("SSL_CERT_DIR") or ssl.get_default_verify_paths().capath
    return bool(folder) and any(Path(folder).glob("*.0"))


def _add(context: ssl.SSLContext, name: str, path: str) -> None:
    try:
        context.load_verify_locations(Path(path).expanduser())
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{name}: the certificates in {path!r} can't be read: {error}") from None
