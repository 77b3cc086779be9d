import os
import sys

from tests.process import run
from tests.terminal import terminal

IS_OURS = "from ccr.run.terminal import is_ours; print('ours', is_ours())"


def test_terminal_in_the_foreground_is_ours() -> None:
    with terminal([sys.executable, "-c", IS_OURS]) as screen:
        screen.read_until("ours True")


def test_terminal_is_not_ours_without_one_or_in_the_background() -> None:
    assert run([sys.executable, "-c", IS_OURS]).stdout == "ours False\n"
    program = f"import os; os.setpgid(0, 0); {IS_OURS}"
    with terminal(["sh", "-c", '"$@"', "sh", sys.executable, "-c", program]) as screen:
        screen.read_until("ours False")


def test_kept_terminal_is_as_before() -> None:
    program = "import tty; from ccr.run.terminal import kept\nwith kept(): tty.setraw(0)\nprint('ready'); input()"
    with terminal([sys.executable, "-c", program]) as screen:
        screen.read_until("ready")
        screen.type(b"\n")
        assert screen.event() == "ended 0"
        assert not screen.is_raw


def test_kept_needs_no_terminal() -> None:
    program = "from ccr.run.terminal import kept\nwith kept(): print('fine')"
    assert run([sys.executable, "-c", program]).stdout == "fine\n"


def test_closed_streams_are_opened_and_open_ones_are_left_alone() -> None:
    program = """
import os
os.close(0); os.close(2)
from ccr.run.terminal import open_streams
open_streams()
print([os.fstat(number).st_rdev == os.stat(os.devnull).st_rdev for number in range(3)], os.get_inheritable(0))
"""
    assert run([sys.executable, "-c", program]).stdout == "[True, False, True] True\n"
    assert os.get_inheritable(0)
