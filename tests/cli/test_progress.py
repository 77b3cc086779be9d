import io

import pytest

from ccr.cli.progress import Progress


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "term"), [(io.StringIO(), "xterm"), (Screen(), "dumb")])
def test_nothing_is_shown_where_nobody_looks(stream: io.StringIO, term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    with Progress(2, "first", stream=stream) as progress:
        progress.step("second")
    assert stream.getvalue() == ""


def test_terminal_shows_how_far_it_is_and_is_clean_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    with Progress(2, "first", stream=screen) as progress:
        progress.step("second")
    assert "[....................] 0/2  first" in screen.getvalue()
    assert "[##########..........] 1/2  second" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")
