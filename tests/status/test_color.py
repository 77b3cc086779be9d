import pytest

from ccr.status.color import Color, parse, switch


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bright_blue", 12),
        ("bg_bright_blue", 12),
        ("RED", 1),
        ("bg_bright_orange", 202),
        ("bg_bright_purple", 129),
        ("#fff", (255, 255, 255)),
        ("#0a1B2c", (10, 27, 44)),
        ("0a1b2c", (10, 27, 44)),
        ("bg_#0a1b2c", (10, 27, 44)),
        ("", None),
        ("mauve-ish", None),
        ("#12", None),
        ("#12345z", None),
    ],
)
def test_parse_knows_names_and_hex(name: str, expected: Color | None) -> None:
    assert parse(name) == expected


@pytest.mark.parametrize(
    ("color", "front", "back"),
    [
        (None, "", ""),
        (1, "\x1b[31m", "\x1b[41m"),
        (12, "\x1b[94m", "\x1b[104m"),
        (202, "\x1b[38;5;202m", "\x1b[48;5;202m"),
        ((1, 2, 3), "\x1b[38;2;1;2;3m", "\x1b[48;2;1;2;3m"),
    ],
)
def test_switch_is_the_terminals_sequence(color: Color | None, front: str, back: str) -> None:
    assert (switch(color), switch(color, background=True)) == (front, back)
