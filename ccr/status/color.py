"""The colours of a status line: names of the terminal's palette, or `#rgb`, `#rrggbb`, `rrggbb`."""

Color = int | tuple[int, int, int]
"""A number of the terminal's palette of 256, or red, green and blue."""

WHITE = 15
BLACK = 0
RESET = "\x1b[0m"

_PLAIN = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
PALETTE: dict[str, int] = {
    **{name: index for index, name in enumerate(_PLAIN)},
    **{f"bright_{name}": 8 + index for index, name in enumerate(_PLAIN)},
    "gray": 8,
    "grey": 8,
    "orange": 208,
    "bright_orange": 202,
    "purple": 93,
    "bright_purple": 129,
    "pink": 213,
}
_HEX = frozenset("0123456789abcdef")


def parse(name: str) -> Color | None:
    """Return the colour of a name, with or without `bg_` before it; None for what is no colour."""
    word = name.strip().lower().removeprefix("bg_")
    if word in PALETTE:
        return PALETTE[word]
    digits = word.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6 or not _HEX.issuperset(digits):
        return None
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue


def switch(color: Color | None, *, background: bool = False) -> str:
    """Return the sequence that switches a colour on, empty for none.

    ECMA-48 8.3.117 (SGR); palette and RGB as in ITU-T T.416.
    """
    if color is None:
        return ""
    if isinstance(color, tuple):
        return f"\x1b[{48 if background else 38};2;{color[0]};{color[1]};{color[2]}m"
    if color < 16:
        # These sixteen follow the user's own theme in every terminal.
        base = (40 if background else 30) if color < 8 else (100 if background else 90) - 8
        return f"\x1b[{base + color}m"
    return f"\x1b[{48 if background else 38};5;{color}m"
