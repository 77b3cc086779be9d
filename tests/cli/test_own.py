from pathlib import Path

import pytest

from ccr.cli.own import Own, port_number, take
from ccr.errors import CommandError
from ccr.store.paths import Home


@pytest.mark.parametrize(
    ("words", "own", "rest"),
    [
        ([], Own(), []),
        (["code", "--port", "1"], Own(), ["code", "--port", "1"]),
        (["--port", "1", "code"], Own(port=1), ["code"]),
        (["--port=auto", "-p"], Own(port=0), ["-p"]),
        (["--config", "/a/b.json"], Own(config=Path("/a/b.json")), []),
        (["--ccr-config=/a/b.json", "x"], Own(config=Path("/a/b.json")), ["x"]),
        (["--route", "think=p,m", "--route=default=p,n"], Own(routes={"think": "p,m", "default": "p,n"}), []),
        (["--debug", "--", "--port", "1"], Own(debug=True), ["--", "--port", "1"]),
        (["-p", "--debug"], Own(), ["-p", "--debug"]),
    ],
)
def test_options_are_taken_up_to_the_first_foreign_word(words: list[str], own: Own, rest: list[str]) -> None:
    assert take(words) == (own, rest)


def test_options_at_two_places_add_up() -> None:
    before, rest = take(["--port", "1", "code", "--route", "think=p,m", "-p"])
    assert take(rest[1:], before) == (Own(port=1, routes={"think": "p,m"}), ["-p"])


@pytest.mark.parametrize("words", [["--port"], ["--port", "x"], ["--port=70000"], ["--route", "x"], ["--config"]])
def test_wrong_value_is_refused(words: list[str]) -> None:
    with pytest.raises(CommandError, match=words[0].partition("=")[0]):
        take(words)


def test_relative_file_is_meant_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert take(["--config", "x.json"])[0].config == tmp_path / "x.json"


def test_source_is_the_usual_file_unless_told() -> None:
    home = Home(Path("/h"))
    assert Own().source(home, {}).path == Path("/h/config.json")
    assert Own(config=Path("/c"), port=5).source(home, {}).port == 5


def test_port_number_is_a_number_or_auto() -> None:
    assert (port_number("auto"), port_number("3456")) == (0, 3456)
