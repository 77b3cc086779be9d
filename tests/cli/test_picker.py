import pytest

from ccr.cli.picker import Picker

OPTIONS = ["deepseek,chat", "deepseek,reasoner", "ollama,qwen"]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["\r"], 0),
        (["\x1b[B", "\r"], 1),
        (["\x1b[A", "\r"], 2),
        (["\x1b[B", "\x1b[B", "\x1b[B", "\r"], 0),
        (["\x1b[F", "\r"], 2),
        (["\x1b[F", "\x1b[H", "\r"], 0),
        (["q", "w", "\r"], 2),
        ([*"seek rea", "\r"], 1),
        ([*"zzz", "\x15", "\r"], 0),
        ([*"ollamax", "\x7f", "\r"], 2),
        (["\x1b[B", "d", "\r"], 0),
    ],
)
def test_keys_choose(keys: list[str], chosen: int) -> None:
    picker = Picker(OPTIONS)
    for key in keys:
        picker.press(key)
    assert (picker.chosen, picker.done) == (chosen, True)


def test_nothing_is_chosen_when_nothing_matches() -> None:
    picker = Picker(OPTIONS)
    for key in [*"zzz", "\r", "\x1b[B"]:
        picker.press(key)
    assert (picker.done, picker.lines(5)) == (False, [])


@pytest.mark.parametrize("key", ["\x1b", "\x03", "\x04"])
def test_user_can_give_up(key: str) -> None:
    picker = Picker(OPTIONS)
    picker.press(key)
    assert (picker.cancelled, picker.chosen) == (True, None)


def test_window_follows_the_choice() -> None:
    picker = Picker([str(n) for n in range(10)], start=7)
    assert picker.lines(3) == [("6", False), ("7", True), ("8", False)]
    picker.press("\x1b[F")
    assert picker.lines(3) == [("7", False), ("8", False), ("9", True)]
    assert picker.lines(20)[0] == ("0", False)
