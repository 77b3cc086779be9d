"""Which certificates are trusted."""

import ssl
from pathlib import Path

import pytest
import trustme

from ccr.errors import ConfigError
from ccr.net.trust import tls_context


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def handshake(client: ssl.SSLContext, authority: trustme.CA, name: str = "example.test") -> None:
    """Make a TLS handshake in memory. Raises ssl.SSLError if the client doesn't trust the server."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("example.test").configure_cert(server)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(5):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


def test_an_unknown_authority_is_refused(authority: trustme.CA) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tls_context(ca_file=None, insecure=False, env={}), authority)


def test_a_providers_own_authority_is_trusted(authority: trustme.CA, ca_file: str) -> None:
    context = tls_context(ca_file=ca_file, insecure=False, env={})
    handshake(context, authority)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tls_context(ca_file=ca_file, insecure=False, env={}), authority, name="other.test")


def test_claude_codes_extra_authorities_are_trusted(authority: trustme.CA, ca_file: str) -> None:
    handshake(tls_context(ca_file=None, insecure=False, env={"NODE_EXTRA_CA_CERTS": ca_file}), authority)


def test_store_of_another_system_is_found(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, ca_file: str, tmp_path: Path
) -> None:
    # As for an OpenSSL that was built elsewhere: where it looks there is nothing.
    nowhere = ssl.DefaultVerifyPaths(None, None, "", str(tmp_path / "no.pem"), "", str(tmp_path / "none"))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: None)
    monkeypatch.setattr("ccr.net.trust.STORES", (str(tmp_path / "missing.pem"), ca_file))
    handshake(tls_context(ca_file=None, insecure=False, env={}), authority)


def test_insecure_trusts_everybody(authority: trustme.CA) -> None:
    handshake(tls_context(ca_file=None, insecure=True, env={}), authority, name="other.test")


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "broken"])
def test_a_certificate_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"ca_file: the certificates in '.*ca\.pem'"):
        tls_context(ca_file=str(path), insecure=False, env={})
