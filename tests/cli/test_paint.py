import io

import pytest

from ccr.cli.paint import paint


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_terminals_get_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert paint("a", "red", stream=Terminal()) == "\x1b[31ma\x1b[0m"
    assert paint("a", "red", stream=io.StringIO()) == "a"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("FORCE_COLOR", "0"), ("TERM", "dumb")])
def test_user_can_do_without(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert paint("a", "red", stream=Terminal()) == "a"
