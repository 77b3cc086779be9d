import sys

import pytest

from ccr.cli import entry
from ccr.errors import CommandError, ConfigError
from tests.process import run
from tests.world import World


def failing(error: BaseException) -> "pytest.MonkeyPatch":
    patch = pytest.MonkeyPatch()

    def fail(words: object) -> int:
        raise error

    patch.setattr(entry, "_dispatch", fail)
    return patch


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CommandError("no such thing", code=127), 127, "ccr: no such thing\n"),
        (ConfigError("wrong"), 1, "ccr: wrong\n"),
        (ValueError("a defect"), 1, "ccr: internal error: ValueError: a defect; `ccr --debug ...` tells more\n"),
        (OSError(28, "No space left on device", "/x"), 1, "ccr: /x: No space left on device\n"),
        (OSError(28, "No space left on device"), 1, "ccr: can't write: No space left on device\n"),
        (KeyboardInterrupt(), 130, ""),
        (BaseExceptionGroup("x", [ValueError(), BaseExceptionGroup("y", [KeyboardInterrupt()])]), 130, ""),
    ],
)
def test_error_is_one_line(error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    patch = failing(error)
    try:
        assert entry.run(["start"]) == code
    finally:
        patch.undo()
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("error", [ValueError("a defect"), CommandError("no")])
def test_debug_shows_where_it_comes_from(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    patch = failing(error)
    try:
        with pytest.raises(type(error)):
            entry.run(["--debug", "start"])
        monkeypatch.setenv("CCR_DEBUG", "1")
        with pytest.raises(type(error)):
            entry.run(["start"])
    finally:
        patch.undo()


def test_reader_that_leaves_is_no_error() -> None:
    program = "import os, sys; from ccr.cli.entry import run; os.close(0); sys.stdin = None; sys.exit(run(['--help']))"
    done = run(["bash", "-c", '"$@" | head -c 1; echo " ${PIPESTATUS[0]}"', "sh", sys.executable, "-c", program])
    assert done.stderr == ""


def test_foreground_with_a_wrong_option_is_explained(world: World) -> None:
    done = world.run("start", "--foreground", "--prot", "1")
    assert (done.returncode, "--port" in done.stderr) == (1, True)
    assert world.run("start", "--foreground", "--help").stdout.startswith("Usage: ccr start")


def test_second_ctrl_c_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pressed:
        def isatty(self) -> bool:
            raise KeyboardInterrupt

    patch = failing(KeyboardInterrupt())
    try:
        monkeypatch.setattr(sys, "stderr", Pressed())
        assert entry.run(["start"]) == 130
    finally:
        patch.undo()
