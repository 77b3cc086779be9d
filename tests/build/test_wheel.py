"""The wheel, installed by itself: it has all that ccr reads at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ccr.cli.app import COMMANDS
from ccr.cli.help import TOPICS
from ccr.version import VERSION
from tests import process
from tests.source import PACKAGE, ROOT

SHARED = {
    "share/bash-completion/completions/ccr": "ccr.bash",
    "share/fish/vendor_completions.d/ccr.fish": "ccr.fish",
    "share/zsh/site-functions/_ccr": "_ccr",
}


class Installed:
    """A wheel installed into a folder of its own, with the dependencies of the tests."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        self.folder = folder
        pip("install", "--no-deps", "--target", str(folder), str(wheel))

    def run(self, *words: str, home: Path) -> "subprocess.CompletedProcess[str]":
        """Run `ccr` as the wheel has it."""
        # Before the source, which the tests' own installation puts on the path.
        env = {"HOME": str(home), "PYTHONPATH": str(self.folder)}
        return process.run([sys.executable, str(self.folder / "bin" / "ccr"), *words], env=env, seconds=60)


def pip(*words: str) -> None:
    done = process.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words], seconds=150)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(wheel, tmp_path_factory.mktemp("installed"))


def test_wheel_is_for_every_machine(wheel: Path) -> None:
    assert wheel.name == f"claude_code_router-{VERSION}-py3-none-any.whl"


def test_wheel_has_every_file_of_the_package_and_no_more(wheel: Path) -> None:
    wanted = {str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name and ".data/" not in name}
    assert found == wanted


def test_wheel_has_the_completions_where_shells_look(installed: Installed) -> None:
    for place, name in SHARED.items():
        assert (installed.folder / place).read_text() == (ROOT / "completions" / name).read_text()


def test_wheel_has_its_own_code(installed: Installed) -> None:
    code = "import ccr; print(ccr.__file__)"
    found = process.run([sys.executable, "-P", "-c", code], env={"PYTHONPATH": str(installed.folder)})
    assert found.stdout == f"{installed.folder}/ccr/__init__.py\n"


def test_wheel_runs_the_demo(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("demo", home=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("topic", TOPICS)
def test_wheel_has_the_guide(installed: Installed, tmp_path: Path, topic: str) -> None:
    done = installed.run("help", topic, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) > 500


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_wheel_prints_completions(installed: Installed, tmp_path: Path, shell: str) -> None:
    done = installed.run("completions", shell, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [command for command in COMMANDS if command not in done.stdout] == []


def test_wheel_has_the_schema(installed: Installed, tmp_path: Path) -> None:
    assert '"Providers"' in installed.run("config", "schema", home=tmp_path).stdout
