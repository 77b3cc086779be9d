"""The committed completion scripts belong to the commands as they are."""

import subprocess
import sys
from pathlib import Path

import pytest

from ccr.cli.app import COMMANDS
from tests import process
from tests.source import ROOT

NAMES = ("ccr.bash", "_ccr", "ccr.fish")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the scripts, made anew."""
    folder = tmp_path_factory.mktemp("completions")
    done = process.run([sys.executable, str(ROOT / "build" / "completions.py"), str(folder)])
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_completion_script_is_current(made: Path, name: str) -> None:
    committed = (ROOT / "completions" / name).read_text(encoding="utf-8")
    assert committed == (made / name).read_text(encoding="utf-8"), "run build/completions.py"


@pytest.mark.parametrize("name", NAMES)
def test_completion_script_names_every_command(made: Path, name: str) -> None:
    text = (made / name).read_text(encoding="utf-8")
    assert [command for command in COMMANDS if command not in text] == []


def test_bash_completes_a_command(made: Path) -> None:
    line = f"source '{made}/ccr.bash'; COMP_WORDS=(ccr sta) COMP_CWORD=1; _ccr; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, timeout=10)
    assert {"start", "status"} <= set(done.stdout.split())
