"""The client's side of SOCKS5, byte by byte."""

import pytest

from ccr.net.socks import Refused, Steps, handshake


def played(steps: Steps, answers: bytes) -> bytes:
    """Return all that is sent to a proxy that answers with these bytes; they must be used up."""
    sent, step = b"", next(steps)
    try:
        while True:
            if isinstance(step, bytes):
                sent, step = sent + step, steps.send(b"")
            else:
                given, answers = answers[:step], answers[step:]
                assert len(given) == step
                step = steps.send(given)
    except StopIteration:
        assert answers == b""
        return sent


OPEN = b"\5\0" + b"\5\0\0\1\0\0\0\0\0\0"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("api.example.com", b"\3\x0fapi.example.com"),
        ("10.1.2.3", b"\1\x0a\1\2\3"),
        ("2001:db8::1", b"\4\x20\1\x0d\xb8" + bytes(11) + b"\1"),
    ],
    ids=["name", "version 4", "version 6"],
)
def test_the_host_is_sent_as_it_is(host: str, address: bytes) -> None:
    assert played(handshake(host, 443), OPEN) == b"\5\1\0" + b"\5\1\0" + address + b"\1\xbb"


def test_a_password_is_given_when_it_is_asked_for() -> None:
    sent = played(handshake("h", 80, user="jo", password="pw"), b"\5\2" + b"\1\0" + OPEN[2:])
    assert sent == b"\5\2\0\2" + b"\1\2jo\2pw" + b"\5\1\0\3\1h\0\x50"


@pytest.mark.parametrize("bound", [b"\1\1\2\3\4\0\1", b"\4" + bytes(18), b"\3\5a.b.c\0\1"], ids=["4", "6", "name"])
def test_the_address_in_the_answer_is_read_to_its_end(bound: bytes) -> None:
    played(handshake("h", 80), b"\5\0" + b"\5\0\0" + bound)


@pytest.mark.parametrize(
    ("answers", "user", "why"),
    [
        (b"HT", "", "does not speak SOCKS5"),
        (b"\5\xff", "", "wants a user name"),
        (b"\5\2", "", "wants a user name"),
        (b"\5\xff", "jo", "does not take the user name"),
        (b"\5\2\1\1", "jo", "does not take the user name"),
        (b"\5\0\5\5\0\1", "", "connection was refused"),
        (b"\5\0\5\x63\0\1", "", "error 99"),
    ],
)
def test_a_refusal_says_why(answers: bytes, user: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        played(handshake("h", 80, user=user, password="pw"), answers)


def test_what_does_not_fit_the_protocol_is_refused() -> None:
    with pytest.raises(Refused, match="255 bytes"):
        played(handshake("h", 80, user="jo", password="x" * 256), b"\5\2")
    with pytest.raises(Refused, match="too long"):
        played(handshake("h" * 256, 80), b"\5\0")
