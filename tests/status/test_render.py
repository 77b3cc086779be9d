from ccr.status.render import Segment, plain, powerline

SEGMENTS = [Segment("a", "bright_red", "bg_blue"), Segment("b"), Segment("c", "#010203")]


def test_plain_paints_names_and_hex() -> None:
    assert plain(SEGMENTS, colored=True) == "\x1b[44m\x1b[91ma\x1b[0m b \x1b[38;2;1;2;3mc\x1b[0m"


def test_plain_without_colours_is_text() -> None:
    assert plain(SEGMENTS, colored=False) == "a b c"


def test_powerline_joins_the_blocks_by_arrows() -> None:
    segments = [Segment("a", "white", "bg_bright_orange"), Segment("b", "black", "bg_#010203")]
    assert powerline(segments, colored=True) == (
        "\x1b[48;5;202m\x1b[37m a \x1b[0m\x1b[38;5;202m\x1b[48;2;1;2;3m\ue0b0\x1b[0m\x1b[48;2;1;2;3m\x1b[30m b \x1b[0m"
    )


def test_powerline_has_black_behind_an_arrow_to_no_background() -> None:
    line = powerline([Segment("a", "white", "bg_red"), Segment("b", "white")], colored=True)
    assert "\x1b[31m\x1b[40m\ue0b0" in line
    # A block without a background of its own gets the usual one.
    assert line.endswith("\x1b[48;2;33;150;243m\x1b[97m b \x1b[0m")


def test_powerline_without_colours_is_text() -> None:
    assert powerline([Segment("a"), Segment("b")], colored=False) == "a \ue0b0 b"
    assert powerline([], colored=True) == ""
