"""The hand-over gets into PyInstaller's bootloader, or it is said why not."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests import process
from tests.build import load
from tests.source import ROOT

MAIN = "int main(int argc, char **argv)\n{\n    global_pyi_ctx->argc = argc;\n    global_pyi_ctx->argv = argv;\n}\n"


@pytest.fixture(scope="module")
def bootloader() -> ModuleType:
    return load("bootloader")


def source(folder: Path, text: str) -> Path:
    (folder / "src").mkdir()
    (folder / "src" / "main.c").write_text(text)
    return folder


def test_call_comes_first(bootloader: ModuleType, tmp_path: Path) -> None:
    bootloader.change(source(tmp_path, MAIN))
    lines = (tmp_path / "src" / "main.c").read_text().splitlines()
    assert "ccr_handover(argc, argv);" in lines[3]
    assert (tmp_path / "src" / "handover.c").is_file()


def test_unknown_source_is_refused(bootloader: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="adapt"):
        bootloader.change(source(tmp_path, MAIN + MAIN))


def test_missing_compiler_is_told(bootloader: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -m64")
    assert "no-such-compiler" in bootloader.missing()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "Linux" in bootloader.missing()


def test_requirements_without_pyinstaller_are_refused(bootloader: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("trio==0.1\n")
    with pytest.raises(SystemExit, match="pyinstaller"):
        bootloader.fetch(tmp_path / "requirements.txt", tmp_path)


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_hand_over_compiles_without_a_warning(tmp_path: Path) -> None:
    command = ["cc", "-c", "-O2", "-Wall", "-Wextra", "-Werror", ROOT / "build" / "handover.c", "-o", tmp_path / "x.o"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_clean_room_says_why_it_is_skipped() -> None:
    done = process.run([str(ROOT / "build" / "cleanroom")], env={"PATH": "/nowhere:/usr/bin:/bin"})
    assert done.returncode == 77
    assert done.stdout.startswith("skipped: ")
