from importlib import import_module

import pytest
from cyclopts import App

from ccr.cli.app import COMMANDS, run_app
from ccr.errors import CommandError


@pytest.mark.parametrize(("words", "code"), [([], 1), (["help"], 0), (["-h"], 0), (["--help"], 0)])
def test_overview_names_every_command(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(words) == code
    shown = capsys.readouterr().out
    assert all(f" {name} " in shown for name in COMMANDS)
    assert "Examples:" in shown


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"code"}))
def test_help_of_a_command_has_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_app([name, "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: ccr {name}")
    assert f"ccr {name}" in shown.partition("Examples:")[2]
    assert "--debug" not in shown


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"code"}))
def test_overview_says_what_the_command_says(name: str) -> None:
    function = getattr(import_module(f"ccr.cli.{name}"), name)
    text = function.help if isinstance(function, App) else function.__doc__
    assert text.splitlines()[0] == COMMANDS[name]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["strat"], "did you mean 'start'"),
        (["frobnicate"], "`ccr help`"),
        (["ein"], "did you mean 'env'"),
        (["add"], "`ccr add` needs URL; see"),
        (["config"], "`ccr config` needs ACTION; see"),
        (["preset", "lsit"], "list"),
        (["status", "--jsno"], "--json"),
        (["start", "--port"], "port"),
        (["stop", "now"], "now"),
        (["--port", "x", "status"], "--port"),
    ],
)
def test_words_that_make_no_sense_are_explained(words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as caught:
        run_app(words)
    assert caught.value.code == 1


def test_group_without_a_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert (run_app(["preset"]), run_app(["preset", "--help"])) == (1, 0)
    assert capsys.readouterr().out.count("Usage: ccr preset COMMAND") == 2
