"""What killed runs of the one file have left is removed, and nothing else."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.build import load


@pytest.fixture
def leftover(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return load("leftover")


def dead() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def left(folder: Path, *, pid: int | None = None, mark: bool = True, name: str = "_MEI{:08x}abcDEF") -> Path:
    """Make what a run leaves; return its folder."""
    made = folder / name.format(dead() if pid is None else pid)
    (made / "app").mkdir(parents=True)
    (made / "app" / "lock").touch()
    (made / "libpython.so").touch()
    if mark:
        (made / "ccr.one-file").touch()
    return made


def test_folder_of_a_dead_run_is_removed(leftover: ModuleType, tmp_path: Path) -> None:
    found = left(tmp_path)
    leftover.sweep()
    assert not found.exists()


def test_folder_of_a_living_run_stays(leftover: ModuleType, tmp_path: Path) -> None:
    found = left(tmp_path, pid=os.getpid())
    leftover.sweep()
    assert found.exists()


def test_folder_of_another_program_stays(leftover: ModuleType, tmp_path: Path) -> None:
    foreign = [left(tmp_path, mark=False), left(tmp_path, name="_MEI{:06d}"), left(tmp_path, name="ccr-{:08x}abcDEF")]
    leftover.sweep()
    assert [path for path in foreign if not path.exists()] == []


def test_folder_whose_program_still_runs_stays(leftover: ModuleType, tmp_path: Path) -> None:
    found = left(tmp_path)
    with open(found / "app" / "lock") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        leftover.sweep()
        assert (found / "libpython.so").exists()
    leftover.sweep()
    assert not found.exists()


def test_link_is_not_followed(leftover: ModuleType, tmp_path: Path) -> None:
    target = left(tmp_path / "elsewhere")
    (tmp_path / target.name).symlink_to(target)
    leftover.sweep()
    assert target.exists()


def test_missing_folder_is_no_trouble(leftover: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    leftover.sweep()


def test_folder_that_vanishes_meanwhile_is_no_trouble(
    leftover: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone, found = left(tmp_path), left(tmp_path)
    lstat = Path.lstat

    def vanishing(path: Path) -> os.stat_result:
        if path == gone:
            raise FileNotFoundError(path)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", vanishing)
    leftover.sweep()
    assert not found.exists()
