"""A file is replaced as a whole or not at all."""

import os
from pathlib import Path

import pytest

from ccr.store.atomic import write


def test_write_makes_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "new"
    write(path, b"content")
    assert path.read_bytes() == b"content"
    assert path.stat().st_mode & 0o777 == 0o600


def test_write_replaces_and_narrows_permissions(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_write_leaves_nothing_else_behind(tmp_path: Path) -> None:
    write(tmp_path / "file", b"1")
    write(tmp_path / "file", b"2")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_write_follows_a_link(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "config.json"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link = tmp_path / "config.json"
    link.symlink_to(target)
    write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_write_does_not_touch_an_open_reader(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old content")
    with path.open("rb") as reader:
        write(path, b"new")
        assert reader.read() == b"old content"


def test_write_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_write_into_a_missing_folder_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "none" / "file", b"")


def test_write_that_need_not_last_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write(tmp_path / "file", b"1", lasting=False)
    assert ((tmp_path / "file").read_bytes(), synced) == (b"1", [])
    write(tmp_path / "file", b"2")
    assert len(synced) == 2
