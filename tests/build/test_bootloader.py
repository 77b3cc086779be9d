"""The hand-over gets into PyInstaller's bootloader, or it is said why not."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests import process
from tests.build import load
from tests.source import ROOT

MAIN = "int main(int argc, char **argv)\n{\n    global_pyi_ctx->argc = argc;\n    global_pyi_ctx->argv = argv;\n}\n"
UTILS = "int pyi_utils_create_child(void)\n{\n        signal(signum, signal_handler);\n}\n"

LOADER = r"""
#include <signal.h>
#include <unistd.h>
void ccr_forward(int, void (*)(int));
static pid_t child;
static void pass_on(int number) { kill(child, number); }
static void say(int number) { number == SIGINT ? write(1, "INT\n", 4) : write(1, "TERM\n", 5); }
int main(void)
{
    signal(SIGINT, say);
    signal(SIGTERM, say);
    if ((child = fork()) == 0) {
        for (;;) pause();
    }
    ccr_forward(SIGINT, pass_on);
    ccr_forward(SIGTERM, pass_on);
    write(1, "ready\n", 6);
    for (;;) pause();
}
"""
"""A loader as PyInstaller's is: a first process that waits for a second one."""


@pytest.fixture(scope="module")
def bootloader() -> ModuleType:
    return load("bootloader")


def source(folder: Path, main: str, utils: str) -> Path:
    (folder / "src").mkdir()
    (folder / "src" / "main.c").write_text(main)
    (folder / "src" / "pyi_utils_posix.c").write_text(utils)
    return folder


def test_calls_get_into_their_places(bootloader: ModuleType, tmp_path: Path) -> None:
    bootloader.change(source(tmp_path, MAIN, UTILS))
    lines = (tmp_path / "src" / "main.c").read_text().splitlines()
    assert "ccr_handover(argc, argv);" in lines[3]
    utils = (tmp_path / "src" / "pyi_utils_posix.c").read_text()
    assert "ccr_forward(signum, signal_handler);" in utils
    assert " signal(" not in utils
    assert (tmp_path / "src" / "handover.c").is_file()


@pytest.mark.parametrize(("main", "utils"), [(MAIN + MAIN, UTILS), (MAIN, "")])
def test_unknown_source_is_refused(bootloader: ModuleType, tmp_path: Path, main: str, utils: str) -> None:
    with pytest.raises(SystemExit, match="adapt"):
        bootloader.change(source(tmp_path, main, utils))


def test_missing_compiler_is_told(bootloader: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -m64")
    assert "no-such-compiler" in bootloader.missing()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "Linux" in bootloader.missing()


def test_requirements_without_pyinstaller_are_refused(bootloader: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("trio==0.1\n")
    with pytest.raises(SystemExit, match="pyinstaller"):
        bootloader.fetch(tmp_path / "requirements.txt", tmp_path)


needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


@needs_compiler
def test_hand_over_compiles_without_a_warning(tmp_path: Path) -> None:
    command = ["cc", "-c", "-O2", "-Wall", "-Wextra", "-Werror", ROOT / "build" / "handover.c", "-o", tmp_path / "x.o"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@needs_compiler
def test_second_process_gets_what_only_the_first_one_got(tmp_path: Path) -> None:
    (tmp_path / "loader.c").write_text(LOADER)
    sources = [str(ROOT / "build" / "handover.c"), str(tmp_path / "loader.c")]
    subprocess.run(["cc", *sources, "-o", str(tmp_path / "loader")], check=True, timeout=60)
    loader, terminal = pty.fork()
    if loader == 0:
        os.execv(tmp_path / "loader", ["loader"])
    try:
        assert_reads(terminal, b"ready\r\n")
        os.write(terminal, b"\x03")
        assert_reads(terminal, b"^CINT\r\n")
        os.kill(loader, signal.SIGINT)
        assert_reads(terminal, b"INT\r\n")
        os.kill(loader, signal.SIGTERM)
        assert_reads(terminal, b"TERM\r\n")
    finally:
        os.kill(loader, signal.SIGKILL)
        os.waitpid(loader, 0)
        os.close(terminal)


def assert_reads(terminal: int, text: bytes) -> None:
    """Compare what comes, and what follows at once, with what is expected; wait for seconds."""
    read, seconds = b"", 10.0
    while select.select([terminal], [], [], seconds)[0]:
        read += os.read(terminal, 100)
        seconds = 10.0 if len(read) < len(text) else 0.2
    assert read == text


def test_clean_room_says_why_it_is_skipped() -> None:
    done = process.run([str(ROOT / "build" / "cleanroom")], env={"PATH": "/nowhere:/usr/bin:/bin"})
    assert done.returncode == 77
    assert done.stdout.startswith("skipped: ")
