import sys

import pytest

from tests.terminal import terminal

CHOOSE = "from ccr.cli.prompt import choose; print('got', choose('Which?', ['one', 'two', 'three']))"
ASK = """
from ccr.cli.prompt import ask
print('got', ask('Name', default='d', check=lambda text: '' if text != 'bad' else 'not that'))
print('secret', ask('Key', secret=True) == 's3cret')
"""


def test_arrows_choose_and_leave_a_sane_terminal() -> None:
    with terminal([sys.executable, "-c", CHOOSE]) as screen:
        screen.read_until("three")
        # Apart, as a slow line may bring them.
        screen.type(b"\x1b")
        screen.type(b"[B")
        screen.type(b"\r")
        assert "got 1" in screen.read_until("got 1")
        assert screen.event() == "ended 0"
        assert not screen.is_raw


@pytest.mark.parametrize("key", [b"\x03", b"\x1b"])
def test_giving_up_leaves_a_sane_terminal(key: bytes) -> None:
    with terminal([sys.executable, "-c", CHOOSE]) as screen:
        screen.read_until("three")
        screen.type(key)
        assert screen.event() != "ended 0"
        assert not screen.is_raw


def test_question_is_asked_until_the_answer_is_good() -> None:
    with terminal([sys.executable, "-c", ASK]) as screen:
        screen.read_until("Name [d]: ")
        screen.type(b"bad\n")
        screen.read_until("not that")
        screen.read_until("Name [d]: ")
        screen.type(b"\n")
        screen.read_until("got d")
        screen.read_until("Key: ")
        screen.type(b"s3cret\n")
        assert "s3cret" not in screen.read_until("secret True")
        assert screen.event() == "ended 0"
