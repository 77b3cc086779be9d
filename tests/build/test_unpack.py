"""The whole program is unpacked once, as a whole, for its owner alone."""

import errno
import fcntl
import os
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PyInstaller.archive.writers import CArchiveWriter

from tests.build import load

NAME = "1.0-0123"
PROGRAM = os.urandom(3_000_000)
FILES = {"ccr": PROGRAM, "quick": b"quick", "_internal/base.zip": b"zip", "_internal/lib/deep.so": b"deep"}
SHARED = {"libpython.so": b"shared"}


@pytest.fixture
def unpack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The module, run by a one file with `FILES` in it, for a user whose home is empty."""
    monkeypatch.setattr(sys, "executable", str(one_file(tmp_path)))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (tmp_path / "home").mkdir()
    return load("unpack")


def one_file(folder: Path) -> Path:
    """Make an archive as PyInstaller does, with a program before and more behind it."""
    source = folder / "source"
    entries = []
    for name, content, kind in [
        *((f"{NAME}/{name}", content, "a") for name, content in FILES.items()),
        *((name, content, "b") for name, content in SHARED.items()),
        ("own.zip", b"of the one file", "x"),
    ]:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        entries.append((name, str(path), False, kind))
    CArchiveWriter(str(folder / "pkg"), entries, pylib_name="libpython.so")
    made = folder / "ccr"
    made.write_bytes(b"ELF" * 1000 + (folder / "pkg").read_bytes() + b"sections" * 100)
    return made


def kept(unpack: ModuleType) -> Path:
    return Path(unpack.kept(*unpack.contents(sys.executable)))


def base(tmp_path: Path) -> Path:
    return tmp_path / "home" / ".cache" / "ccr"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_is_unpacked_for_its_owner_alone(unpack: ModuleType, tmp_path: Path) -> None:
    folder = kept(unpack)
    assert folder == base(tmp_path) / NAME
    assert content(folder) == {**FILES, "_internal/libpython.so": b"shared", "lock": b""}
    assert (folder / "ccr").stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o077 for path in [base(tmp_path), folder, *folder.rglob("*")]}
    assert modes == {0}


def test_what_is_there_is_used(unpack: ModuleType) -> None:
    before = (kept(unpack) / "ccr").stat().st_ino
    assert (kept(unpack) / "ccr").stat().st_ino == before


def test_folder_of_before_the_boot_is_filled_anew(unpack: ModuleType, tmp_path: Path) -> None:
    folder = kept(unpack)
    os.truncate(folder / "ccr", 0)
    os.utime(folder / "lock", (1, 1))
    release(folder)
    assert (kept(unpack) / "ccr").read_bytes() == PROGRAM
    assert os.listdir(base(tmp_path)) == [NAME]


def test_of_several_at_once_one_wins(unpack: ModuleType, tmp_path: Path) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(kept(unpack))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [base(tmp_path) / NAME] * 4
    assert os.listdir(base(tmp_path)) == [NAME]
    assert content(found[0])["ccr"] == PROGRAM


def test_full_disk_leaves_nothing(unpack: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def write(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space"):
        kept(unpack)
    assert os.listdir(base(tmp_path)) == []


def test_archive_that_is_cut_off_is_no_program(unpack: ModuleType, tmp_path: Path) -> None:
    name, parts = unpack.contents(sys.executable)
    os.truncate(sys.executable, 100_000)
    with pytest.raises(OSError, match="cut off"):
        unpack.kept(name, parts)
    assert os.listdir(base(tmp_path)) == []


def test_cache_of_the_user_is_taken(unpack: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert kept(unpack) == tmp_path / "cache" / "ccr" / NAME
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert kept(unpack) == base(tmp_path) / NAME


@pytest.mark.parametrize("home", ["", "relative"])
def test_without_a_home_there_is_no_cache(unpack: ModuleType, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HOME", home)
    with pytest.raises(OSError, match="no home"):
        kept(unpack)


def test_folder_that_others_may_write_to_is_not_taken(unpack: ModuleType, tmp_path: Path) -> None:
    base(tmp_path).mkdir(parents=True)
    base(tmp_path).chmod(0o777)
    with pytest.raises(OSError, match="others"):
        kept(unpack)


def test_link_in_the_place_of_the_folder_is_not_taken(unpack: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "trap").mkdir()
    base(tmp_path).mkdir(parents=True, mode=0o700)
    (base(tmp_path) / NAME).symlink_to(tmp_path / "trap")
    with pytest.raises(OSError, match=r"."):
        kept(unpack)
    assert os.listdir(tmp_path / "trap") == []
    assert os.listdir(base(tmp_path)) == [NAME]


def test_another_users_home_is_left_alone(unpack: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(OSError, match="another user"):
        kept(unpack)
    assert not base(tmp_path).exists()


def test_other_versions_that_nobody_runs_are_swept(unpack: ModuleType, tmp_path: Path) -> None:
    for name in ("0.9-old", "0.8-running", ".new-1-fresh", ".new-1-stale"):
        (base(tmp_path) / name / "_internal").mkdir(parents=True, mode=0o700)
        (base(tmp_path) / name / "_internal" / "file").touch()
    base(tmp_path).chmod(0o700)
    for name in ("0.9-old", "0.8-running"):
        (base(tmp_path) / name / "lock").touch()
    os.utime(base(tmp_path) / ".new-1-stale", (0, 0))
    with open(base(tmp_path) / "0.8-running" / "lock") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        kept(unpack)
    assert sorted(os.listdir(base(tmp_path))) == [".new-1-fresh", "0.8-running", NAME]


def test_folder_in_use_is_held(unpack: ModuleType) -> None:
    folder = kept(unpack)
    release(folder)
    kept(unpack)
    with open(folder / "lock") as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def release(folder: Path) -> None:
    """Let go of a folder's lock, as the end of the process that has filled it does."""
    for name in os.listdir("/proc/self/fd"):
        if os.path.realpath(f"/proc/self/fd/{name}") == str(folder / "lock"):
            os.close(int(name))


def test_quick_commands_are_those_that_need_no_command_line(unpack: ModuleType) -> None:
    text = (Path(str(unpack.__file__)).parent / "handover.c").read_text(encoding="utf-8")
    words = text.partition("QUICK[] = {")[2].partition(", NULL}")[0].replace('"', "").split(", ")
    main = (Path(__file__).parents[2] / "ccr" / "__main__.py").read_text(encoding="utf-8")
    assert len(words) == 4
    assert [word for word in words if f'"{word}"' not in main] == []
