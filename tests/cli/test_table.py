import io
import sys

import pytest

from ccr.cli.table import pair_lines, table, width


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table(("a", "long name"), [("模型", "x"), ("bb", "yy")]) == "a     long name\n模型  x\nbb    yy"


def test_colour_is_chosen_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Screen())
    for name, value in (("TERM", "xterm"), ("NO_COLOR", ""), ("FORCE_COLOR", "")):
        monkeypatch.setenv(name, value)
    shown = table(("a",), [("x",)], color=lambda column, text: "red" if (column, text) == (0, "x") else "")
    assert shown == "\x1b[2ma\x1b[0m\n\x1b[31mx\x1b[0m"


@pytest.mark.parametrize(("text", "expected"), [("abc", 3), ("模", 2), ("e\u0301", 1)])
def test_width_is_that_on_the_screen(text: str, expected: int) -> None:
    assert width(text) == expected


def test_pairs_stand_below_each_other() -> None:
    assert pair_lines({"default": "p,m", "模型": ""}) == ["default  p,m", "模型     -"]
