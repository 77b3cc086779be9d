import sys
from pathlib import Path

import pytest

from ccr.cli import ask
from ccr.errors import CommandError
from tests.terminal import terminal

PROGRAM = """
from ccr.cli import ask
print("got", ask.ask("Number", "7", check=int, instead="-"))
print("got", ask.choose_some("Which", ["alpha", "beta", "gamma"], instead="-"))
print("got", ask.confirm("Sure?", default=False, instead="-"))
print("got", len(ask.secret("Key", check=str, instead="-")))
"""


def test_questions_are_asked_until_the_answer_fits(tmp_path: Path) -> None:
    with terminal([sys.executable, "-c", PROGRAM], env={"CI": ""}) as screen:
        screen.read_until("Number [7]: ")
        screen.type(b"many\n")
        screen.read_until("invalid literal")
        screen.type(b"\n")
        screen.read_until("got 7")
        screen.read_until("Which: ")
        screen.type(b"1, gam\n")
        screen.read_until("got ['alpha', 'gamma']")
        screen.read_until("Sure? [y/N]: ")
        screen.type(b"y\n")
        screen.read_until("got True")
        screen.read_until("Key: ")
        screen.type(b"hidden\n")
        assert "hidden" not in screen.read_until("got 6")
        assert screen.event() == "ended 0"


@pytest.mark.parametrize(
    "question",
    [
        lambda: ask.ask("x", check=str, instead="give --x"),
        lambda: ask.secret("x", check=str, instead="give --x"),
        lambda: ask.confirm("x", default=True, instead="give --x"),
        lambda: ask.choose("x", ["a"], instead="give --x"),
    ],
)
def test_nothing_is_asked_without_a_terminal(question: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "is_interactive", lambda: False)
    with pytest.raises(CommandError, match="no terminal to ask on; give --x"):
        question()  # type: ignore[operator]
