import os
import signal

import pytest

from ccr.run import terminal
from ccr.run.signals import FORWARDED, TYPED, Relay, ending, relayed


def test_signal_before_the_child_is_given_to_it_when_it_comes() -> None:
    sent: list[int] = []
    with relayed() as relay:
        os.kill(os.getpid(), signal.SIGTERM)
        relay.connect(sent.append)
        os.kill(os.getpid(), signal.SIGHUP)
    assert sent == [signal.SIGTERM, signal.SIGHUP]


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (*FORWARDED, *TYPED)]
    with relayed():
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in (*FORWARDED, *TYPED)] == before


@pytest.mark.parametrize(("is_ours", "expected"), [(True, []), (False, [signal.SIGINT])])
def test_typed_signal_is_passed_on_unless_the_terminal_did(
    monkeypatch: pytest.MonkeyPatch, is_ours: bool, expected: list[int]
) -> None:
    monkeypatch.setattr(terminal, "is_ours", lambda: is_ours)
    sent: list[int] = []
    relay = Relay()
    relay.connect(sent.append)
    relay.forward_typed(signal.SIGINT, None)
    assert sent == expected


def test_ignored_signals_do_not_end_a_service() -> None:
    assert set(ending()) == {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert set(ending()) == {signal.SIGTERM, signal.SIGINT}
        with relayed():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
