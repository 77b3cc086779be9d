import sys

import pytest

from ccr.version import VERSION
from tests.process import run

CCR = [sys.executable, "-m", "ccr"]


@pytest.mark.parametrize("word", ["-v", "--version", "version"])
def test_version_is_printed_as_by_the_original(word: str) -> None:
    done = run([*CCR, word])
    assert (done.returncode, done.stdout) == (0, f"claude-code-router version: {VERSION}\n")


def test_statusline_gets_its_input() -> None:
    done = run([*CCR, "statusline"], text='{"model": {"display_name": "M"}}')
    assert done.returncode == 0
    assert "M" in done.stdout


def test_other_commands_go_on_to_the_command_line() -> None:
    done = run([*CCR, "strat"])
    assert (done.returncode, done.stdout) == (1, "")
    assert "did you mean 'start'" in done.stderr


def test_what_was_printed_is_not_lost_and_its_reader_may_leave() -> None:
    assert "Examples:" in run([*CCR, "help"]).stdout
    left = run(["bash", "-c", '"$@" | true; exit "${PIPESTATUS[0]}"', "bash", *CCR, "help"])
    assert left.stderr == ""
    full = run(["sh", "-c", '"$@" > /dev/full', "sh", *CCR, "help"])
    assert full.returncode == 1
